/** Processes die and hang while they record; every frame is accounted for. The long versions are `make drill`. */
import t from 'tap';
import { bothKill } from '../../scripts/drill/both-kill.js';
import { daemonKill } from '../../scripts/drill/daemon-kill.js';
import { daemonStop } from '../../scripts/drill/daemon-stop.js';
import { hostKill } from '../../scripts/drill/host-kill.js';
import { carryOut } from '../support/drills.js';

// Most of each is waiting, and each has a rig of its own.
t.jobs = 4;
const beside = { buffered: true };

t.test('a killed camera process loses no more than half a second, and the other camera nothing', beside, (t) => carryOut(t, hostKill, { count: 1 }));

t.test('a killed daemon loses no frame', beside, (t) => carryOut(t, daemonKill, { count: 1 }));

t.test('everything killed at once goes on with the match', beside, (t) => carryOut(t, bothKill, { count: 1 }));

t.test('a daemon that stands still for a while neither loses a frame nor mistrusts the cameras afterwards', beside, (t) => carryOut(t, daemonStop, { count: 1, minutes: 0.1 }));
