/**
 * Runs the pipeline in argv[2] (its sink named `sink`) for argv[3] milliseconds, reads the sink's `stats` every 20 ms as the
 * camera host does, and prints {"slowestReadMs": x, "stats": <the last ones>}. Ends without waiting for the disk.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { loadGStreamer } from '../../src/camera/host/gst.js';

const [, , text = '', durationMs = '0'] = process.argv;
const pipeline = loadGStreamer()(text);
pipeline.play();

const until = performance.now() + Number(durationMs);
let slowestReadMs = 0;
let stats: unknown;
while (performance.now() < until) {
  await delay(20);
  const began = performance.now();
  stats = pipeline.get('sink', 'stats');
  slowestReadMs = Math.max(slowestReadMs, performance.now() - began);
}
process.stdout.write(JSON.stringify({ slowestReadMs, stats: JSON.parse(String(stats)) }));
process.kill(process.pid, 'SIGKILL');
