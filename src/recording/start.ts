/**
 * The steps of a start: prepare all cameras, let them go at one instant, believe it when encoded frames are counted, a
 * keyframe among them. Whatever fails, the rig is afterwards as it was before.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, rmdir, stat, truncate } from 'node:fs/promises';
import type { Logger } from 'pino';
import { journalPath, segmentsDir } from '../camera/journal.js';
import type { Camera } from '../camera/camera.js';
import type { HostState, RecordingSpec } from '../camera/protocol.js';
import { parseSegmentName } from '../camera/segment-names.js';
import { asTouchlineError, TouchlineError } from '../errors.js';
import { bootId, type Clock } from '../lib/clock.js';
import { fsyncFolder, makeFolderDurably } from '../lib/durable-file.js';
import { NO_KEYFRAME, waitsForKeyframe } from './keyframes.js';
import type { RecordingPolicy } from './policy.js';
import type { RecordingStore, StoredRecording } from './store.js';
import type { CameraId } from './types.js';

/** Both hosts have their request by then and wait for the instant. */
const GO_AHEAD_US = 12_000;

export interface StartPlan {
  readonly matchId: string;
  readonly matchDir: string;
  readonly requireAllCameras: boolean;
  readonly processAfterRecording: boolean;
  readonly stallMs: number;
  readonly startTimeoutMs: number;
  readonly eosTimeoutMs: number;
  /** What must be mounted for the match folder; null where it needs no disk of its own. */
  readonly mountPoint: string | null;
  /** Rendered pipeline text per camera. */
  readonly pipelines: ReadonlyMap<CameraId, string>;
}

