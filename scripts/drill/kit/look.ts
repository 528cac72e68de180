/** What the rig says of itself while it is being broken, and what is really on the disk. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Static } from '#typebox';
import { RecordingHealthBody } from '../../../src/api/contract/recording-health.js';
import { RecordingStatusBody } from '../../../src/api/contract/recording-status.js';
import { segmentShape } from '../../../src/integrity/mp4.js';
import { systemClock } from '../../../src/lib/clock.js';
import { compileSchema } from '../../../src/lib/schema.js';
import { formatViolations } from '../../../src/lib/violations.js';
import { until, type Rig } from '../../../test/support/rig.js';
import type { Scene } from './scene.js';

const statusBody = compileSchema(RecordingStatusBody);
const healthBody = compileSchema(RecordingHealthBody);

export async function statusOf(rig: Rig): Promise<Static<typeof RecordingStatusBody>> {
  const checked = statusBody.check((await rig.get('/api/v1/recording')).body);
  if (!checked.ok) throw new Error(`GET /recording: ${formatViolations(checked.violations)}`);
  return checked.value;
}

export async function healthOf(rig: Rig): Promise<Static<typeof RecordingHealthBody>> {
  const checked = healthBody.check((await rig.get('/api/v1/recording-health')).body);
  if (!checked.ok) throw new Error(`GET /recording-health: ${formatViolations(checked.violations)}`);
  return checked.value;
}

export async function isRunning(rig: Rig, camera: number): Promise<boolean> {
  return (await statusOf(rig)).cameras[`camera_${camera}`]?.state === 'running';
}

/** Both cameras run and nothing is degraded. */
export async function isWhole(rig: Rig): Promise<boolean> {
  const status = await statusOf(rig);
  return status.recording && !status.degraded && ['camera_0', 'camera_1'].every((key) => status.cameras[key]?.state === 'running');
}

export interface Look {
  readonly monoMs: number;
  readonly recording: boolean;
  readonly running: readonly number[];
  readonly degraded: boolean;
  readonly healthy: boolean;
}

/** Asks the rig again and again what it believes. */
export class Watch {
  readonly looks: Look[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  /** Ends with the scene at the latest. */
  constructor(scene: Pick<Scene, 'signal'>, rig: Rig, everyMs = 50) {
    this.#done = this.#watch(rig, everyMs, AbortSignal.any([this.#stop.signal, scene.signal]));
  }

  /** When somebody who asks was first told, after that instant; null when nobody was. */
  firstMs(fromMonoMs: number, fits: (look: Look) => boolean): number | null {
    const look = this.looks.find((one) => one.monoMs >= fromMonoMs && fits(one));
    return look === undefined ? null : look.monoMs - fromMonoMs;
  }

  between(fromMonoMs: number, toMonoMs: number): Look[] {
    return this.looks.filter(({ monoMs }) => monoMs >= fromMonoMs && monoMs <= toMonoMs);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(rig: Rig, everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const status = await statusOf(rig);
        const { healthy } = await healthOf(rig);
        const running = [0, 1].filter((camera) => status.cameras[`camera_${camera}`]?.state === 'running');
        this.looks.push({ monoMs: systemClock.monoMs(), recording: status.recording, running, degraded: status.degraded, healthy });
      } catch {
        // A daemon that does not answer says nothing that could be wrong.
      }
      await systemClock.sleepMs(everyMs, signal).catch(() => undefined);
    }
  }
}

/** Milliseconds from `fromMonoUs` until a new file of the camera has frames: an index, and what it points to. */
export async function backOnDiskMs(rig: Pick<Rig, 'segmentsDir' | 'output'>, match: string, camera: number, before: readonly string[], fromMonoUs: number, limitMs = 30_000): Promise<number> {
  const folder = rig.segmentsDir(match);
  await until(
    async () => {
      const names = (await readdir(folder)).filter((name) => name.startsWith(`cam${camera}_`) && !before.includes(name));
      const shapes = await Promise.all(names.map((name) => segmentShape(join(folder, name)).catch(() => null)));
      return shapes.some((shape) => shape === 'fragmented' || shape === 'finalised');
    },
    `new frames of camera ${camera} on disk`,
    limitMs,
    () => rig.output.slice(-4000),
  );
  return (systemClock.monoUs() - fromMonoUs) / 1000;
}
