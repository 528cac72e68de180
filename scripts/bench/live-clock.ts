/**
 * From a frame's counter to the instant at which the camera gave it out, and from a browser's clock to ours. Everything
 * runs on one machine, so CLOCK_MONOTONIC is the common axis.
 */
import type { Page } from 'playwright-core';
import { HostConnection } from '../../src/camera/client.js';
import { type MeterStats, socketPath } from '../../src/camera/protocol.js';
import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import { median } from './stats.js';

const ROUND_TRIPS = 50;

/** What the meter behind the camera's counter says twice a second: frame number `frames - 1` came at `lastFrameMonoUs`. */
export class CameraClock {
  readonly #connection: HostConnection;
  readonly #seen: readonly { readonly counter: number; readonly monoMs: number }[];

  private constructor(connection: HostConnection, seen: readonly { readonly counter: number; readonly monoMs: number }[]) {
    this.#connection = connection;
    this.#seen = seen;
  }

  static async open(runtimeDir: string, camera: number): Promise<CameraClock> {
    const seen: { counter: number; monoMs: number }[] = [];
    const take = (source: MeterStats | null | undefined): void => {
      if (source?.lastFrameMonoUs != null) seen.push({ counter: source.frames - 1, monoMs: source.lastFrameMonoUs / 1000 });
    };
    const connection = await HostConnection.open(socketPath(runtimeDir, camera), camera, systemClock, {
      state: (state) => take(state.live?.source),
      journal: () => undefined,
      closed: () => undefined,
      protocolError: () => undefined,
    });
    if (connection === null) throw new Error(`there is no host of camera ${camera}`);
    return new CameraClock(connection, seen);
  }

  /** The instant of a frame: of the nearest one that the host told of, and whole frame durations from there. */
  monoMsOf(counter: number, fps: number): number {
    const nearest = this.#seen.reduce((best, one) => (Math.abs(one.counter - counter) < Math.abs(best.counter - counter) ? one : best));
    return nearest.monoMs + ((counter - nearest.counter) * 1000) / fps;
  }

  /** How far the instants that the host told of lie from an even beat, as the median in ms: the error of `monoMsOf`. */
  jitterMs(fps: number): number {
    const phases = this.#seen.map(({ counter, monoMs }) => monoMs - (counter * 1000) / fps);
    const middle = median(phases);
    return median(phases.map((phase) => Math.abs(phase - middle)));
  }

  async ready(): Promise<void> {
    await until(() => this.#seen.length > 2, 'the host tells of frames');
  }

  close(): void {
    this.#connection.close();
  }
}

/** What must be added to the page's performance.now() to get CLOCK_MONOTONIC in ms, from the shortest of many questions. */
export async function pageOffsetMs(page: Page): Promise<{ readonly offsetMs: number; readonly errorMs: number }> {
  let best = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let i = 0; i < ROUND_TRIPS; i += 1) {
    const fromMs = systemClock.monoMs();
    const pageMs = Number(await page.evaluate('performance.now()'));
    const toMs = systemClock.monoMs();
    const errorMs = (toMs - fromMs) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: fromMs + errorMs - pageMs, errorMs };
  }
  return best;
}
