/** A mark is a promise: once it is acknowledged it is in the match, whatever happens to the daemon. */
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/lib/clock.js';
import { call, callJson } from '../support/http.js';
import { type Answer, type Json, Rig, until } from '../support/rig.js';
import { WsClient } from '../support/ws-client.js';

const marksPath = (match: string): string => `/api/v1/recordings/${encodeURIComponent(match)}/marks`;
const mark = (rig: Rig, match: string, body: unknown): Promise<Answer> => rig.post(marksPath(match), body);
const idOf = (answer: Answer): string => String(answer.body['mark']?.['id']);
const listed = async (rig: Rig, match: string): Promise<Json[]> => Array.from((await rig.get(marksPath(match))).body['marks'] as unknown as Json[]);
const idsOf = (marks: readonly Json[]): string[] => marks.map((one) => String(one['id']));
const stored = async (rig: Rig, match: string): Promise<Json[]> => Array.from((await rig.manifest(match))['marks'] as unknown as Json[]);
const countIn = async (rig: Rig): Promise<number> => Number((await rig.get('/api/v1/recording')).body['marks_count']);

async function startRig(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const rig = await Rig.start({ env });
  t.teardown(() => rig.dispose());
  return rig;
}

t.test('an acknowledged mark survives kill -9, the next daemon, the stop, a rebuild of the library and a match that goes on', async (t) => {
  const rig = await startRig(t);
  await rig.record('final');
  t.equal(await countIn(rig), 0);
  const beforeMs = systemClock.monoMs();
  const goal = await mark(rig, 'final', { kind: 'goal', text: ' 1:0, Müller – 9 ⚽ ' });
  // Nothing between the answer and the end of the daemon.
  await rig.crashDaemon();
  const elapsed = (systemClock.monoMs() - beforeMs) / 1000;
  t.match(goal, { status: 201, body: { success: true, message: /^Marked at 0:0\d$/, mark: { kind: 'goal', text: '1:0, Müller – 9 ⚽' } } });
  const seconds = Number(goal.body['mark']?.['match_seconds']);
  t.ok(seconds > 0 && seconds < elapsed + 15, `${seconds} s into the match`);
  t.match(await stored(rig, 'final'), [goal.body['mark']], 'it is in match.json');

  await rig.startDaemon();
  t.match((await rig.get(marksPath('final'))).body, { match_id: 'final', marks: [goal.body['mark']] }, 'the next daemon lists it');
  await until(async () => (await countIn(rig)) === 1, 'and counts it');
  const foul = await mark(rig, 'final', { kind: 'foul' });
  t.match(foul, { status: 201, body: { mark: { kind: 'foul', text: null } } });
  t.ok(Number(foul.body['mark']?.['match_seconds']) > seconds, 'on the same time line');
  const earlier = await mark(rig, 'final', { kind: 'chance', match_seconds: 0.001 });
  const order = [idOf(earlier), idOf(goal), idOf(foul)];
  t.strictSame(idsOf(await listed(rig, 'final')), order, 'in the order of the match');

  t.match((await rig.stop()).body, { success: true });
  t.match(await rig.manifest('final'), { state: 'finished', marks: { length: 3 } });
  t.equal(await countIn(rig), 0, 'idle');
  t.match((await rig.post('/api/v1/library/rebuild', undefined)).body, { success: true });
  t.strictSame(idsOf(await listed(rig, 'final')), order);
  await rig.endDaemon();
  await rig.startDaemon();
  t.strictSame(idsOf(await listed(rig, 'final')), order);

  await rig.record('final');
  await until(async () => (await countIn(rig)) === 3, 'a match that goes on has its marks');
  const later = await mark(rig, 'final', { kind: 'note', text: 'second half' });
  t.ok(Number(later.body['mark']?.['match_seconds']) > Number(foul.body['mark']?.['match_seconds']) + 1, 'counted from the first frame of the first half');
  t.match((await rig.stop()).body, { success: true });
  t.strictSame(idsOf(await listed(rig, 'final')), [...order, idOf(later)]);
});