export interface StartContext {
  readonly cameras: readonly Camera[];
  readonly store: RecordingStore;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface StartOutcome {
  /** Null when the start was taken back. */
  readonly stored: StoredRecording | null;
  readonly started: readonly CameraId[];
  readonly errors: ReadonlyMap<CameraId, TouchlineError>;
  readonly firstFrameOffsetMs: number | null;
}

/** What is to be started, under the policy of this moment. */
export function planStart(match: Pick<StartPlan, 'matchId' | 'matchDir' | 'mountPoint' | 'pipelines'>, processAfterRecording: boolean, policy: RecordingPolicy): StartPlan {
  const { requireAllCameras, stallMs, startTimeoutMs, eosTimeoutMs } = policy;
  return { ...match, processAfterRecording, requireAllCameras, stallMs, startTimeoutMs, eosTimeoutMs };
}

export async function startCameras(plan: StartPlan, context: StartContext): Promise<StartOutcome> {
  const { cameras, clock, store } = context;
  for (const camera of cameras) camera.want({ kind: 'hands-off' });
  const before = await prepareFolder(plan.matchDir, cameras).catch((error: unknown) => {
    // Nothing was asked of them yet, but a live picture may have been taken away.
    for (const camera of cameras) camera.want({ kind: 'idle' });
    throw error;
  });
  const specs = specsOf(plan, cameras, clock);
  const errors = new Map<CameraId, TouchlineError>();

  const takeBack = async (): Promise<StartOutcome> => {
    await rollBack(plan, context, specs, before);
    return { stored: null, started: [], errors, firstFrameOffsetMs: null };
  };
  const mayGoOn = (): boolean => errors.size === 0 || (!plan.requireAllCameras && errors.size < cameras.length);

  try {
    await each(cameras, errors, (camera) => camera.prepare(specOf(specs, camera)));
    if (!mayGoOn()) return await takeBack();

    const startedMonoUs = clock.monoUs();
    const stored = storedRecording(plan, specs, errors, startedMonoUs, clock);
    await store.write(stored);
    const atMonoUs = clock.monoUs() + GO_AHEAD_US;
    const going = cameras.filter((camera) => !errors.has(camera.id));
    await each(going, errors, (camera) => camera.go(specOf(specs, camera).runId, atMonoUs));
    await each(
      going.filter((camera) => !errors.has(camera.id)),
      errors,
      (camera) => encodedKeyframe(camera, specOf(specs, camera).runId, plan.startTimeoutMs),
    );
    if (!mayGoOn()) return await takeBack();

    const started = cameras.filter((camera) => !errors.has(camera.id)).map((camera) => camera.id);
    const final = storedRecording(plan, specs, errors, atMonoUs, clock);
    if (errors.size > 0) {
      await store.write(final);
      await Promise.all(cameras.filter((camera) => errors.has(camera.id)).map((camera) => abortQuietly(camera, specOf(specs, camera).runId, context.log)));
    }
    return { stored: final, started, errors, firstFrameOffsetMs: offsetMs(cameras, started) };
  } catch (error) {
    await rollBack(plan, context, specs, before);
    throw error;
  }
}

async function prepareFolder(matchDir: string, cameras: readonly Camera[]): Promise<Contents> {
  return contentsOf(matchDir, await createFolders(matchDir), cameras);
}

async function createFolders(matchDir: string): Promise<boolean> {
  const existed = await readdir(matchDir).then(
    () => true,
    () => false,
  );
  await makeFolderDurably(segmentsDir(matchDir));
  return !existed;
}

/** What is in a match folder before a start, so that a start that fails can leave just that. */
interface Contents {
  readonly isNew: boolean;
  readonly segmentNames: ReadonlySet<string>;
  /** Bytes; null where there was no journal. */
  readonly journals: ReadonlyMap<CameraId, number | null>;
}

async function contentsOf(matchDir: string, isNew: boolean, cameras: readonly Camera[]): Promise<Contents> {
  const journals = new Map<CameraId, number | null>();
  for (const { id } of cameras) {
    journals.set(
      id,
      await stat(journalPath(matchDir, id)).then(
        ({ size }) => size,
        () => null,
      ),
    );
  }
  return { isNew, segmentNames: new Set(await readdir(segmentsDir(matchDir))), journals };
}

function specsOf(plan: StartPlan, cameras: readonly Camera[], clock: Clock): Map<CameraId, RecordingSpec> {
  const startedEpochMs = clock.nowEpochMs();
  const specs = new Map<CameraId, RecordingSpec>();
  for (const camera of cameras) {
    const pipeline = plan.pipelines.get(camera.id);
    if (pipeline === undefined) continue;
    specs.set(camera.id, {
      runId: randomUUID(),
      matchId: plan.matchId,
      matchDir: plan.matchDir,
      pipeline,
      stallMs: plan.stallMs,
      firstFrameTimeoutMs: plan.startTimeoutMs,
      eosTimeoutMs: plan.eosTimeoutMs,
      startedEpochMs,
      ...(plan.mountPoint === null ? {} : { mountPoint: plan.mountPoint }),
    });
  }
  return specs;
}

function specOf(specs: ReadonlyMap<CameraId, RecordingSpec>, camera: Camera): RecordingSpec {
  const spec = specs.get(camera.id);
  if (spec === undefined) {
    throw new TouchlineError({ kind: 'internal', code: 'no_pipeline', message: `There is no pipeline for camera ${camera.id}.` });
  }
  return spec;
}

function storedRecording(
  plan: StartPlan,
  specs: ReadonlyMap<CameraId, RecordingSpec>,
  errors: ReadonlyMap<CameraId, TouchlineError>,
  startedMonoUs: number,
  clock: Clock,
): StoredRecording {
  return {
    v: 1,
    matchId: plan.matchId,
    matchDir: plan.matchDir,
    bootId: bootId(),
    startedMonoUs,
    startedEpochMs: clock.nowEpochMs(),
    processAfterRecording: plan.processAfterRecording,
    requireAllCameras: plan.requireAllCameras,
    stopping: false,
    cameras: [...specs].filter(([camera]) => !errors.has(camera)).map(([camera, spec]) => ({ camera, spec })),
    failed: [...errors].map(([camera, error]) => ({ camera, reason: error.message })),
  };
}

/** The step for all cameras at once; who fails is noted and does not hold up the others. */
async function each(cameras: readonly Camera[], errors: Map<CameraId, TouchlineError>, step: (camera: Camera) => Promise<unknown>): Promise<void> {
  await Promise.all(
    cameras.map(async (camera) => {
      try {
        await step(camera);
      } catch (error) {
        errors.set(camera.id, asTouchlineError(error));
      }
    }),
  );
}

/** Resolves when the camera has delivered and encoded a keyframe of this run: from that one on it is recorded. */
function encodedKeyframe(camera: Camera, runId: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      camera.off('state', onState);
      camera.off('lost', onLost);
      settle();
    };
    const fail = (code: string, message: string): void => done(() => reject(new TouchlineError({ kind: 'unavailable', code, message })));
    const onState = (state: HostState): void => {
      if (state.run?.runId === runId && (state.run.encoded?.keyframes ?? 0) > 0) done(resolve);
    };
    const onLost = (reason: string): void => fail('camera_failed', reason);
    const onTimeout = (): void => {
      const run = camera.state?.run?.runId === runId ? camera.state.run : null;
      if (run !== null && waitsForKeyframe(run)) fail('camera_no_keyframe', `Camera ${camera.id}: ${NO_KEYFRAME}`);
      else fail('camera_no_frames', `Camera ${camera.id} delivered no encoded frame within ${timeoutMs / 1000} s. Check its cable and power.`);
    };
    const timer = setTimeout(onTimeout, timeoutMs);
    camera.on('state', onState);
    camera.on('lost', onLost);
    if (camera.state !== null) onState(camera.state);
  });
}

