/** Processes that were killed or hung while they recorded, and what each of those moments cost. */
import type { Finding } from '../drill.js';
import { lostSeconds, runAt, type RunAccount } from './account.js';
import { fact, lostAtMost } from './findings.js';

export const CAMERAS = [0, 1] as const;
/** Segments that are short enough for a random moment to fall close to a boundary now and then. */
export const SHORT_SEGMENTS = { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '5' };
/** What a camera process may lose of what it was writing. */
const LOSS_SECONDS = 0.5;

export interface Death {
  readonly camera: number;
  readonly monoUs: number;
}

export function findingsOnDeaths(deaths: readonly Death[], runs: readonly RunAccount[]): Finding[] {
  const ended = deaths.flatMap((death) => {
    const run = runAt(runs, death.camera, death.monoUs);
    return run === null ? [] : [{ death, run }];
  });
  const unplayable = ended.filter(({ run }) => run.frames === 0).length;
  return [
    lostAtMost('… seconds missing before each', ended.map(({ death, run }) => lostSeconds(run, death.monoUs)), LOSS_SECONDS, 'captured until then (first frame, 30 frames/s) minus found in the files'),
    fact('… runs that cannot be played', '0', `${unplayable} of ${deaths.length}`, unplayable === 0 && ended.length === deaths.length, 'ffprobe finds no frame'),
    fact('… pipelines that ended for another reason', '0', String(runs.length - CAMERAS.length - deaths.length), runs.length === CAMERAS.length + deaths.length, 'runs in the journals minus the ones that were broken'),
  ];
}
