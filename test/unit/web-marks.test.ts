import t from 'tap';
import { MatchClock, newestOpened } from '../../src/web/marks/match-clock.js';
import { newMarkId } from '../../src/web/marks/mark-id.js';
import { mayBeRepeated } from '../../src/web/marks/repeat.js';

const EPOCH_MS = 1_770_000_000_000;

t.test('a tap has its place in the match, whenever it is sent', async (t) => {
  const clock = new MatchClock();
  t.equal(clock.secondsAt(0), null, 'nothing is guessed');
  const early = new MatchClock();
  early.set({ startSeconds: 90, openedEpochMs: EPOCH_MS - 10_500 });
  early.heard({ durationSeconds: 100, epochMs: EPOCH_MS, heardMs: 5000 });
  t.equal(early.secondsAt(6000), 101.5, 'what was known before the first message');
  clock.heard({ durationSeconds: 100, epochMs: EPOCH_MS, heardMs: 5000 });
  t.equal(clock.secondsAt(6000), null);
  clock.set({ startSeconds: 90, openedEpochMs: EPOCH_MS - 10_500 });
  t.equal(clock.secondsAt(6000), 101.5);
  t.equal(clock.secondsAt(4000), 99.5, 'a tap before the last message');
  clock.heard({ durationSeconds: 160, epochMs: EPOCH_MS + 60_000, heardMs: 65_000 });
  t.equal(clock.secondsAt(65_250), 160.75);
});

t.test('a match that went on after a break is counted from its first frame, not from the last start', async (t) => {
  const clock = new MatchClock();
  clock.heard({ durationSeconds: 30, epochMs: EPOCH_MS, heardMs: 0 });
  clock.set({ startSeconds: 3600, openedEpochMs: EPOCH_MS - 30_000 });
  t.equal(clock.secondsAt(1000), 3631);
});

t.test('the clock of the rig may jump after it was set', async (t) => {
  const clock = new MatchClock();
  clock.heard({ durationSeconds: 30, epochMs: EPOCH_MS, heardMs: 0 });
  clock.set({ startSeconds: 20, openedEpochMs: EPOCH_MS - 10_000 });
  clock.heard({ durationSeconds: 31, epochMs: EPOCH_MS + 86_400_000, heardMs: 1000 });
  t.equal(clock.secondsAt(1000), 31);
});

t.test('a file that was begun before the clock of the rig was set tells nothing', async (t) => {
  for (const jumpMs of [3_600_000, -3_600_000]) {
    const clock = new MatchClock();
    clock.heard({ durationSeconds: 30, epochMs: EPOCH_MS + jumpMs, heardMs: 0 });
    clock.set({ startSeconds: 20, openedEpochMs: EPOCH_MS - 10_000 });
    t.equal(clock.secondsAt(1000), null, 'the rig places the mark');
  }
});

t.test('the newest file whose beginning is known sets the clock', async (t) => {
  const files = [
    { name: 'a', start_seconds: 0 },
    { name: 'b', start_seconds: 600 },
    { name: 'c', start_seconds: null },
    { name: 'd', start_seconds: 1200 },
  ];
  const opened = new Map([['a', 1], ['b', 2], ['c', 3]]);
  t.strictSame(newestOpened(files, opened), { startSeconds: 600, openedEpochMs: 2 });
  t.equal(newestOpened(files, new Map()), null);
});

t.test('a mark is sent again when the rig did not answer or could not, and not when it was refused', async (t) => {
  for (const error of [{ code: 'no_answer', status: null }, { code: 'mark_unconfirmed', status: 504 }, { code: 'match_is_starting', status: 409 }, { code: 'x', status: 503 }]) {
    t.ok(mayBeRepeated(error), error.code);
  }
  for (const error of [{ code: 'too_many_marks', status: 409 }, { code: 'recording_not_found', status: 404 }, { code: 'invalid_request', status: 422 }, { code: 'no_space', status: 507 }]) {
    t.notOk(mayBeRepeated(error), error.code);
  }
});

t.test('every tap has an id of its own, of a form that the rig takes', async (t) => {
  const ids = Array.from({ length: 100 }, newMarkId);
  for (const id of ids) t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(new Set(ids).size, 100);
});
