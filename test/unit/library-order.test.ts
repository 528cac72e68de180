import t from 'tap';
import { compareGroups, groupOf, isMatchFileName, isMatchFolderName, isOfferedName, isOneName, isSegmentFileName, nameFromBytes } from '../../src/library/names.js';
import { FirstRecorded, inOrderOfRecording } from '../../src/library/order.js';
import { segmentsOf, SummaryBuilder } from '../../src/library/summary.js';

/** A file last written at this local time of 11 February 2026. */
function file(name: string, hour = 22, minute = 0, bytes = 1) {
  return { name, bytes, modifiedEpochMs: new Date(2026, 1, 11, hour, minute).getTime() };
}

function firstOf(files: readonly ReturnType<typeof file>[]): ReturnType<typeof file> | null {
  const first = new FirstRecorded<ReturnType<typeof file>>();
  for (const each of files) first.add(each);
  return first.file;
}

function summaryOf(matchId: string, segments: readonly ReturnType<typeof file>[], files: readonly ReturnType<typeof file>[]) {
  const summary = new SummaryBuilder(matchId);
  for (const segment of segments) summary.addSegment(segment);
  for (const each of files) summary.addFile(each);
  return summary.build();
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items.map((item, index) => ({ item, key: (index * 7919 + seed * 104_729) % 1009 })).sort((a, b) => a.key - b.key).map(({ item }) => item);
}

t.test('segments come in the order of recording, whatever their names sort like and in whatever order they are found', async (t) => {
  const cases: Record<string, readonly ReturnType<typeof file>[]> = {
    'index as a number, 09 before 10 before 100': [8, 9, 10, 11, 99, 100, 101].map((index) => file(`cam0_20260211_220241_${String(index).padStart(2, '0')}.mp4`, 1)),
    'a resumed match does not interleave': [file('cam0_20260211_200000_00.mp4'), file('cam0_20260211_200000_01.mp4'), file('cam0_20260211_203000_00.mp4'), file('cam0_20260211_203000_01.mp4')],
    'foreign names by the number at their end, although they were copied in another order': [file('cam0-1.mkv', 9), file('cam0-2.mkv', 11), file('cam0-10.mkv', 10)],
    'foreign names with the same number by time': [file('b_cam0_1.mp4', 9), file('a_cam0_1.mp4', 10)],
    'foreign names without numbers last, by time': [file('cam0_5.mp4', 12), file('cam0_late.mp4', 10), file('cam0_early.mp4', 11)],
    'foreign files between ours, by time': [file('cam0_20260211_200000_00.mp4', 1), file('cam0_extra.mp4', 20, 15), file('cam0_20260211_203000_00.mp4', 1)],
    'the same stamps in another container': [file('cam0_20260211_200000_00.mkv', 5), file('cam0_20260211_200000_01.mp4', 4), file('cam0_20260211_200000_02.mkv', 3)],
  };
  for (const [what, expected] of Object.entries(cases)) {
    for (let seed = 0; seed < 20; seed += 1) {
      t.strictSame(inOrderOfRecording(shuffled(expected, seed)).map(({ name }) => name), expected.map(({ name }) => name), what);
      t.equal(firstOf(shuffled(expected, seed))?.name, expected[0]?.name, `${what}: the first`);
    }
  }
});

t.equal(firstOf([]), null);

t.test('a file belongs to the camera that its name tells, and every camera is listed', async (t) => {
  const groups = {
    'cam0_20260211_220241_00.mp4': 'cam0',
    'cam1.mp4': 'cam1',
    'cam12-a.mov': 'cam12',
    'final_cam3': 'cam3',
    'cam01_x.mp4': 'cam1',
    'cam.mp4': 'unknown',
    'camera0.mp4': 'unknown',
    'Cam0_x.mp4': 'unknown',
    'cam0x.mp4': 'unknown',
    'pano.mp4': 'unknown',
  };
  for (const [name, group] of Object.entries(groups)) t.equal(groupOf(name), group, name);
  t.strictSame(['unknown', 'cam10', 'cam2', 'cam0'].sort(compareGroups), ['cam0', 'cam2', 'cam10', 'unknown']);

  const segments = [file('pano.mp4', 21), file('cam7_1.mp4', 22), file('cam0_2.mp4', 23, 0, 10), file('cam0_1.mp4', 23, 30, 100)];
  const summary = summaryOf('m', segments, [file('cam0_archive.mp4', 23, 0, 1000), file('a.zip', 23, 0, 10_000)]);
  t.strictSame(summary, {
    matchId: 'm',
    cameras: [
      { group: 'cam0', segmentCount: 2, bytes: 110, firstModifiedEpochMs: file('', 23, 30).modifiedEpochMs },
      { group: 'cam7', segmentCount: 1, bytes: 1, firstModifiedEpochMs: file('', 22).modifiedEpochMs },
      { group: 'unknown', segmentCount: 1, bytes: 1, firstModifiedEpochMs: file('', 21).modifiedEpochMs },
    ],
    files: [file('a.zip', 23, 0, 10_000), file('cam0_archive.mp4', 23, 0, 1000)],
    totalBytes: 11_112,
    segmentCount: 4,
    oldestSegmentEpochMs: file('', 21).modifiedEpochMs,
  });
  t.strictSame(
    segmentsOf('m', segments, new Map([['cam0_2.mp4', 60.5]])).segments.map(({ group, number, name, startSeconds }) => `${group} ${number} ${name} ${startSeconds}`),
    ['cam0 1 cam0_1.mp4 null', 'cam0 2 cam0_2.mp4 60.5', 'cam7 1 cam7_1.mp4 null', 'unknown 1 pano.mp4 null'],
  );
  t.equal(summaryOf('m', [], []), null, 'a match without a file that counts is not listed');
});

t.test('what counts is decided by the name alone, case-sensitive, and never a working copy', async (t) => {
  for (const name of ['a.mkv', 'a.mp4', 'a.avi', 'a.mov', '\u202ea.mp4', ' .mp4']) t.ok(isSegmentFileName(name) && isMatchFileName(name), name);
  for (const name of ['a.MP4', 'a.mp4.part', 'amp4', 'a.json', 'a.zip', '.repair-a.mp4']) t.notOk(isSegmentFileName(name), name);
  t.ok(isMatchFileName('a.zip'));
  const temporary = '.x.mp4.1-2-00000000-0000-0000-0000-000000000000.00000000-0000-0000-0000-000000000000.touchline-tmp';
  for (const name of ['.repair-a.mp4', temporary, '', '.', '..', 'a/b', 'a\0', '\ud800.mp4', 'ä'.repeat(128)]) t.notOk(isOfferedName(name), name);
  for (const name of ['match.json', '...', '..a', 'ä'.repeat(127), 'a\nb']) t.ok(isOneName(name) && isOfferedName(name), name);
  for (const id of ['', '.', '..', '.deleting-1', '.hidden', 'lost+found', 'a/b', '/', 'a\0', '\udfff']) t.notOk(isMatchFolderName(id), id);
  for (const id of ['match_1', 'CON', 'U19 – Derby', '⚽', 'a\nb']) t.ok(isMatchFolderName(id), id);
  t.equal(nameFromBytes(Buffer.from([0x61, 0xff])), null);
  t.equal(nameFromBytes(Buffer.from('a\ufffd')), 'a\ufffd');
});
