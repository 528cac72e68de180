/** The list of matches on the wire: its shape, and what it costs to ask again. */
import { EventEmitter } from 'node:events';
import t from 'tap';
import { getRecordings, RecordingsList } from '../../src/api/operations/library.js';
import { presentProcessing, presentSegments } from '../../src/api/presenters/library.js';
import type { Clock } from '../../src/lib/clock.js';
import { systemClock } from '../../src/lib/clock.js';
import type { Library, MatchSummary } from '../../src/library/types.js';
import { plannedParts } from '../support/planned-parts.js';

const MB = 1024 * 1024;
const MATCH: MatchSummary = {
  matchId: 'a "b" ü',
  cameras: [
    { group: 'cam0', segmentCount: 2, bytes: 3 * MB, firstModifiedEpochMs: 1_770_847_361_999 },
    { group: 'unknown', segmentCount: 1, bytes: MB, firstModifiedEpochMs: 1_770_847_300_000 },
  ],
  files: [{ name: 'cam0 #1.mp4', bytes: 0.5 * MB, modifiedEpochMs: 1_770_850_000_500 }],
  totalBytes: 4.5 * MB,
  segmentCount: 3,
  oldestSegmentEpochMs: 1_770_847_300_000,
};

function planned(plan: Partial<Library>): Library {
  return { ...plannedParts().library, events: new EventEmitter(), ...plan };
}

t.test('a match is listed as the contract says: cameras, then files, times in whole seconds, links that work', async (t) => {
  const list = new RecordingsList(planned({ matches: () => [MATCH, { ...MATCH, matchId: 'zip only', cameras: [], segmentCount: 0, oldestSegmentEpochMs: null }] }), systemClock);
  t.strictSame(JSON.parse((await getRecordings(list)).text), {
    recordings: {
      'a "b" ü': {
        files: [
          { file: 'cam0', type: 'segmented', segment_count: 2, size_mb: 3, created_at: 1_770_847_361 },
          { file: 'unknown', type: 'segmented', segment_count: 1, size_mb: 1, created_at: 1_770_847_300 },
          { file: 'cam0 #1.mp4', size_mb: 0.5, created_at: 1_770_850_000, type: 'single', path: '/api/v1/recordings/a%20%22b%22%20%C3%BC/files/cam0%20%231.mp4' },
        ],
        total_size_mb: 4.5,
        camera_count: 2,
        segments_count: 3,
        created_at: 1_770_847_300,
      },
      'zip only': {
        files: [{ file: 'cam0 #1.mp4', size_mb: 0.5, created_at: 1_770_850_000, type: 'single', path: '/api/v1/recordings/zip%20only/files/cam0%20%231.mp4' }],
        total_size_mb: 4.5,
        camera_count: 0,
        segments_count: 0,
        created_at: null,
      },
    },
  });
  t.equal((await getRecordings(new RecordingsList(planned({}), systemClock))).text, '{"recordings":{}}');
});

t.test('the list is put into words again only when it has changed, and then only what has changed', async (t) => {
  let looked = 0;
  const watched = { ...MATCH, get files() { looked += 1; return []; } };
  const state = { revision: 1, matches: [watched] };
  const list = new RecordingsList(planned({ revision: () => state.revision, matches: () => state.matches }), systemClock);
  const first = await list.json();
  t.equal(await list.json(), first, 'the very same text');
  state.revision = 2;
  state.matches = [watched, { ...MATCH, matchId: 'new', files: [] } as typeof watched];
  t.match((await list.json()).text, /"new":/);
  t.equal(looked, 1);
});

t.test('who asks before the library is ready waits for it, but not for ever', async (t) => {
  const ready = Promise.withResolvers<void>();
  const asked: number[] = [];
  const late = Promise.withResolvers<void>();
  const clock: Clock = { ...systemClock, sleepMs: async (ms) => { asked.push(ms); await late.promise; } };
  const list = new RecordingsList(planned({ ready: () => ready.promise, matches: () => [MATCH] }), clock);
  let answered = false;
  const answer = list.json().then((json) => { answered = true; return json; });
  await new Promise(setImmediate);
  t.notOk(answered, 'it waits');
  t.strictSame(asked, [10_000]);
  late.resolve();
  t.match((await answer).text, /^\{"recordings":\{"a /, 'and answers with what is known');
});

t.test('every segment that is counted is shown, in the order of the library', async (t) => {
  const file = { bytes: MB, modifiedEpochMs: 1_770_847_361_999, startSeconds: 1.5 };
  const body = presentSegments({
    matchId: 'm',
    segments: [
      { ...file, name: 'cam0_a.mp4', group: 'cam0', number: 1 },
      { ...file, name: 'cam0_b.mp4', group: 'cam0', number: 2 },
      { ...file, name: 'cam2_a.mp4', group: 'cam2', number: 1 },
      { ...file, name: 'x.mp4', group: 'unknown', number: 1 },
    ],
  });
  t.match(body, { match_id: 'm', type: 'segmented', cam1: [], total_size_mb: 4, segments_count: 4 });
  t.strictSame(body.cam0.map(({ name, segment_number }) => [name, segment_number]), [['cam0_a.mp4', 1], ['cam0_b.mp4', 2]]);
  t.strictSame(body.other.map(({ name, camera }) => [name, camera]), [['cam2_a.mp4', 'cam2'], ['x.mp4', 'unknown']]);
  t.strictSame(body.cam0[0], { name: 'cam0_a.mp4', path: '/api/v1/recordings/m/segments/cam0_a.mp4', size_mb: 1, created_at: 1_770_847_361, segment_number: 1, camera: 'cam0', start_seconds: 1.5 });
  t.equal(presentSegments({ matchId: 'm', segments: [] }).type, 'single');
});

t.test('processing is told from the videos that are there', async (t) => {
  t.strictSame(presentProcessing({ cam0: false, cam1: false }), { processing: false, completed: false, message: 'Not processed' });
  t.strictSame(presentProcessing({ cam0: false, cam1: true }), { processing: false, completed: true, message: 'Processing complete', archives: { cam0: false, cam1: true } });
});
