/** A segment that is fetched while it is recorded is whole, whatever becomes of its file meanwhile. */
import { copyFile, open, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { ReadBuffers } from '../../src/api/http/download-buffers.js';
import { FilePart } from '../../src/api/http/download-transfer.js';
import { playableFile, type PlayableFile } from '../../src/integrity/playable.js';
import { boxesOf, decode, encodedSource, HEIGHT, pipelineArguments, PLUGIN_FOLDER, probe, WIDTH } from '../support/segment-recording.js';
import { until } from '../support/rig.js';

const FRAMES = 120;
const ORDINARY = ['ftyp', 'free', 'mdat', 'moov'];

interface Recorded {
  /** As it was with at least three fragments, the newest perhaps half-written. */
  readonly growing: string;
  readonly final: string;
  /** Of the file at that moment, opened then and finalised since. */
  readonly handle: FileHandle;
  readonly moment: PlayableFile;
}

async function record(t: Test): Promise<Recorded> {
  const folder = t.testdir({});
  const final = join(folder, 's00.mp4');
  const growing = join(folder, 'copy.mp4');
  const recorder = execa('gst-launch-1.0', pipelineArguments([...encodedSource({ frames: FRAMES, gop: 15, live: true }), `segmentsink segment-duration-ms=60000 location-prefix=${folder}/s`]), {
    env: { GST_PLUGIN_PATH: PLUGIN_FOLDER, GST_REGISTRY: join(folder, 'registry.bin') },
    timeout: 30_000,
  });
  await until(async () => (await boxesOf(final).catch(() => [])).filter((type) => type === 'moof').length >= 2, 'there are three fragments');
  const handle = await open(final);
  t.teardown(() => handle.close());
  const moment = await playableFile(handle);
  await copyFile(final, growing);
  await recorder;
  t.strictSame(await boxesOf(final), ORDINARY, 'finalised meanwhile');
  return { growing, final, handle, moment };
}

async function part({ handle, moment }: Recorded, start: number, length: number): Promise<Buffer> {
  const buffers = new ReadBuffers({ count: 3, bufferBytes: 1000 });
  const source = new FilePart({ handle, name: 's00.mp4', headers: moment.headers }, { start, length }, buffers);
  const copies: Buffer[] = [];
  for await (const piece of source) {
    copies.push(Buffer.from(piece));
    buffers.give(piece);
  }
  return Buffer.concat(copies);
}

t.test('what was promised of a growing segment plays to its last frame, although the file was finalised before it was read', async (t) => {
  const recorded = await record(t);
  const { moment, growing } = recorded;
  const fetched = join(t.testdirName, 'fetched.mp4');
  await writeFile(fetched, await part(recorded, 0, moment.bytes));
  const packets = (await probe(fetched))?.packets ?? 0;
  t.ok(packets >= 3, `${packets} frames`);
  t.equal((await decode(fetched)).length, packets * WIDTH * HEIGHT, 'and every one a picture');
  t.ok(((await probe(growing))?.packets ?? 0) >= packets, 'no more than there were');
});

t.test('each part of it is the same, wherever it begins', async (t) => {
  const recorded = await record(t);
  const whole = await part(recorded, 0, recorded.moment.bytes);
  for (const [start, length] of [[0, 1], [33, 20], [41, 3], [44, 4], [47, 3000], [whole.length - 5, 5]] as const) {
    t.ok((await part(recorded, start, length)).equals(whole.subarray(start, start + length)), `${length} bytes from ${start}`);
  }
});

t.test('a segment that is finalised while it is being looked at is offered as it is then', async (t) => {
  const { growing, final } = await record(t);
  const path = join(t.testdirName, 'turning.mp4');
  for (const turningAt of [1, 2, 3]) {
    await copyFile(growing, path);
    const handle = await open(path);
    t.teardown(() => handle.close());
    let reads = 0;
    const turning = new Proxy(handle, {
      get: (target, name) =>
        name === 'stat'
          ? target.stat.bind(target)
          : async (...read: Parameters<FileHandle['read']>) => {
              if ((reads += 1) === turningAt) await copyFile(final, path);
              return target.read(...read);
            },
    });
    const { bytes, facts } = await playableFile(turning);
    t.equal(bytes, Number((await handle.stat()).size), `finalised before read ${turningAt}`);
    t.equal(Number(facts.size), bytes);
  }
});
