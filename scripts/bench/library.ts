/** A season's worth of matches: how long the list takes, and what a download costs. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { makeBigLibrary } from '../../test/support/big-library.js';
import { Rig } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { memoryMiB } from './proc.js';
import { max, median, p99 } from './stats.js';

const MATCHES = 2000;
const SEGMENTS_PER_CAMERA = 20;
const LISTS = 300;
const ZIP_FILES = 10;
const ZIP_FILE_BYTES = 512 * 1024 * 1024;
const ZIP_RUNS = 3;
const MiB = 1024 * 1024;

export async function measureLibrary(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-bench-'));
  try {
    await makeBigLibrary(join(folder, 'recordings'), { matches: MATCHES, segmentsPerCamera: SEGMENTS_PER_CAMERA });
    const size = `${MATCHES} matches × ${2 * SEGMENTS_PER_CAMERA} segments`;
    const fromNothing = await timedStart(folder);
    const warmStart = await timedStart(folder);
    const rig = await Rig.start({ folder });
    try {
      for (let i = 0; i < 20; i += 1) await fetchAll(rig, '/api/v1/recordings');
      const ms: number[] = [];
      for (let i = 0; i < LISTS; i += 1) {
        ms.push(await fetchAll(rig, '/api/v1/recordings'));
        await systemClock.sleepMs(5);
      }
      return [
        { name: 'GET /recordings, warm, p99', required: '≤ 30 ms', measured: `${p99(ms).toFixed(1)} ms (median ${median(ms).toFixed(1)}, max ${max(ms).toFixed(1)})`, holds: p99(ms) <= 30, how: `${LISTS} requests for ${size}, whole body read` },
        { name: '… the first after a start', required: 'report', measured: `${warmStart.listMs.toFixed(0)} ms; without a catalogue ${fromNothing.listMs.toFixed(0)} ms`, holds: null, how: 'asked at the moment the daemon answers' },
        { name: 'start-up with that library until requests are answered', required: '≤ 3 s', measured: `${(warmStart.startMs / 1000).toFixed(2)} s; without a catalogue ${(fromNothing.startMs / 1000).toFixed(2)} s`, holds: Math.max(warmStart.startMs, fromNothing.startMs) <= 3000, how: 'from the start of the process to the first answer of GET /status' },
      ];
    } finally {
      await rig.dispose();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One start and one list in this folder; the daemon ends in order, so that the next one finds its catalogue. */
async function timedStart(folder: string): Promise<{ startMs: number; listMs: number }> {
  const from = systemClock.monoMs();
  const rig = await Rig.start({ folder });
  await rig.get('/api/v1/status');
  const startMs = systemClock.monoMs() - from;
  const listMs = await fetchAll(rig, '/api/v1/recordings');
  await rig.endDaemon();
  return { startMs, listMs };
}

async function fetchAll(rig: Rig, path: string): Promise<number> {
  const from = systemClock.monoMs();
  const response = await fetch(`${rig.url}${path}`);
  await response.arrayBuffer();
  return systemClock.monoMs() - from;
}

export async function measureZip(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-bench-'));
  try {
    const segments = join(folder, 'recordings', 'big', 'segments');
    await mkdir(segments, { recursive: true });
    for (let i = 0; i < ZIP_FILES; i += 1) await fillFile(join(segments, `cam0_20260211_220241_${String(i).padStart(2, '0')}.mp4`));
    const paths = (await readdir(segments)).sort().map((name) => join(segments, name));
    const rig = await Rig.start({ folder });
    try {
      const ratios: number[] = [];
      const firstMs: number[] = [];
      const growthMiB: number[] = [];
      const rates: string[] = [];
      await catToSocket(paths);
      for (let run = 0; run < ZIP_RUNS; run += 1) {
        const cat = await catToSocket(paths);
        const before = memoryMiB(rig.pid).rss;
        const zip = await download(rig, '/api/v1/recordings/big/download');
        firstMs.push(zip.firstByteMs);
        growthMiB.push(zip.peakMiB - before);
        ratios.push(zip.bytesPerMs / cat.bytesPerMs);
        rates.push(`${((zip.bytesPerMs * 1000) / MiB).toFixed(0)} : ${((cat.bytesPerMs * 1000) / MiB).toFixed(0)}`);
      }
      const gib = ((ZIP_FILES * ZIP_FILE_BYTES) / 1024 ** 3).toFixed(0);
      return [
        { name: `zip of ${gib} GiB: growth of the daemon's memory`, required: '≤ 32 MiB', measured: `${max(growthMiB).toFixed(1)} MiB`, holds: max(growthMiB) <= 32, how: `largest of ${ZIP_RUNS} downloads, resident memory looked at every 50 ms` },
        { name: '… first byte', required: '≤ 100 ms', measured: `${median(firstMs).toFixed(1)} ms (max ${max(firstMs).toFixed(1)})`, holds: max(firstMs) <= 100, how: `${ZIP_RUNS} downloads` },
        { name: '… throughput, ratio to `cat` of the same files to a socket', required: '≥ 0.5', measured: `${median(ratios).toFixed(2)} (${rates.join(', ')} MiB/s)`, holds: median(ratios) >= 0.5, how: `${ZIP_RUNS} pairs on loopback, files in the page cache` },
      ];
    } finally {
      await rig.dispose();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillFile(path: string): Promise<void> {
  const block = Buffer.alloc(8 * MiB);
  for (let i = 0; i < block.length; i += 4) block.writeUInt32LE((i * 2_654_435_761) >>> 0, i);
  const file = await open(path, 'w');
  for (let written = 0; written < ZIP_FILE_BYTES; written += block.length) await file.write(block);
  await file.close();
}

/** `cat files > socket` with the same kind of reader that takes the download. */
async function catToSocket(paths: readonly string[]): Promise<{ bytesPerMs: number }> {
  const received = Promise.withResolvers<{ bytes: number; ms: number }>();
  const server = createServer((socket) => {
    const from = systemClock.monoMs();
    let bytes = 0;
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.once('end', () => received.resolve({ bytes, ms: systemClock.monoMs() - from }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  // The socket itself is cat's output: no byte passes through this process on its way out.
  const cat = spawn('cat', [...paths], { stdio: ['ignore', socket, 'inherit'] });
  await new Promise((resolve) => cat.once('exit', resolve));
  socket.end();
  const { bytes, ms } = await received.promise;
  await new Promise((resolve) => server.close(resolve));
  return { bytesPerMs: bytes / ms };
}

function download(rig: Rig, path: string): Promise<{ firstByteMs: number; bytesPerMs: number; peakMiB: number }> {
  return new Promise((resolve, reject) => {
    const from = systemClock.monoMs();
    let firstByteMs = 0;
    let bytes = 0;
    let peakMiB = 0;
    const look = setInterval(() => (peakMiB = Math.max(peakMiB, memoryMiB(rig.pid).rss)), 50);
    request(`${rig.url}${path}`, (response) => {
      response.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = systemClock.monoMs() - from;
        bytes += chunk.length;
      });
      response.once('end', () => {
        clearInterval(look);
        const announced = Number(response.headers['content-length']);
        if (bytes !== announced) reject(new Error(`${bytes} bytes came, ${announced} were announced`));
        else resolve({ firstByteMs, bytesPerMs: bytes / (systemClock.monoMs() - from), peakMiB });
      });
      response.once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
