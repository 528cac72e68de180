/** Disks that fail and dawdle while they are recorded on. The long versions, and power cuts, are `make drill`. */
import t from 'tap';
import { diskReadOnly } from '../../scripts/drill/disk-read-only.js';
import { diskSlow } from '../../scripts/drill/disk-slow.js';
import { asRoot, carryOut } from '../support/drills.js';

t.jobs = 2;
const beside = { ...asRoot, buffered: true };

t.test('a disk that turns read-only takes nothing that was written, and the match goes on when it is repaired', beside, (t) => carryOut(t, diskReadOnly, { count: 1 }));

t.test('a disk that is fifty times slower for a while costs no frame', beside, (t) => carryOut(t, diskSlow, { count: 1, minutes: 0.1 }));
