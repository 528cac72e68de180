/** The wall clock jumps while the rig records. The long version is `make drill`. */
import t from 'tap';
import { clockJumps } from '../../scripts/drill/clock.js';
import { fakeClockLibrary } from '../../scripts/drill/kit/fake-clock.js';
import { carryOut } from '../support/drills.js';

const skip = fakeClockLibrary() === null ? 'needs libfaketime' : false;

t.test('a wall clock that jumps disturbs neither recording nor names nor durations', { skip }, (t) => carryOut(t, clockJumps, { count: 1 }));