async function rollBack(
  plan: StartPlan,
  context: StartContext,
  specs: ReadonlyMap<CameraId, RecordingSpec>,
  before: Contents,
): Promise<void> {
  const { cameras, store, log } = context;
  // A disk that refuses is no reason to leave the cameras running.
  await store.clear().catch((error: unknown) => log.error({ err: error }, 'the state file of a start that is taken back could not be removed'));
  await Promise.all(
    cameras.map(async (camera) => {
      const spec = specs.get(camera.id);
      if (spec !== undefined) await abortQuietly(camera, spec.runId, log);
      // A host that is gone now forgets the run when it comes back: nobody wants it any more.
      camera.want({ kind: 'idle' });
    }),
  );
  const folder = segmentsDir(plan.matchDir);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!before.segmentNames.has(name) && parseSegmentName(name) !== null) await rm(`${folder}/${name}`, { force: true });
  }
  for (const [camera, bytes] of before.journals) {
    const journal = journalPath(plan.matchDir, camera);
    await (bytes === null ? rm(journal, { force: true }) : truncate(journal, bytes)).catch((error: unknown) => log.warn({ err: error, camera }, 'the journal of a start that is taken back stays'));
  }
  if (!before.isNew) return;
  // Only what is empty goes: a file that somebody else put there stays.
  await rmdir(folder).catch(() => undefined);
  await rmdir(plan.matchDir).catch(() => undefined);
  await fsyncFolder(`${plan.matchDir}/..`).catch(() => undefined);
}

async function abortQuietly(camera: Camera, runId: string, log: Logger): Promise<void> {
  if (camera.state === null) return;
  await camera.abort(runId).catch((error: unknown) => log.warn({ err: error, camera: camera.id }, 'abort of the camera failed'));
}

function offsetMs(cameras: readonly Camera[], started: readonly CameraId[]): number | null {
  const first: number[] = [];
  for (const camera of cameras) {
    const monoUs = camera.state?.run?.source?.firstFrameMonoUs;
    if (started.includes(camera.id) && monoUs != null) first.push(monoUs);
  }
  return first.length < 2 ? null : (Math.max(...first) - Math.min(...first)) / 1000;
}