t.test('of marks that come while the match is stopped, none is lost that was acknowledged', async (t) => {
  const rig = await startRig(t, { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' });
  await rig.record('final');
  await until(async () => (await rig.segments('final', 0)).length > 2, 'match.json is being written anyway');
  const early = Array.from({ length: 10 }, (_, index) => mark(rig, 'final', { kind: 'note', text: `early ${index}` }));
  const stop = rig.stop();
  const late = Array.from({ length: 10 }, (_, index) => mark(rig, 'final', { kind: 'goal', text: `late ${index}` }));
  t.match((await stop).body, { success: true });
  const answers = await Promise.all([...early, ...late]);
  const acknowledged = answers.filter(({ status }) => status === 201);
  t.comment(`${acknowledged.length} of 20 acknowledged`);
  t.ok(acknowledged.length >= 10, `${acknowledged.length} of ${answers.length}`);
  for (const answer of answers) t.ok(answer.status === 201 || answer.status === 409, JSON.stringify(answer));
  t.strictSame(idsOf(await listed(rig, 'final')).sort(), acknowledged.map(idOf).sort());
  await until(async () => (await readFile(join(rig.stateDir, 'untidy.json'), 'utf8')) === '[]', 'the match has been put in order');
  t.strictSame(idsOf(await stored(rig, 'final')).sort(), acknowledged.map(idOf).sort(), 'and still has them');
  t.match(await rig.manifest('final'), { state: 'finished' });
});

t.test('a match.json that gets lost in mid-match is made again with its marks', async (t) => {
  const rig = await startRig(t);
  await rig.record('final');
  const goal = await mark(rig, 'final', { kind: 'goal' });
  await rm(join(rig.recordingsDir, 'final', 'match.json'));
  t.strictSame(idsOf(await listed(rig, 'final')), [idOf(goal)]);
  t.match((await rig.stop()).body, { success: true });
  t.strictSame(idsOf(await stored(rig, 'final')), [idOf(goal)]);
});

t.test('marks of a finished match are added by their time, removed, and bounded; bad input changes nothing', async (t) => {
  const rig = await startRig(t);
  await rig.record('final');
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > 2, 'two seconds are recorded');
  await rig.stop();

  t.match(await mark(rig, 'final', { kind: 'goal' }), { status: 409, body: { code: 'match_not_recording', detail: /match_seconds/ } });
  t.match(await mark(rig, 'final', { kind: 'goal', match_seconds: 3600 }), { status: 422, body: { detail: [{ loc: ['body', 'match_seconds'], input: 3600 }] } });
  t.match(await mark(rig, 'other', { kind: 'goal', match_seconds: 1 }), { status: 404, body: { code: 'recording_not_found' } });
  const bad: readonly [unknown, string][] = [
    [{}, 'kind'],
    [{ kind: 'offside' }, 'kind'],
    [{ kind: 'goal', text: 'x'.repeat(201), match_seconds: 1 }, 'text'],
    [{ kind: 'goal', text: 'two\nlines', match_seconds: 1 }, 'text'],
    [{ kind: 'goal', text: 'bell \u0007', match_seconds: 1 }, 'text'],
    [{ kind: 'goal', text: 'turned \u202e around', match_seconds: 1 }, 'text'],
    [{ kind: 'goal', text: 5, match_seconds: 1 }, 'text'],
    [{ kind: 'goal', match_seconds: -1 }, 'match_seconds'],
    [{ kind: 'goal', match_seconds: '1' }, 'match_seconds'],
  ];
  for (const [body, field] of bad) t.match(await mark(rig, 'final', body), { status: 422, body: { detail: [{ loc: ['body', field] }] } }, JSON.stringify(body));
  t.strictSame(await listed(rig, 'final'), []);

  const long = await mark(rig, 'final', { kind: 'note', text: '⚽'.repeat(200), match_seconds: 1.23456 });
  t.match(long, { status: 201, body: { mark: { text: '⚽'.repeat(200), match_seconds: 1.235 } } });
  const started = Number((await rig.manifest('final'))['started_epoch_ms']);
  const at = Number(long.body['mark']?.['epoch_ms']);
  t.ok(at > started + 1000 && at < started + 10_000, 'the wall clock of that moment');
  t.match(await mark(rig, 'final', { kind: 'note', text: '   ', match_seconds: 2 }), { status: 201, body: { mark: { text: null } } });
  t.match(await rig.delete(`${marksPath('final')}/${idOf(long)}`), { status: 200, body: { success: true, message: String } });
  t.match(await rig.delete(`${marksPath('final')}/${idOf(long)}`), { status: 404, body: { code: 'mark_not_found' } });
  t.match(await listed(rig, 'final'), [{ match_seconds: 2 }]);
  t.match(await rig.delete(`${marksPath('other')}/x`), { status: 404, body: { code: 'recording_not_found' } });
});

t.test('a mark under an id of the client is there once, however often it is sent and whatever became of the answers', async (t) => {
  const rig = await startRig(t);
  await rig.record('final');
  const id = '7f0d3a52-8c1e-4b6f-9a57-0123456789ab';
  const put = (body: unknown, markId = id): Promise<Answer> => callJson(rig.url, 'PUT', `${marksPath('final')}/${markId}`, body).then(({ status, json }) => ({ status, body: json as Json }));
  const both = await Promise.all([put({ kind: 'goal' }), put({ kind: 'goal' })]);
  const [{ body }] = both;
  for (const answer of both) t.match(answer, { status: 200, body: { success: true, mark: { id, kind: 'goal', match_seconds: body['mark']?.['match_seconds'] } } });
  await mark(rig, 'final', { kind: 'goal' });
  await rig.crashDaemon();
  await rig.startDaemon();
  t.match(await put({ kind: 'note', text: 'offside' }), { status: 200, body: { mark: { ...body['mark'], kind: 'note', text: 'offside' } } }, 'changed, in its place');
  t.match(await listed(rig, 'final'), [{ id, text: 'offside' }, { kind: 'goal' }]);
  await rig.stop();
  t.match(await put({ kind: 'note', text: null }), { status: 200, body: { mark: { ...body['mark'], kind: 'note', text: null } } }, 'after the match, too');
  t.match(await put({ kind: 'note', match_seconds: 0.5 }), { status: 200, body: { mark: { id, match_seconds: 0.5 } } }, 'moved');
  t.match(await put({ kind: 'goal' }, id.replace('7', '8')), { status: 409, body: { code: 'match_not_recording' } }, 'a new one needs a place');
  t.match(await put({ kind: 'goal' }, 'goal-1'), { status: 422, body: { detail: [{ loc: ['path', 'mark_id'] }] } });
  t.equal((await listed(rig, 'final')).length, 2);
});

t.test('a mark by WebSocket is stored once however often the command comes, and everybody hears of it at once', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  t.match(await client.run('add_mark', { kind: 'goal' }), { success: false, error: /Nothing is being recorded/ });
  await rig.record('final');
  const watcher = await WsClient.greeted(rig.url);
  await watcher.type('status', 0);
  const from = watcher.frames.length;
  const added = await client.run('add_mark', { kind: 'goal', text: '1:0' }, 'tap-1');
  t.match(added, { success: true, data: { success: true, mark: { kind: 'goal', text: '1:0' } } });
  const sentMs = performance.now();
  await watcher.next(({ type, data }) => type === 'status' && Object(Object(data)['recording'])['marks_count'] === 1, 'the others see it', from);
  t.ok(performance.now() - sentMs < 500, 'before the next broadcast is due');

  const again = await client.run('add_mark', { kind: 'goal', text: '1:0' }, 'tap-1');
  t.strictSame(again['data'], added['data'], 'the same answer');
  client.command('add_mark', { kind: 'foul' }, 'tap-2');
  client.command('add_mark', { kind: 'foul' }, 'tap-2');
  await client.settled();
  await until(() => client.all('command_result').filter(({ id }) => id === 'tap-2').length >= 1, 'the second mark is answered');
  await until(async () => (await countIn(rig)) === 2, 'two marks');
  t.match(await client.run('add_mark', { kind: 'chance', match_id: 'final', match_seconds: 0.001 }), { success: true, data: { mark: { match_seconds: 0.001 } } });
  t.strictSame((await listed(rig, 'final')).map(({ kind }) => String(kind)), ['chance', 'goal', 'foul']);

  const byRest = watcher.frames.length;
  await mark(rig, 'final', { kind: 'note' });
  await watcher.next(({ type, data }) => type === 'status' && Object(Object(data)['recording'])['marks_count'] === 4, 'marks by REST are pushed, too', byRest, 900);
  t.match(await client.run('add_mark', { kind: 'offside' }), { success: false, error: /^params\.kind: / });
  t.match(await client.run('add_mark', { kind: 'goal', match_seconds: 1e6 }), { success: false, error: /^params\.match_seconds: / });
  t.match(await client.run('add_mark', { kind: 'goal', match_id: '../final', match_seconds: 1 }), { success: false, error: /not found/ });
  t.strictSame([...client.broken, ...watcher.broken], []);
  await client.end();
  await watcher.end();
  await rig.stop();
});

