/** Where segments and marks lie on the time line of a match, from what the cameras' journals say. */
import t from 'tap';
import type { JournalEntry, JournalFact } from '../../src/camera/journal.js';
import { MatchTime } from '../../src/camera/match-time.js';

const EPOCH = 1_770_000_000_000;
const FIRST_BOOT = { bootId: 'a', bootEpochMs: EPOCH };
const SECOND_BOOT = { bootId: 'b', bootEpochMs: EPOCH + 600_000 };

/** Entries of one camera, each at its second of the boot. */
function journal(camera: number, boot: { readonly bootId: string; readonly bootEpochMs: number }, facts: readonly (readonly [seconds: number, fact: JournalFact])[]): JournalEntry[] {
  return facts.map(([seconds, fact]) => ({ v: 1, camera, runId: 'run', bootId: boot.bootId, monoUs: seconds * 1e6, epochMs: boot.bootEpochMs + seconds * 1000, ...fact }));
}

const run = (stamp: string): JournalFact => ({ kind: 'run-started', stamp, resumes: 0, cause: null });
const frame = (seconds: number): JournalFact => ({ kind: 'first-frame', frameMonoUs: seconds * 1e6 });
const opened = (name: string): JournalFact => ({ kind: 'segment-opened', name, index: 0 });
const closed = (name: string, durationMs: number): JournalFact => ({ kind: 'segment-closed', name, index: 0, frames: 1, bytes: 1, durationMs, finalised: true, synced: true, error: null });

const LEFT = journal(0, FIRST_BOOT, [
  [99, run('1')],
  [100.2, frame(100)],
  [100.3, opened('left_0')],
  [160.3, opened('left_1')],
  [160.4, closed('left_0', 60_000)],
]);
const RIGHT = journal(1, FIRST_BOOT, [
  [99, run('1')],
  [100.5, opened('right_0')],
  [100.6, frame(100.25)],
  [160.5, opened('right_1')],
]);

t.test('both cameras lie on one line, which begins with the first frame of either', async (t) => {
  for (const journals of [[LEFT, RIGHT], [RIGHT, LEFT]]) {
    const time = MatchTime.of(journals);
    t.strictSame(time?.segments(LEFT), [
      { name: 'left_0', startSeconds: 0, durationSeconds: 60 },
      { name: 'left_1', startSeconds: 60, durationSeconds: null },
    ]);
    t.strictSame(time?.segments(RIGHT).map(({ startSeconds }) => startSeconds), [0.25, 60.25], 'the delay of the encoder is taken off, whatever was written down first');
    t.equal(time?.epochMsAt(10.5), EPOCH + 110_500);
  }
});

t.test('a run that a crash cut off and its successor are on the same line, the wall clock having been set meanwhile', async (t) => {
  const jumped = { ...FIRST_BOOT, bootEpochMs: EPOCH - 3_600_000 };
  const resumed = [...LEFT, ...journal(0, jumped, [[170, run('2')], [171.1, frame(171)], [171.2, opened('left_2')]])];
  t.equal(MatchTime.of([resumed, RIGHT])?.segments(resumed)[2]?.startSeconds, 71);
});

t.test('what was recorded after a restart of the machine is placed by the wall clock, or not at all', async (t) => {
  const later = [...LEFT, ...journal(0, SECOND_BOOT, [[20, run('2')], [21.2, frame(21)], [21.3, opened('left_2')]])];
  t.equal(MatchTime.of([later])?.segments(later)[2]?.startSeconds, 521);
  const unset = [...LEFT, ...journal(0, { bootId: 'c', bootEpochMs: 0 }, [[20, run('2')], [21.2, frame(21)], [21.3, opened('left_2')]])];
  t.equal(MatchTime.of([unset])?.segments(unset)[2]?.startSeconds, null, 'a rig without the time thinks that it is 1970');
});

t.test('without a first frame the line begins with the start; without a journal there is none', async (t) => {
  const blind = journal(0, FIRST_BOOT, [[99, run('1')], [101, opened('left_0')]]);
  t.equal(MatchTime.of([blind, []])?.segments(blind)[0]?.startSeconds, 2);
  t.equal(MatchTime.of([[], []]), null);
});
