/**
 * Whether a match that nobody stopped goes on, and how. Pure.
 *
 * The clock of a rig may be wrong after a boot: many have none that runs without power, and NTP comes minutes later or
 * never. A clock that stands before the last sign of life is known to be wrong, now or when that sign was given, and so is
 * a sign of life from before the match; then nobody can tell how long the machine was off. The match goes on in that case:
 * one that is lost is gone, one that is recorded too long can be stopped. For a clock that is ahead there is no such sign;
 * it is believed.
 */
import type { Continuation } from '../camera/journal.js';
import type { RecordingSpec } from '../camera/protocol.js';
import type { SignOfLife } from './heartbeat.js';
import type { Interruption, StoredRecording } from './store.js';
import type { CameraId, EndReason } from './types.js';

export interface ResumePolicy {
  readonly enabled: boolean;
  readonly maxAgeMs: number;
}

export interface LastSign {
  readonly bootId: string;
  readonly monoUs: number;
  readonly epochMs: number;
}

export type ResumeVerdict = { readonly resumes: true; readonly gapMs: number | null } | { readonly resumes: false; readonly reason: EndReason; readonly gapMs: number | null };

/** Of more interruptions only the count is kept. */
const MAX_INTERRUPTIONS = 20;
/** Cameras may go on for long without the daemon that gives signs of life; what is more than this is a clock that was set. */
const LONGEST_ALONE_MS = 24 * 3_600_000;
/** No match of this software is older: a clock without a battery begins in 1970. */
const OLDEST_EPOCH_MS = Date.UTC(2025, 0, 1);

/**
 * When the recording was last known to go on. The newest file is usually younger than the last sign that was written down.
 * @param newestFileEpochMs time of the newest segment, null when there is none
 */
export function lastSignOf(stored: StoredRecording, sign: SignOfLife | null, newestFileEpochMs: number | null): LastSign {
  const own = sign !== null && isOf(sign.recording, stored) ? sign : firstSignOf(stored);
  const laterMs = newestFileEpochMs === null ? 0 : Math.max(0, newestFileEpochMs - own.epochMs);
  const addedMs = laterMs <= LONGEST_ALONE_MS ? laterMs : 0;
  return { bootId: own.bootId, monoUs: Math.round(own.monoUs + addedMs * 1000), epochMs: own.epochMs + laterMs };
}

/** Before there was another: when this boot began to record it. */
function firstSignOf({ bootId, startedMonoUs, startedEpochMs, cameras, interruptions }: StoredRecording): LastSign {
  const resumed = interruptions?.at(-1);
  const resumedMonoUs = cameras[0]?.spec.continues?.resumedMonoUs;
  if (resumed?.cause !== 'machine_restarted' || resumedMonoUs === undefined) return { bootId, monoUs: startedMonoUs, epochMs: startedEpochMs };
  return { bootId, monoUs: resumedMonoUs, epochMs: resumed.resumedEpochMs };
}

/** For a recording of an earlier boot. */
export function judgeResume(stored: Pick<StoredRecording, 'stopping' | 'startedEpochMs' | 'cameras'>, last: LastSign, nowEpochMs: number, policy: ResumePolicy): ResumeVerdict {
  const lengthMs = nowEpochMs - last.epochMs;
  const gapMs = lengthMs >= 0 && last.epochMs >= earliestPossible(stored) ? lengthMs : null;
  if (stored.stopping) return { resumes: false, reason: 'was_being_stopped', gapMs };
  if (!policy.enabled) return { resumes: false, reason: 'switched_off', gapMs };
  if (gapMs !== null && gapMs > policy.maxAgeMs) return { resumes: false, reason: 'too_long_ago', gapMs };
  return { resumes: true, gapMs };
}

/** The promise for this boot: all cameras, also those that did not start the first time. */
export function resumedRecording(stored: StoredRecording, last: LastSign, gapMs: number | null, now: LastSign, specs: ReadonlyMap<CameraId, Omit<RecordingSpec, 'continues'>>): StoredRecording {
  const continues: Continuation = { ...last, resumedMonoUs: now.monoUs, gapMs };
  return withInterruption(
    {
      ...stored,
      bootId: now.bootId,
      startedMonoUs: startedMonoUs(stored, continues),
      stopping: false,
      cameras: [...specs].map(([camera, spec]) => ({ camera, spec: { ...spec, continues } })),
      failed: [],
    },
    { cause: 'machine_restarted', resumedEpochMs: now.epochMs, lengthMs: gapMs },
  );
}

/** The same as it is found when that promise could not be written down: the cameras know what they go on with. */
export function resumedByCameras(stored: StoredRecording, found: StoredRecording): StoredRecording {
  const { startedEpochMs, processAfterRecording, requireAllCameras } = stored;
  const running = { ...stored, ...found, startedEpochMs, processAfterRecording, requireAllCameras };
  const spec = found.cameras.map(({ spec }) => spec).find(({ continues }) => continues !== undefined);
  if (spec?.continues === undefined) return running;
  return withInterruption({ ...running, startedMonoUs: startedMonoUs(stored, spec.continues) }, { cause: 'machine_restarted', resumedEpochMs: spec.startedEpochMs, lengthMs: spec.continues.gapMs });
}

/** When the match began, on the clock of the boot that goes on with it. */
function startedMonoUs(stored: StoredRecording, { bootId, monoUs, resumedMonoUs, gapMs }: Continuation): number {
  const elapsedUs = bootId === stored.bootId ? Math.max(0, monoUs - stored.startedMonoUs) : 0;
  return resumedMonoUs - elapsedUs - (gapMs ?? 0) * 1000;
}

export function withInterruption(stored: StoredRecording, interruption: Interruption): StoredRecording {
  return {
    ...stored,
    interruptionCount: (stored.interruptionCount ?? 0) + 1,
    interruptions: [...(stored.interruptions ?? []), interruption].slice(-MAX_INTERRUPTIONS),
  };
}

/** A sign of life from before the kick-off, or from before the interruption that was already survived, is of a boot whose clock was behind. */
function earliestPossible({ startedEpochMs, cameras }: Pick<StoredRecording, 'startedEpochMs' | 'cameras'>): number {
  return Math.max(OLDEST_EPOCH_MS, startedEpochMs, ...cameras.map(({ spec }) => spec.continues?.epochMs ?? startedEpochMs));
}

function isOf(one: StoredRecording, other: StoredRecording): boolean {
  const runs = new Set(other.cameras.map(({ spec }) => spec.runId));
  return one.matchDir === other.matchDir && one.cameras.some(({ spec }) => runs.has(spec.runId));
}
