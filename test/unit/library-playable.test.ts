import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { playablePart } from '../../src/integrity/playable.js';
import { systemClock } from '../../src/lib/clock.js';
import { box } from '../support/mp4-box.js';
import { framesIn } from '../support/rig.js';

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'touchline-playable-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function playable(path: string, sizeBytes?: number): Promise<number> {
  const file = await open(path);
  try {
    return (await playablePart(file, sizeBytes ?? (await file.stat()).size)).bytes;
  } finally {
    await file.close();
  }
}

t.test('of a file in fragments as much is offered as plays, of any other file all of it', async (t) => {
  const path = join(await folder(t), 'a.mp4');
  const head = [box('ftyp', 24), box('moov', 700)];
  const pair = [box('moof', 300), box('mdat', 5000)];
  const own = [box('ftyp', 32), box('free', 8), box('mdat', 8060), box('moov', 700)];
  const behind = [box('mdat', 5000), box('moof', 300)];
  const endless = Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.from('mdat'), Buffer.alloc(50)]);
  const cases: Record<string, { readonly boxes: readonly Buffer[]; readonly offered: number | 'all' }> = {
    'an empty file': { boxes: [], offered: 'all' },
    'no MP4 at all': { boxes: [Buffer.alloc(5000, 'x')], offered: 'all' },
    'finalised': { boxes: [box('ftyp', 24), box('mdat', 9000), box('moov', 700)], offered: 'all' },
    'finalised, with a 64-bit length': { boxes: [box('ftyp', 24), box('mdat', 9000, true), box('moov', 700)], offered: 'all' },
    'a copy that is still coming in': { boxes: [box('ftyp', 24), box('mdat', 9000).subarray(0, 4000)], offered: 'all' },
    'no fragment yet': { boxes: head, offered: 'all' },
    'whole pairs': { boxes: [...head, ...pair, ...pair], offered: 'all' },
    'the first fragment half-written': { boxes: [...head, box('moof', 300), box('mdat', 5000).subarray(0, 10)], offered: 724 },
    'a media box half-written': { boxes: [...head, ...pair, box('moof', 300), box('mdat', 5000).subarray(0, 4999)], offered: 724 + 5300 },
    'a fragment without its media box': { boxes: [...head, ...pair, box('moof', 300)], offered: 724 + 5300 },
    'half a header': { boxes: [...head, ...pair, box('moof', 300).subarray(0, 5)], offered: 724 + 5300 },
    'a media box up to the end of the file': { boxes: [...head, ...pair, box('moof', 300), endless], offered: 724 + 5300 },
    'a tail of zeros after a power cut': { boxes: [...head, ...pair, Buffer.alloc(4096)], offered: 724 + 5300 },
    'segment types between the pairs': { boxes: [...head, box('styp', 20), ...pair, box('styp', 20), ...pair], offered: 'all' },
    'the index behind its media, one fragment': { boxes: own, offered: 'all' },
    'the index behind its media, several': { boxes: [...own, ...behind, ...behind], offered: 'all' },
    '… media without their index': { boxes: [...own, ...behind, box('mdat', 5000)], offered: 8800 + 5300 },
    '… the second media half-written': { boxes: [...own, box('mdat', 5000).subarray(0, 4000)], offered: 8800 },
    '… an index half-written': { boxes: [...own, box('mdat', 5000), box('moof', 300).subarray(0, 200)], offered: 8800 },
    'an index of the fragments behind them': { boxes: [...head, ...pair, ...pair, box('mfra', 90)], offered: 'all' },
  };
  for (const [what, { boxes, offered }] of Object.entries(cases)) {
    const content = Buffer.concat(boxes);
    await writeFile(path, content);
    t.equal(await playable(path), offered === 'all' ? content.length : offered, what);
  }
});

t.test('a real recording in fragments plays to the last offered byte, wherever it was cut', async (t) => {
  const dir = await folder(t);
  const whole = join(dir, 'whole.mp4');
  await execa('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=20', '-t', '3', '-c:v', 'libx264', '-g', '10', '-pix_fmt', 'yuv420p', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', whole]);
  const file = await open(whole);
  t.teardown(() => file.close());
  const { size } = await file.stat();
  const content = await file.readFile();
  t.equal(await framesIn(whole), 60);
  for (const share of [0.35, 0.6, 0.85, 0.99]) {
    const cut = join(dir, 'cut.mp4');
    const cutBytes = Math.floor(size * share);
    await writeFile(cut, content.subarray(0, cutBytes));
    const offered = await playable(cut);
    t.ok(offered > 0 && offered <= cutBytes, `${offered} of ${cutBytes} bytes`);
    await writeFile(cut, content.subarray(0, offered));
    const { stderr, exitCode } = await execa('ffmpeg', ['-v', 'warning', '-i', cut, '-f', 'null', '-'], { reject: false });
    t.equal(exitCode, 0);
    t.equal(stderr, '', 'a player has nothing to complain about');
    t.equal((await framesIn(cut)) % 10, 0, 'whole fragments');
  }
});

t.test('a segment of ten minutes in fragments of half a second is measured quickly enough to be asked for again and again', async (t) => {
  const path = join(await folder(t), 'long.mp4');
  const fragment = Buffer.concat([box('moof', 600), box('mdat', 20_000)]);
  await writeFile(path, Buffer.concat([box('ftyp', 24), box('moov', 700), ...Array.from({ length: 1200 }, () => fragment), Buffer.alloc(3)]));
  const fromMs = systemClock.monoMs();
  t.equal(await playable(path), 724 + 1200 * fragment.length);
  const elapsedMs = systemClock.monoMs() - fromMs;
  t.comment(`${elapsedMs.toFixed(1)} ms`);
  t.ok(elapsedMs < 1000);
});