t.test('the segments of both cameras lie on the time line of the match, also after a crash', async (t) => {
  const rig = await startRig(t, { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' });
  await rig.record('final');
  await until(async () => (await rig.segments('final', 0)).length > 2 && (await rig.segments('final', 1)).length > 2, 'some segments');
  await rig.signalHost(0, 'SIGKILL');
  const before = (await rig.segments('final', 0)).length;
  await until(async () => (await rig.segments('final', 0)).length > before + 1, 'the camera has come back', 20_000);
  const duration = Number((await rig.get('/api/v1/recording')).body['duration']);
  const check = async (what: string): Promise<void> => {
    const { body } = await rig.get('/api/v1/recordings/final/segments');
    const starts = (camera: string): number[] => Array.from(body[camera] as unknown as Json[]).map((segment) => Number(segment['start_seconds'] ?? Number.NaN));
    const [left, right] = [starts('cam0'), starts('cam1')];
    for (const [camera, line] of [left, right].entries()) {
      t.ok(line.length > 3 && line.every((start, index) => start > (line[index - 1] ?? -0.001)), `${what}: camera ${camera} rises: ${line.join(', ')}`);
      t.ok((line.at(-1) ?? 99) < duration + 5, 'and ends with the match');
    }
    t.equal(Math.min(left[0] ?? 9, right[0] ?? 9), 0, 'it begins with the first frame');
    t.ok(Math.abs((left[0] ?? 0) - (right[0] ?? 9)) < 0.3, 'both cameras began together');
    for (const [index, start] of right.slice(1).entries()) t.ok(start - (right[index] ?? 0) > 0.5 && start - (right[index] ?? 0) < 2, 'one after the other');
  };
  await check('while it is recorded');
  await rig.stop();
  await check('afterwards');
});

t.test('no path leads to marks outside the recordings folder', async (t) => {
  const rig = await startRig(t);
  for (const match of ['..', '../state', '.', '.hidden', 'final/../../state', 'x\0', '%2e%2e', 'lost+found', '__proto__']) {
    const encoded = encodeURIComponent(match).replaceAll('.', '%2e');
    const body = { kind: 'goal', match_seconds: 1 };
    for (const answer of [
      await call(rig.url, `/api/v1/recordings/${encoded}/marks`),
      await callJson(rig.url, 'POST', `/api/v1/recordings/${encoded}/marks`, body),
      await call(rig.url, `/api/v1/recordings/${encoded}/marks/x`, { method: 'DELETE' }),
    ]) {
      t.match(answer, { status: 404, json: { code: 'recording_not_found' } }, JSON.stringify(match));
    }
    t.match(await callJson(rig.url, 'POST', `/api/v1/recordings/${match.replace('\0', '%00')}/marks`, body), { status: 404 }, 'as it is');
  }
  const outside = join(rig.folder, 'outside');
  await mkdir(join(outside, 'segments'), { recursive: true });
  await symlink(outside, join(rig.recordingsDir, 'linked'));
  t.match(await mark(rig, 'linked', { kind: 'goal', match_seconds: 1 }), { status: 404 });
  t.match(await rig.get(marksPath('linked')), { status: 404 });
  t.strictSame(await readdir(outside), ['segments']);
});
