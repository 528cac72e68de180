/** Of a match that is being recorded only what is new is read, and comes to the same as all of it. */
import { appendFile, mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { JournalEntry } from '../../src/camera/journal.js';
import { CameraHistory } from '../../src/recording/camera-history.js';
import { readJournal } from '../../src/recording/journal-reader.js';
import { buildManifest, type Manifest } from '../../src/recording/manifest.js';
import { MatchHistory } from '../../src/recording/match-history.js';
import type { ProbeResult } from '../../src/recording/types.js';
import { box } from '../support/mp4-box.js';

const head = { v: 1 as const, camera: 0, runId: 'r', bootId: 'b', monoUs: 1, epochMs: 2 };
const name = (index: number): string => `cam0_20260101_120000_${String(index).padStart(2, '0')}.mp4`;
const ENTRIES: readonly JournalEntry[] = [
  { ...head, kind: 'run-started', stamp: '20260101_120000', resumes: 0, cause: null },
  { ...head, kind: 'first-frame', frameMonoUs: 77 },
  ...[0, 1, 2].flatMap((index): JournalEntry[] => [
    { ...head, kind: 'segment-opened', name: name(index), index, epochMs: 1000 * index },
    { ...head, kind: 'segment-closed', name: name(index), index, frames: 30 + index, bytes: 9, durationMs: 1000, finalised: true, synced: true, error: null },
  ]),
  { ...head, kind: 'failed', code: 'x', message: 'with "kind":"run-ended" in its words – ü' },
  { ...head, bootId: 'c', kind: 'run-started', stamp: '20260101_120009', resumes: 1, cause: 'host_gone' },
  { ...head, bootId: 'c', kind: 'run-ended', eosReceived: true, framesAtSource: 9, framesEncoded: 9, framesMissed: 3, framesInSegments: 9 },
];
const text = (entries: readonly JournalEntry[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

t.test('wherever a look cuts the journal, the next one goes on there', async (t) => {
  const folder = t.testdir({});
  await mkdir(join(folder, 'segments'));
  const journal = join(folder, 'cam0.journal.ndjson');
  const whole = Buffer.from(text(ENTRIES));
  for (const step of [1, 7, 100, 5000]) {
    await writeFile(`${journal}.new`, '');
    await rename(`${journal}.new`, journal);
    const match = new MatchHistory(folder, [0]);
    for (let from = 0; from < whole.length; from += step) {
      await appendFile(journal, whole.subarray(from, from + step));
      if (step > 1 || from % 50 === 0) await match.read(null);
    }
    const [camera] = await match.read(null);
    t.strictSame(camera?.history, CameraHistory.of(ENTRIES), `${step} bytes at a time`);
  }
  t.strictSame(CameraHistory.of(await readJournal(folder, 0)), CameraHistory.of(ENTRIES));
  t.match(CameraHistory.of(ENTRIES), { framesMissed: 3, firstFrameMonoUs: 77, runs: [{ firstFrameMonoUs: 77, hasEnded: false }, { cause: 'host_gone', hasEnded: true }] });
});

t.test('a journal in the place of another, and one that was cut, are read from their beginning', async (t) => {
  const folder = t.testdir({});
  const journal = join(folder, 'cam0.journal.ndjson');
  const match = new MatchHistory(folder, [0, 1]);
  const names = async (): Promise<readonly string[]> => [...((await match.read(null))[0]?.history.segments.keys() ?? [])];
  t.strictSame(await names(), [], 'there is none yet');
  await writeFile(journal, text(ENTRIES));
  t.strictSame(await names(), [0, 1, 2].map(name));
  await writeFile(`${journal}.new`, `no entry\n${text(ENTRIES).slice(0, -1)}`);
  await rename(`${journal}.new`, journal);
  t.strictSame(await names(), [0, 1, 2].map(name));
  await writeFile(journal, text(ENTRIES.slice(0, 4)));
  t.strictSame(await names(), [name(0)]);
});

t.test('what is longer than any journal is not read, by nobody', async (t) => {
  const folder = t.testdir({});
  const journal = join(folder, 'cam0.journal.ndjson');
  await writeFile(journal, text(ENTRIES));
  await truncate(journal, 33 * 1024 * 1024);
  t.strictSame(await readJournal(folder, 0), []);
  const [camera] = await new MatchHistory(folder, [0]).read(null);
  t.equal(camera?.history.isEmpty, true);
});

t.test('files are found by the folder at first, by the journals from then on', async (t) => {
  const folder = t.testdir({ segments: {} });
  const put = (segment: string): Promise<void> => writeFile(join(folder, 'segments', segment), 'x');
  const foreign = 'cam1_20250101_120000_00.mp4';
  for (const segment of [foreign, name(0), 'notes.txt']) await put(segment);
  const match = new MatchHistory(folder, [0, 1]);
  const names = async (): Promise<readonly string[][]> => (await match.read(null)).map(({ files }) => files.map((file) => file.name).sort());
  t.strictSame(await names(), [[name(0)], [foreign]], 'one whose journal is gone, too');
  await writeFile(join(folder, 'cam0.journal.ndjson'), text(ENTRIES));
  await put(name(1));
  t.strictSame(await names(), [[name(0), name(1)], [foreign]], 'the third was told of and is not there');
  await put(name(2));
  t.strictSame(await names(), [[name(0), name(1), name(2)], [foreign]]);
});

const FINAL = Buffer.concat([box('ftyp', 24), box('mdat', 900), box('moov', 70)]);
const SOUND: ProbeResult = { checked: true, ok: true, error: null, cached: false, durationSeconds: '1.0', bitRate: null, avgFrameRate: null, frames: 30 };

t.test('however often a manifest is made from what is new, it is the one that is made from everything', async (t) => {
  const folder = t.testdir({ segments: {} });
  const journal = join(folder, 'cam0.journal.ndjson');
  const probes = new Map<string, ProbeResult>();
  const made = (cameras: Awaited<ReturnType<MatchHistory['read']>>, previous: Manifest | null): Manifest =>
    buildManifest({ matchId: 'm', softwareVersion: '1', state: 'recording', endedEpochMs: null, cameras, probes, previous });
  const match = new MatchHistory(folder, [0]);
  const kept: number[] = [];
  let manifest: Manifest | null = null;
  const follow = async (): Promise<void> => {
    const cameras = await match.read(manifest);
    kept.push(cameras[0]?.files.length ?? 0);
    manifest = made(cameras, manifest);
    for (const settled of match.settle(manifest)) probes.delete(settled);
    const whole = await new MatchHistory(folder, [0]).read(null);
    t.strictSame(manifest.cameras['0'], made(whole, manifest).cameras['0'], `after ${kept.length} looks`);
  };
  await writeFile(join(folder, 'segments', name(7)), FINAL);
  for (const [index, entry] of ENTRIES.entries()) {
    await appendFile(journal, text([entry]));
    if (entry.kind === 'segment-opened') await writeFile(join(folder, 'segments', entry.name), FINAL.subarray(0, 500));
    if (entry.kind === 'segment-closed') {
      await writeFile(join(folder, 'segments', entry.name), FINAL);
      if (index % 4 === 3) await follow();
      probes.set(entry.name, SOUND);
    }
    await follow();
  }
  t.equal(kept.at(-1), 1, 'of four segments the one is looked at of which no journal tells');
  t.match(manifest, { cameras: { 0: { frames: 93, segments: [{ name: name(0), integrity: { ok: true } }, {}, {}, { name: name(7) }] } } });
});

t.test('should match.json be another than the one that was settled with, all is read anew', async (t) => {
  const folder = t.testdir({ segments: {} });
  await writeFile(join(folder, 'cam0.journal.ndjson'), text(ENTRIES));
  for (const index of [0, 1, 2]) await writeFile(join(folder, 'segments', name(index)), FINAL);
  const match = new MatchHistory(folder, [0]);
  const probes = new Map([0, 1, 2].map((index) => [name(index), SOUND]));
  const manifest = buildManifest({ matchId: 'm', softwareVersion: '1', state: 'recording', endedEpochMs: null, cameras: await match.read(null), probes, previous: null });
  t.strictSame(match.settle(manifest), [0, 1, 2].map(name));
  t.match(await match.read(manifest), [{ files: [], settled: { length: 3 } }]);
  t.match(await match.read({ ...manifest, marks: [1] }), [{ files: [], settled: { length: 3 } }], 'a mark changes nothing of that');
  t.match(await match.read(null), [{ files: { length: 3 }, settled: [] }], 'it got lost');
  match.settle(manifest);
  t.match(await match.read(structuredClone(manifest)), [{ files: { length: 3 }, settled: [] }], 'somebody else wrote it');
});
