import { bothKill } from './both-kill.js';
import { cameraFaults } from './camera-faults.js';
import { clockJumps } from './clock.js';
import { cpuHog } from './cpu-hog.js';
import { daemonKill } from './daemon-kill.js';
import { daemonRestart } from './daemon-restart.js';
import { daemonStop } from './daemon-stop.js';
import { dirtyBoot } from './dirty-boot.js';
import { diskFull } from './disk-full.js';
import { diskReadOnly } from './disk-read-only.js';
import { diskReserve } from './disk-reserve.js';
import { diskSlow } from './disk-slow.js';
import type { Drill } from './drill.js';
import { hostKill } from './host-kill.js';
import { hostStop } from './host-stop.js';
import { logFlood } from './log-flood.js';
import { memoryPressure } from './memory.js';
import { powerCut } from './power-cut.js';
import { slowClients } from './slow-clients.js';
import { soak } from './soak.js';
import { upgrade } from './upgrade.js';
import { watchdog } from './watchdog.js';

/** In the order in which they are carried out and shown. */
export const DRILLS: readonly Drill[] = [
  hostKill,
  daemonKill,
  daemonRestart,
  upgrade,
  bothKill,
  hostStop,
  daemonStop,
  watchdog,
  cameraFaults,
  powerCut,
  diskFull,
  diskReserve,
  diskReadOnly,
  diskSlow,
  clockJumps,
  cpuHog,
  memoryPressure,
  slowClients,
  logFlood,
  dirtyBoot,
  soak,
];
