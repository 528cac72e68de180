/** What ten viewers cost the daemon, and whether it still answers everybody else at once. */
import { systemClock } from '../../src/lib/clock.js';
import { Rig } from '../../test/support/rig.js';
import { startRtspCamera } from '../../test/support/rtsp-camera.js';
import { ViewerProcess } from '../../test/support/viewer-process.js';
import type { Figure } from './figure.js';
import { cpuSeconds } from './proc.js';
import { max, p99 } from './stats.js';

const VIEWERS = 10;
const WINDOW_MS = 30_000;
const SETTLE_MS = 3000;
const PAUSE_MS = 20;
const WARM_UP = 200;
const PICTURE = { width: 1280, height: 720, bitrateKbps: 4000 };

/** The camera is an IP camera, whose stream of that bit rate is passed on: nothing is encoded, all of it is sent. */
export async function measureViewers(): Promise<Figure[]> {
  const cameras = [await startRtspCamera(PICTURE), await startRtspCamera(PICTURE)];
  const rig = await Rig.start({ env: { TOUCHLINE_PROFILE: 'ip', TOUCHLINE_SOURCES: cameras.map(({ url }) => url).join(',') } });
  let viewers: ViewerProcess | null = null;
  try {
    for (let i = 0; i < WARM_UP; i += 1) await rig.get('/api/v1/status');
    const aloneMs = await statusTimes(rig, WINDOW_MS / 3);
    viewers = await ViewerProcess.start(rig.url, 'main_cam0', VIEWERS);
    await systemClock.sleepMs(SETTLE_MS);
    const [cpuBefore, bytesBefore, packetsBefore, fromMs] = [cpuSeconds(rig.pid), viewers.bytes, viewers.packets, systemClock.monoMs()];
    const ms = await statusTimes(rig, WINDOW_MS);
    const seconds = (systemClock.monoMs() - fromMs) / 1000;
    const percent = ((cpuSeconds(rig.pid) - cpuBefore) / seconds) * 100;
    const rates = viewers.packets.map((count, index) => (count - (packetsBefore[index] ?? 0)) / seconds);
    const megabits = ((viewers.bytes - bytesBefore) * 8) / seconds / VIEWERS / 1e6;
    const how = `profile ip; receivers in a process of their own got ${megabits.toFixed(2)} Mbit/s and ${Math.min(...rates).toFixed(0)} packets/s each, over ${seconds.toFixed(0)} s`;
    return [
      { name: `CPU of the daemon, ${VIEWERS} viewers × 720p30 at 4 Mbit/s`, required: '≤ 25 % of a core', measured: `${percent.toFixed(1)} %`, holds: percent <= 25, how: `${how}; ${ms.length} requests on the side are in it` },
      { name: '… GET /status p99 meanwhile', required: '≤ 10 ms', measured: `${p99(ms).toFixed(2)} ms (max ${max(ms).toFixed(1)})`, holds: p99(ms) <= 10, how: `${ms.length} requests on one connection; ${p99(aloneMs).toFixed(2)} ms (max ${max(aloneMs).toFixed(1)}) just before, with nobody watching` },
    ];
  } finally {
    await viewers?.end();
    await rig.dispose();
    for (const camera of cameras) await camera.close();
  }
}

async function statusTimes(rig: Rig, windowMs: number): Promise<number[]> {
  const ms: number[] = [];
  const fromMs = systemClock.monoMs();
  while (systemClock.monoMs() - fromMs < windowMs) {
    const askedMs = systemClock.monoMs();
    await rig.get('/api/v1/status');
    ms.push(systemClock.monoMs() - askedMs);
    await systemClock.sleepMs(PAUSE_MS);
  }
  return ms;
}
