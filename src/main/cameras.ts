import { join } from 'node:path';
import { Camera } from '../camera/camera.js';
import { cameraUnit } from '../camera/camera-unit.js';
import { DetachedLauncher, type HostLauncher } from '../camera/launcher.js';
import { buildPipelines } from '../camera/pipeline-check.js';
import { SupervisedLauncher } from '../camera/supervised-launcher.js';
import type { Config } from '../config/config.js';
import { systemClock } from '../lib/clock.js';
import { CAMERA_STACK_SERVICE } from '../recording/camera-stack-restart.js';
import { redactPipeline, type PipelineLibrary, type RenderedPipeline } from '../pipelines/index.js';
import type { Logger, Logging } from '../telemetry/log.js';

/** Several missed heartbeats. Until then a silent camera is already shown as one that does not record. */
const HOST_SILENCE_LIMIT_MS = 3000;

export interface CamerasOptions {
  readonly cameraIds: readonly number[];
  readonly config: () => Config;
  readonly version: string;
  readonly pluginPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logging: Logging;
}

/** The cameras, not started yet, and what starts their processes. */
export function createCameras({ cameraIds, config, version, pluginPath, env, logging }: CamerasOptions): { readonly cameras: readonly Camera[]; readonly launcher: HostLauncher } {
  const { cameraSupervisor, runtimeDir, stateDir, logLevel } = config();
  const launcher =
    cameraSupervisor === 'systemd'
      ? new SupervisedLauncher({ runtimeDir })
      : new DetachedLauncher({ runtimeDir, logDir: join(stateDir, 'logs'), logLevel, pluginPath, env, log: logging.part('camera') });
  const cameras = cameraIds.map(
    (id) =>
      new Camera({
        id,
        runtimeDir,
        launcher,
        softwareVersion: version,
        clock: systemClock,
        log: logging.part('camera', { camera: id }),
        silenceLimitMs: HOST_SILENCE_LIMIT_MS,
        backoffMs: () => config().recordingRecoveryBackoffMs,
      }),
  );
  return { cameras, launcher };
}

/** The units in which the camera stack speaks under systemd, with the camera that each is about; null for NVIDIA's own daemon. */
export function cameraStackUnits(cameraIds: readonly number[]): ReadonlyMap<string, number | null> {
  return new Map<string, number | null>([...cameraIds.map((camera) => [cameraUnit(camera), camera] as const), [CAMERA_STACK_SERVICE, null]]);
}

/** Tells before kick-off that a pipeline cannot be built; the daemon stays up, because it is what tells people. Never rejects. */
export async function checkPipelines(library: PipelineLibrary, pipelines: readonly RenderedPipeline[], pluginPath: string, log: Logger): Promise<void> {
  try {
    const complaints = await buildPipelines(pipelines.map(({ text }) => text), { pluginPath });
    complaints.forEach((complaint, camera) => {
      if (complaint === null) return;
      const { element, reason, hint } = library.explainParseError(complaint, pipelines[camera]?.text ?? '');
      log.error({ camera, element, reason, hint, pipeline: redactPipeline(pipelines[camera]?.text ?? '') }, 'this camera cannot record: its pipeline cannot be built');
    });
  } catch (error) {
    log.error({ err: error }, 'the pipelines could not be checked');
  }
}
