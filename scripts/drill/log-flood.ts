import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/lib/clock.js';
import type { Rig } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, nothingLost } from './kit/findings.js';
import { isWhole } from './kit/look.js';

const MATCH = 'log-flood';
const CLIENTS = 8;
/** GStreamer's LOG level: some lines for each buffer in each element. */
const CHATTY = '6';
const MAX_LOG_MIB = 64;

export const logFlood: Drill = {
  name: 'log-flood',
  breaks: 'the camera stack logs every step, and clients send what is refused and logged as fast as they can',
  needsRoot: false,
  async run(scene) {
    const rig = await scene.rig({ env: { GST_DEBUG: CHATTY, GST_DEBUG_NO_COLOR: '1', TOUCHLINE_LOG_LEVEL: 'trace', TOUCHLINE_RECORDING_SEGMENT_SECONDS: '5' } });
    await rig.record(MATCH);
    await scene.sleepMs(1000);
    const untilMs = systemClock.monoMs() + scene.minutes(1) * 60_000;
    const before = await logBytes(rig);
    const outputBefore = rig.output.length;
    const refused = (await Promise.all(Array.from({ length: CLIENTS }, (_none, client) => (client % 2 === 0 ? askForNonsense(rig, untilMs) : sayNonsense(rig, untilMs))))).reduce((sum, count) => sum + count, 0);
    const isFine = await isWhole(rig);
    const [after, outputAfter] = [await logBytes(rig), rig.output.length];
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${MATCH}`);
    const seconds = scene.minutes(1) * 60;
    scene.say(`${refused} requests and messages refused, ${((after - before) / 1024 ** 2).toFixed(1)} MiB of log files`);
    return [
      nothingLost(scene, 'log flood: frames lost', runs, `${seconds.toFixed(0)} s with GST_DEBUG=${CHATTY} and ${CLIENTS} clients that sent ${refused} requests and messages that are refused`),
      fact('… the recording', 'healthy, one run per camera', isFine && runs.length === CAMERAS.length ? 'healthy' : 'disturbed', isFine && runs.length === CAMERAS.length, 'status and journals'),
      fact('… files of logs', `≤ ${MAX_LOG_MIB} MiB`, `${(after / 1024 ** 2).toFixed(0)} MiB, of which ${((after - before) / 1024 ** 2).toFixed(0)} in this time; the daemon itself printed ${((outputAfter - outputBefore) / 1024 ** 2).toFixed(1)} MiB`, after <= MAX_LOG_MIB * 1024 ** 2, 'log folder below the state: it must not take the room of a match'),
    ];
  },
};

async function askForNonsense(rig: Rig, untilMs: number): Promise<number> {
  let count = 0;
  for (; systemClock.monoMs() < untilMs; count += 1) await rig.post('/api/v1/recording', { match_id: `../${count}`, force: 'perhaps' });
  return count;
}

async function sayNonsense(rig: Rig, untilMs: number): Promise<number> {
  let count = 0;
  while (systemClock.monoMs() < untilMs) {
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/ws`);
    socket.on('error', () => undefined);
    const isOver = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await Promise.race([new Promise<void>((resolve) => socket.once('open', resolve)), isOver]);
    while (socket.readyState === WebSocket.OPEN && systemClock.monoMs() < untilMs) {
      socket.send(JSON.stringify({ v: 1, type: 'nonsense', count }));
      count += 1;
      await systemClock.sleepMs(1);
    }
    socket.terminate();
    await isOver;
  }
  return count;
}

async function logBytes(rig: Rig): Promise<number> {
  const folder = join(rig.stateDir, 'logs');
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
