import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { segmentShape, type SegmentShape } from '../../src/integrity/mp4.js';
import { box } from '../support/mp4-box.js';

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'touchline-shape-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

t.test('what a segment needs is seen in its boxes, also when something behind them is damaged', async (t) => {
  const path = join(await folder(t), 'a.mp4');
  const own = [box('ftyp', 32), box('free', 8), box('mdat', 8060), box('moov', 700)];
  const endless = Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.from('mdat'), Buffer.alloc(50)]);
  const senseless = Buffer.concat([Buffer.from([0, 0, 0, 5]), Buffer.from('mdat'), Buffer.alloc(50)]);
  const cases: Record<string, { readonly boxes: readonly Buffer[]; readonly shape: SegmentShape }> = {
    'nothing': { boxes: [], shape: 'empty' },
    'no MP4': { boxes: [Buffer.alloc(5000, 'x')], shape: 'unreadable' },
    'media alone': { boxes: [box('ftyp', 24), box('mdat', 9000)], shape: 'unreadable' },
    'an index in front': { boxes: [box('ftyp', 24), box('moov', 700), box('mdat', 9000)], shape: 'finalised' },
    'an index behind': { boxes: own, shape: 'finalised' },
    'a 64-bit length': { boxes: [box('ftyp', 24), box('mdat', 9000, true), box('moov', 700)], shape: 'finalised' },
    'half an index': { boxes: [box('ftyp', 24), box('mdat', 9000), box('moov', 700).subarray(0, 400)], shape: 'unreadable' },
    'media up to the end of the file': { boxes: [box('ftyp', 24), box('moov', 700), endless], shape: 'finalised' },
    'an index, and a header that makes no sense': { boxes: [...own, senseless], shape: 'finalised' },
    'an index, and half a header': { boxes: [...own, Buffer.alloc(5)], shape: 'finalised' },
    'an index, and a tail of zeros': { boxes: [...own, Buffer.alloc(4096)], shape: 'finalised' },
    'a header that makes no sense in front of the index': { boxes: [box('ftyp', 24), senseless, box('moov', 700)], shape: 'unreadable' },
    'fragments': { boxes: [...own, box('mdat', 5000), box('moof', 300)], shape: 'fragmented' },
    'fragments, and a tail of zeros': { boxes: [...own, box('mdat', 5000), box('moof', 300), Buffer.alloc(4096)], shape: 'fragmented' },
    'half a fragment': { boxes: [box('ftyp', 24), box('moov', 700), box('moof', 300), box('mdat', 5000).subarray(0, 10)], shape: 'fragmented' },
  };
  for (const [name, { boxes, shape }] of Object.entries(cases)) {
    await writeFile(path, Buffer.concat(boxes));
    t.equal(await segmentShape(path), shape, name);
  }
});

t.test('what has the name of a segment and is none is not waited for', async (t) => {
  const path = join(await folder(t), 'a.mp4');
  await execa('mkfifo', [path]);
  t.equal(await segmentShape(path), 'unreadable');
});
