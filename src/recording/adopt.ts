/**
 * What was going on before this daemon started. The hosts are asked first, because they are the ones that record; the
 * stored recording says what belongs together and what should be running but is not.
 */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import type { HostState, RecordingSpec } from '../camera/protocol.js';
import { bootId, type Clock } from '../lib/clock.js';
import { isMounted } from '../lib/mount-point.js';
import type { Heartbeat, SignOfLife } from './heartbeat.js';
import type { RecordingPolicy } from './policy.js';
import type { RecordingsVolume } from './recordings-volume.js';
import { judgeResume, lastSignOf, resumedByCameras, resumedRecording, withInterruption } from './resume.js';
import { newestSegment } from './stop.js';
import type { Interruption, RecordingStore, StoredRecording } from './store.js';
import type { CameraId, EndReason } from './types.js';

/** A host that runs answers within milliseconds; one that has to be started first records nothing. */
const HOSTS_ANSWER_MS = 3000;

export interface Recovered {
  /** To be continued; null when nothing runs. */
  readonly running: StoredRecording | null;
  /** Nobody recorded it any more: it is to be taken up again. */
  readonly interruption: Interruption | null;
  /** Of an earlier boot, and over since its last sign of life. Where nothing else runs it is still stored. */
  readonly ended: { readonly recording: StoredRecording; readonly reason: EndReason; readonly gapMs: number | null; readonly lastEpochMs: number } | null;
}

export interface RecoverContext {
  readonly cameras: readonly Camera[];
  readonly recordingsDir: string;
  readonly volume: Pick<RecordingsVolume, 'mountPoint'>;
  readonly store: RecordingStore;
  readonly heartbeat: Heartbeat;
  readonly policy: RecordingPolicy;
  /** Rendered with the configuration of this moment. */
  readonly pipeline: (camera: CameraId) => string;
  readonly clock: Clock;
  readonly log: Logger;
}

const NOTHING: Recovered = { running: null, interruption: null, ended: null };

export async function recover(context: RecoverContext): Promise<Recovered> {
  const { cameras, store, heartbeat, clock, log } = context;
  const sign = await heartbeat.read().catch((error: unknown) => {
    log.error({ err: error }, 'the sign of life of the recording cannot be read');
    return null;
  });
  const stored = await store.read(async () => sign?.recording ?? null);
  if (stored !== null && stored.bootId === bootId()) return (await lostItsDisk(stored, context)) ? elsewhere(stored, sign, context) : sameBoot(stored, sign, context);

  const states = await Promise.all(
    cameras.map(async (camera) => ((await camera.mayHavePast()) ? camera.ready(HOSTS_ANSWER_MS).catch(() => null) : null)),
  );
  const orphans = await orphanSpecs(cameras, states);
  if (orphans.length > 0) {
    log.warn({ cameras: orphans.map(({ camera }) => camera) }, 'hosts record a match that no state file tells of, adopting it');
    const found = storedFromHosts(orphans, states, clock);
    // The note that it goes on in this boot may not have been written: then it is the same match, and not over.
    const isSame = stored?.matchId === found.matchId;
    const running = isSame ? resumedByCameras(stored, found) : found;
    await store.write(running).catch((error: unknown) => log.error({ err: error }, 'the adopted recording could not be stored'));
    return { ...NOTHING, running, ended: stored === null || isSame ? null : { recording: stored, reason: 'too_long_ago', gapMs: null, lastEpochMs: lastSignOf(stored, sign, null).epochMs } };
  }
  return stored === null ? NOTHING : earlierBoot(stored, sign, context);
}

/** It goes on, however long ago it was: only somebody who kills everything and waits could mean something else. */
async function sameBoot(stored: StoredRecording, sign: SignOfLife | null, { cameras, store, clock, log }: RecoverContext): Promise<Recovered> {
  const wereThere = await Promise.all(cameras.map((camera) => camera.hostWasThere()));
  if (stored.stopping || wereThere.includes(true)) return { ...NOTHING, running: stored };
  const last = lastSignOf(stored, sign, await newestFileEpochMs(stored.matchDir, cameras));
  const interruption: Interruption = { cause: 'processes_died', resumedEpochMs: clock.nowEpochMs(), lengthMs: Math.max(0, (clock.monoUs() - last.monoUs) / 1000) };
  const running = withInterruption(stored, interruption);
  await store.write(running).catch((error: unknown) => log.error({ err: error }, 'the interruption could not be noted in the state file'));
  return { ...NOTHING, running, interruption };
}

/** The disk went away in mid-match, and this daemon was started to record without it. */
async function lostItsDisk(stored: StoredRecording, { recordingsDir }: RecoverContext): Promise<boolean> {
  if (stored.stopping || dirname(stored.matchDir) === recordingsDir) return false;
  const mountPoints = stored.cameras.flatMap(({ spec }) => spec.mountPoint ?? []);
  return mountPoints.length > 0 && !(await isMounted(mountPoints[0] ?? ''));
}

