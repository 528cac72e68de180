import { basename, dirname } from 'node:path';
import type { Camera } from '../camera/camera.js';
import type { Config } from '../config/config.js';
import { Prober } from '../integrity/probe.js';
import { systemClock } from '../lib/clock.js';
import type { Library } from '../library/types.js';
import type { CameraMutex } from '../mutex/camera-mutex.js';
import type { RenderedPipeline } from '../pipelines/index.js';
import { CameraStackRepair } from '../recording/camera-stack-repair.js';
import { restartByRequest, restartBySystemctl } from '../recording/camera-stack-restart.js';
import { EncoderRelief } from '../recording/encoder-relief.js';
import { Heartbeat } from '../recording/heartbeat.js';
import { MatchKeeper } from '../recording/match-keeper.js';
import { RELIEF_STEPS } from '../recording/overload-guard.js';
import { policyOf } from '../recording/policy.js';
import { Recorder } from '../recording/recorder.js';
import type { RecordingsVolume } from '../recording/recordings-volume.js';
import { Relief } from '../recording/relief.js';
import { readSpace } from '../recording/space.js';
import type { RecordingStore } from '../recording/store.js';
import { UntidyList } from '../recording/untidy-list.js';
import type { Logging } from '../telemetry/log.js';
import type { SystemSample, SystemSampler } from '../telemetry/system.js';

const LOAD_IS_OLD_MS = 10_000;

export interface RecordingParts {
  readonly cameras: readonly Camera[];
  readonly store: RecordingStore;
  readonly volume: RecordingsVolume;
  readonly mutex: CameraMutex;
  readonly library: Library;
  readonly system: SystemSampler;
  /** Of this moment, like the pipelines of the cameras in their order. */
  readonly config: () => Config;
  readonly pipelines: () => readonly RenderedPipeline[];
  readonly version: string;
  readonly logging: Logging;
}

/** The recording service, which has adopted nothing yet, and what makes room for it and repairs the cameras' stack. */
export async function composeRecording(parts: RecordingParts): Promise<{ readonly recorder: Recorder; readonly relief: Relief; readonly cameraStackRepair: CameraStackRepair }> {
  const { cameras, store, volume, mutex, library, system, config, pipelines, version, logging } = parts;
  const { stateDir, runtimeDir, cameraSupervisor } = config();
  const log = logging.part('recording');
  const recordingsDir = volume.folder;
  const prober = new Prober(systemClock);
  const untidy = new UntidyList(stateDir, (error) => log.error({ err: error }, 'the list of matches to put in order cannot be kept'));
  await untidy.load();
  const relief = new Relief(cameras.map((camera) => new EncoderRelief(camera, systemClock, log)));
  const cameraStackRepair = new CameraStackRepair({
    policy: () => ({ enabled: config().cameraStackRepairEnabled, afterFailures: config().cameraStackRepairAfterFailures, intervalMs: config().cameraStackRepairIntervalMs }),
    applies: () => pipelines().some(({ text }) => text.includes('nvarguscamerasrc')),
    // Where systemd runs the rig it is an ordinary user, and the installation has brought the helper.
    restart: cameraSupervisor === 'systemd' ? restartByRequest({ runtimeDir, clock: systemClock }) : restartBySystemctl,
    clock: systemClock,
    log,
  });
  const recorder = new Recorder({
    cameras,
    recordingsDir,
    policy: () => policyOf(config()),
    pipeline: (camera) => ({ text: pipelines()[camera]?.text ?? '', bitrateKbps: pipelines()[camera]?.expected.bitrateKbps ?? null }),
    mutex,
    store,
    heartbeat: new Heartbeat(stateDir, systemClock, log),
    keeper: new MatchKeeper({
      cameraIds: cameras.map(({ id }) => id),
      prober,
      probeTimeoutMs: () => config().recordingIntegrityProbeTimeoutMs,
      softwareVersion: version,
      untidy,
      isDiskOf: async (matchDir) => dirname(matchDir) === recordingsDir && (await volume.absence()) === null,
      onFiles: (matchDir) => library.touched(basename(matchDir)),
      clock: systemClock,
      log: logging.part('match'),
    }),
    hasMatch: (matchId) => library.has(matchId),
    prober,
    guard: {
      policy: () => ({
        enabled: config().overloadGuardEnabled,
        cpuPercentThreshold: config().overloadCpuPercentThreshold,
        pollIntervalMs: config().overloadPollIntervalMs,
        unhealthyStreakThreshold: config().overloadUnhealthyStreakThreshold,
      }),
      cpuPercent: () => recentLoad(system.latest()),
      // Where the camera encodes, there is no bit rate to lower.
      steps: () => RELIEF_STEPS.filter((step) => step !== 'lower_bitrate' || pipelines().some(({ expected }) => expected.bitrateKbps !== null)),
      relieve: (steps) => relief.take(steps),
    },
    space: { latest: () => system.latest()?.disk ?? null, read: () => readSpace(recordingsDir) },
    volume,
    cameraStackRepair,
    clock: systemClock,
    log,
  });
  recorder.events.on('files', ({ matchId }) => library.touched(matchId));
  return { recorder, relief, cameraStackRepair };
}

/** Load of all processors together; null when the last reading is too old to say anything of now. */
export function recentLoad(sample: SystemSample | null): number | null {
  return sample === null || systemClock.monoMs() - sample.takenAtMonoMs > LOAD_IS_OLD_MS ? null : sample.cpuPercent;
}
