import { Writable } from 'node:stream';
import t from 'tap';
import type { RecordingStatus } from '../../src/recording/types.js';
import { presentRecordingStatus } from '../../src/api/presenters/recording-status.js';
import { presentStop } from '../../src/api/presenters/recording-operations.js';
import { healthLines } from '../../src/cli/health.js';
import { clockTime, roomFor, statusLines, stopLines } from '../../src/cli/format.js';
import { createTerminal } from '../../src/cli/terminal.js';
import { CAMERA_STOP, IDLE, RECORDING, RECOVERY, STOPPED } from '../support/recording-values.js';

t.test('durations read as a clock, however long', async (t) => {
  t.equal(clockTime(0.9), '00:00:00');
  t.equal(clockTime(754.2), '00:12:34');
  t.equal(clockTime(360_000), '100:00:00');
  t.equal(clockTime(-1), '00:00:00');
});

t.test('an idle rig says how much fits, or that nobody knows', async (t) => {
  t.same(statusLines(presentRecordingStatus(IDLE)), {
    headline: { tone: 'quiet', text: '○ IDLE  12.5 h left' },
    details: [],
  });
  t.equal(statusLines(presentRecordingStatus({ ...IDLE, hoursLeft: null })).headline.text, '○ IDLE');
  t.equal(roomFor(12.54), '12.5 hours of video');
  t.match(roomFor(null), /unknown/);
});

t.test('a running recording is one line with match, time and the measured rate of each camera', async (t) => {
  const recovered = { ...RECORDING, recovery: new Map([[0, RECOVERY], [1, { ...RECOVERY, attempts: 2 }]]) };
  t.same(statusLines(presentRecordingStatus(recovered)), {
    headline: { tone: 'good', text: '● RECORDING  match_20260211_001  00:00:11  cam0 30.0 fps  cam1  12.5 h left' },
    details: [{ tone: 'quiet', text: '  cam1: restarted 2 times in this recording' }],
  });
});

t.test('a degraded recording never looks like a good one', async (t) => {
  const degraded = presentRecordingStatus({
    ...RECORDING,
    degraded: true,
    degradedReasons: new Map<number | 'overload_guard', string>([[1, 'no frames for 3 s'], ['overload_guard', 'cpu 95 %']]),
    cameras: new Map([[1, { state: 'error', uptimeMs: 0, facts: null }]]),
    recovery: new Map([[1, { ...RECOVERY, attempts: 1, recovering: true }]]),
  });
  const { headline, details } = statusLines(degraded);
  t.equal(headline.tone, 'bad');
  t.match(headline.text, /^▲ RECORDING, DEGRADED .* cam1 error/);
  t.same(details.map(({ text }) => text), [
    '  cam1: no frames for 3 s',
    '  overload_guard: cpu 95 %',
    '  cam1: recovering, attempt 1',
  ]);
});

t.test('what happened to the disk and to the match is said, once', async (t) => {
  const atEpochMs = new Date(2026, 1, 11, 20, 15, 30).getTime();
  const details = (status: RecordingStatus): string[] => statusLines(presentRecordingStatus(status)).details.map(({ text }) => text);
  const gone = 'The recordings disk (/mnt/card) is not mounted any more.';
  const disk = { ...IDLE.recordingsDisk, state: 'refusing', message: gone } as const;
  t.same(details({ ...IDLE, recordingsDisk: { ...disk, state: 'ok' } }), [`  disk: ${gone}`]);
  t.same(details({ ...RECORDING, recovery: new Map(), degraded: true, degradedReasons: new Map([[0, gone], [1, gone]]), recordingsDisk: disk }), [`  cam0: ${gone}`, `  cam1: ${gone}`]);
  t.match(details({ ...RECORDING, recovery: new Map(), recordingsDisk: { ...IDLE.recordingsDisk, space: 'critical' } }), [/^  disk: it is nearly full/]);
  const interruptions = [{ cause: 'machine_restarted', resumedEpochMs: atEpochMs, lengthMs: 15_700 }] as const;
  t.same(details({ ...RECORDING, recovery: new Map(), interruptionCount: 2, interruptions }), ['  interrupted: the machine was restarted, nothing was recorded for 16 s up to 20:15:30 (interrupted 2 times in this match)']);
  const lastStop = { matchId: 'Derby', reason: 'no_space', epochMs: atEpochMs, success: true, message: 'Recording stopped successfully' } as const;
  t.same(details({ ...IDLE, lastStop }), ['  Derby was ended at 20:15:30: the disk was full up to the reserve']);
  t.same(details({ ...IDLE, lastStop: { ...lastStop, reason: 'requested' } }), []);
  t.same(details({ ...IDLE, lastStop: { ...lastStop, reason: 'shutdown', success: false, message: 'camera 1 did not end' } }), ['  Derby was ended at 20:15:30: camera 1 did not end']);
});

t.test('starting and stopping are neither idle nor recording', async (t) => {
  t.match(statusLines(presentRecordingStatus({ ...IDLE, phase: 'starting' })).headline.text, /^◐ STARTING/);
  t.match(statusLines(presentRecordingStatus({ ...RECORDING, phase: 'stopping' })).headline.text, /^◑ STOPPING/);
});

t.test('a stop shows what became of each camera, and a damaged file stands out', async (t) => {
  const outcome = STOPPED.outcome;
  if (outcome === null) return t.fail('no outcome');
  const damaged = { ...CAMERA_STOP, integrityOk: false, integrityError: 'no_video_stream', finalized: false, timedOut: true };
  const stop = presentStop({ ...STOPPED, outcome: { ...outcome, cameras: new Map([[0, CAMERA_STOP], [1, damaged]]) } });
  const [good, bad] = stopLines(stop);
  t.equal(good?.tone, 'good');
  t.match(good?.text, /^  cam0: final, intact, last segment 00:00:11, \/recordings\//);
  t.equal(bad?.tone, 'bad');
  t.match(bad?.text, /^  cam1: not final: the camera did not end in time, damaged, no_video_stream/);
  return undefined;
});

t.test('health names each issue once', async (t) => {
  const lines = healthLines(
    { status: 'error', detail: 'the disk is gone', code: 'disk_unreadable' },
    { healthy: false, message: 'a, b', issues: ['a', 'b'], recovery_attempts: {}, camera_diagnostics: {} },
  ).map(({ text }) => text);
  t.same(lines, ['machine: the disk is gone', 'recording: not well', '  a', '  b']);
});

t.test('what tools say cannot command the terminal, and lines are replaced only where somebody looks', async (t) => {
  const written = (isTTY: boolean): { stream: Writable & { isTTY: boolean }; text: () => string } => {
    let text = '';
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        done();
      },
    });
    return { stream: Object.assign(stream, { isTTY }), text: () => text };
  };
  const file = written(false);
  const plain = createTerminal(file.stream, file.stream);
  plain.out('a\u001b[2Jb\u0007\u202ec\u001b]0;title\u0007');
  plain.replace(['one']);
  plain.replace(['two']);
  t.equal(file.text(), 'a\ufffd[2Jb\ufffd\ufffdc\ufffd]0;title\ufffd\none\ntwo\n');
  const screen = written(true);
  const live = createTerminal(screen.stream, screen.stream);
  live.replace(['one', 'more']);
  live.replace(['two']);
  t.match(screen.text(), '\u001b[2A\r\u001b[J', 'goes back over both lines');
});
