/** Live pictures: how late they are, how long people wait for them, and what they cost. */
import type { Figure } from './figure.js';
import { measurePreviewControl } from './live-control.js';
import { measureHls, measureJoins, measureWebrtcLatency } from './live-latency.js';
import { measureViewers } from './live-load.js';

/** One after the other: each has the machine to itself. */
export async function measureLive(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const measure of [measureWebrtcLatency, measureJoins, measureHls, measureViewers, measurePreviewControl]) figures.push(...(await measure()));
  return figures;
}
