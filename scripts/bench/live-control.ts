/** How long people wait for live pictures to begin and to end, and a recording for the cameras that show them. */
import { systemClock } from '../../src/lib/clock.js';
import { Rig } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { p95, spread } from './stats.js';

const CYCLES = 15;

export async function measurePreviewControl(): Promise<Figure[]> {
  const rig = await Rig.start();
  const startMs: number[] = [];
  const stopMs: number[] = [];
  const recordMs: number[] = [];
  const timed = async (into: number[], what: () => Promise<{ readonly body: object }>): Promise<void> => {
    const fromMs = systemClock.monoMs();
    const { body } = await what();
    into.push(systemClock.monoMs() - fromMs);
    if (!JSON.stringify(body).includes('"success":true')) throw new Error(`refused: ${JSON.stringify(body)}`);
  };
  try {
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await timed(startMs, () => rig.post('/api/v1/preview', {}));
      await systemClock.sleepMs(500 + Math.random() * 500);
      await timed(stopMs, () => rig.delete('/api/v1/preview'));
    }
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await rig.post('/api/v1/preview', {});
      await systemClock.sleepMs(500 + Math.random() * 500);
      await timed(recordMs, () => rig.record(`switch_${cycle}`));
      await rig.stop();
    }
  } finally {
    await rig.dispose();
  }
  const figure = (name: string, limitMs: number, ms: readonly number[], how: string): Figure => ({ name, required: `≤ ${limitMs} ms`, measured: `${spread(ms)} ms`, holds: p95(ms) <= limitMs, how });
  return [
    figure('POST /preview, both cameras, reply', 500, startMs, `${CYCLES} starts; it answers when frames come from the cameras`),
    figure('DELETE /preview, both cameras, reply', 300, stopMs, `${CYCLES} stops`),
    figure('POST /recording while both cameras are shown → both cameras encode, reply', 900, recordMs, `${CYCLES} switches`),
  ];
}
