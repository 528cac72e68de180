/** The end of a recording, from the note that it is over to the files that say how it went. */
import type { Logger } from 'pino';
import type { Prober } from '../integrity/probe.js';
import type { Clock } from '../lib/clock.js';
import type { ActiveRecording } from './active.js';
import type { Heartbeat } from './heartbeat.js';
import type { MatchKeeper } from './match-keeper.js';
import { stopVerdict } from './outcome.js';
import type { RecordingPolicy } from './policy.js';
import { probesOf, stopCameras } from './stop.js';
import type { RecordingStore } from './store.js';
import type { StopResult } from './types.js';

/** Longest time that a stop waits for its note to be on the disk. */
const NOTE_MS = 200;

export interface EndContext {
  readonly store: RecordingStore;
  readonly heartbeat: Heartbeat;
  readonly keeper: MatchKeeper;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Stops the cameras, judges what they left and forgets the recording. Files that cannot be written keep nothing from ending. */
export async function endMatch(active: ActiveRecording, policy: Pick<RecordingPolicy, 'eosTimeoutMs' | 'probeTimeoutMs'>, { store, heartbeat, keeper, prober, clock, log }: EndContext): Promise<StopResult> {
  const { matchId, matchDir, processAfterRecording } = active.stored;
  // First the note, so that a daemon that dies from now on has a successor that knows; but no stop waits for a disk.
  const noted = store.write({ ...active.stored, stopping: true }).catch((error: unknown) => log.error({ err: error }, 'the stop could not be noted in the state file'));
  await Promise.race([noted, clock.sleepMs(NOTE_MS)]);
  const accounts = active.accounts();
  const cameras = await stopCameras(active, { prober, eosTimeoutMs: policy.eosTimeoutMs, probeTimeoutMs: policy.probeTimeoutMs, log });
  const verdict = stopVerdict(cameras);
  await noted;
  // Before anything is forgotten: a rig that is switched off at the whistle must know of the match the next day.
  await keeper.over(matchDir, 'finished');
  await heartbeat.end().catch((error: unknown) => log.error({ err: error }, 'the last sign of life of the ended recording could not be removed'));
  await store.clear().catch((error: unknown) => log.error({ err: error }, 'the state file of the ended recording could not be removed'));
  if (processAfterRecording) log.warn({ matchId }, 'post-processing was asked for, but this version has none');
  await keeper.ended(matchDir, 'finished', probesOf(cameras)).catch((error: unknown) => log.error({ err: error }, 'match.json could not be written'));
  log[verdict.success ? 'info' : 'error']({ matchId, message: verdict.message, integrity: verdict.integrity }, 'recording stopped');
  return { success: verdict.success, message: verdict.message, code: null, protected: false, outcome: { matchId, ...verdict, cameras, ...accounts } };
}
