import { bothKill } from './both-kill.js';
import { daemonKill } from './daemon-kill.js';
import { daemonStop } from './daemon-stop.js';
import { diskFull } from './disk-full.js';
import { diskReadOnly } from './disk-read-only.js';
import { diskSlow } from './disk-slow.js';
import { cameraFaults } from './camera-faults.js';
import type { Drill } from './drill.js';
import { powerCut } from './power-cut.js';
import { hostKill } from './host-kill.js';
import { hostStop } from './host-stop.js';

/** In the order in which they are carried out and shown. */
export const DRILLS: readonly Drill[] = [hostKill, daemonKill, bothKill, hostStop, daemonStop, cameraFaults, powerCut, diskFull, diskReadOnly, diskSlow];