/** It goes on where matches are recorded now. */
async function elsewhere(stored: StoredRecording, sign: SignOfLife | null, context: RecoverContext): Promise<Recovered> {
  const { cameras, recordingsDir, store, clock, log } = context;
  const last = lastSignOf(stored, sign, null);
  const matchDir = join(recordingsDir, stored.matchId);
  const interruption: Interruption = { cause: 'disk_missing', resumedEpochMs: clock.nowEpochMs(), lengthMs: Math.max(0, (clock.monoUs() - last.monoUs) / 1000) };
  const moved = { ...stored, matchDir, cameras: cameras.map(({ id }) => ({ camera: id, spec: specFor(stored, matchDir, clock.nowEpochMs(), id, context) })), failed: [] };
  const running = withInterruption(moved, interruption);
  await store.write(running).catch((error: unknown) => log.error({ err: error }, 'the resumed recording could not be stored'));
  return { ...NOTHING, running, interruption };
}

async function earlierBoot(stored: StoredRecording, sign: SignOfLife | null, context: RecoverContext): Promise<Recovered> {
  const { cameras, recordingsDir, store, policy, clock, log } = context;
  const last = lastSignOf(stored, sign, await newestFileEpochMs(stored.matchDir, cameras));
  const now = { bootId: bootId(), monoUs: clock.monoUs(), epochMs: clock.nowEpochMs() };
  const verdict = judgeResume(stored, last, now.epochMs, policy.resume);
  if (!verdict.resumes) {
    log.error({ matchId: stored.matchId, reason: verdict.reason, gapMs: verdict.gapMs }, 'a recording was interrupted by a restart of the machine and is over');
    return { ...NOTHING, ended: { recording: stored, reason: verdict.reason, gapMs: verdict.gapMs, lastEpochMs: last.epochMs } };
  }
  // The folder by its name: the recordings may lie elsewhere since the configuration was changed or a disk is missing.
  const matchDir = join(recordingsDir, stored.matchId);
  const specs = new Map(cameras.map(({ id }): [CameraId, RecordingSpec] => [id, specFor(stored, matchDir, now.epochMs, id, context)]));
  const running = resumedRecording({ ...stored, matchDir }, last, verdict.gapMs, now, specs);
  // Without this note a further power cut would end the match, but a disk that refuses must not end it now.
  await store.write(running).catch((error: unknown) => log.error({ err: error }, 'the resumed recording could not be stored'));
  return { ...NOTHING, running, interruption: running.interruptions?.at(-1) ?? null };
}

function specFor(stored: StoredRecording, matchDir: string, startedEpochMs: number, camera: CameraId, { policy, pipeline, volume }: RecoverContext): RecordingSpec {
  return {
    runId: randomUUID(),
    matchId: stored.matchId,
    matchDir,
    pipeline: pipeline(camera),
    stallMs: policy.stallMs,
    firstFrameTimeoutMs: policy.startTimeoutMs,
    eosTimeoutMs: policy.eosTimeoutMs,
    startedEpochMs,
    ...(volume.mountPoint === null ? {} : { mountPoint: volume.mountPoint }),
  };
}

/** Null when there is no file, or the disk is not there. */
async function newestFileEpochMs(matchDir: string, cameras: readonly Camera[]): Promise<number | null> {
  const newest = await Promise.all(cameras.map(({ id }) => newestSegment(id, matchDir)));
  const times = newest.flatMap((segment) => (segment === null ? [] : [segment.mtimeMs]));
  return times.length === 0 ? null : Math.max(...times);
}

interface Orphan {
  readonly camera: number;
  readonly spec: RecordingSpec;
}
/** Hosts of one match only: with two different ones, the newer counts and the other is let go. */
async function orphanSpecs(cameras: readonly Camera[], states: readonly (HostState | null)[]): Promise<Orphan[]> {
  const running: Orphan[] = [];
  for (const [index, camera] of cameras.entries()) {
    if (!goesOn(states[index])) continue;
    const spec = await camera.describe().catch(() => null);
    if (spec !== null) running.push({ camera: camera.id, spec });
  }
  const newest = running.reduce<Orphan | null>((best, orphan) => (best === null || orphan.spec.startedEpochMs > best.spec.startedEpochMs ? orphan : best), null);
  return running.filter((orphan) => orphan.spec.matchDir === newest?.spec.matchDir);
}

/** It records, or it died in mid-match and is about to go on: what was only prepared has no past life. */
function goesOn(state: HostState | null | undefined): boolean {
  return state?.phase === 'running' || (state?.phase === 'prepared' && (state.run?.resumes ?? 0) > 0);
}

function storedFromHosts(orphans: readonly Orphan[], states: readonly (HostState | null)[], clock: Clock): StoredRecording {
  const played = states.map((state) => state?.run?.playedMonoUs ?? null).filter((value) => value !== null);
  const spec = orphans[0]?.spec;
  return {
    v: 1,
    matchId: spec?.matchId ?? '',
    matchDir: spec?.matchDir ?? '',
    bootId: bootId(),
    startedMonoUs: played.length === 0 ? clock.monoUs() : Math.min(...played),
    startedEpochMs: spec?.startedEpochMs ?? clock.nowEpochMs(),
    processAfterRecording: false,
    requireAllCameras: true,
    stopping: false,
    cameras: orphans.map(({ camera, spec: own }) => ({ camera, spec: own })),
    failed: [],
  };
}
