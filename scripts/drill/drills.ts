import { bothKill } from './both-kill.js';
import { daemonKill } from './daemon-kill.js';
import { daemonStop } from './daemon-stop.js';
import type { Drill } from './drill.js';
import { hostKill } from './host-kill.js';
import { hostStop } from './host-stop.js';

/** In the order in which they are carried out and shown. */
export const DRILLS: readonly Drill[] = [hostKill, daemonKill, bothKill, hostStop, daemonStop];
