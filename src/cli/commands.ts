import type { Command } from './command.js';
import { doctorCommand } from './doctor.js';
import { healthCommand } from './health.js';
import { libraryCommand } from './library.js';
import { pipelinesCommand } from './pipelines.js';
import { recordCommand } from './record.js';
import { reportCommand } from './report.js';
import { type StartDaemon, serveCommand } from './serve.js';
import { statusCommand } from './status.js';
import { stopCommand } from './stop.js';

/** Every command, in the order in which the overview lists them. */
export function createCommands(loadDaemon: () => Promise<StartDaemon>): readonly Command[] {
  return [
    serveCommand(loadDaemon),
    recordCommand,
    stopCommand,
    statusCommand,
    healthCommand,
    libraryCommand,
    pipelinesCommand,
    doctorCommand,
    reportCommand,
  ];
}
