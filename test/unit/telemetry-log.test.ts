import { execa } from '#execa';
import { once } from 'node:events';
import { createWriteStream, readFileSync, statSync, type WriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { TouchlineError } from '../../src/errors.js';
import { isObject, type JsonObject } from '../../src/lib/json-schema.js';
import { logError } from '../../src/telemetry/log-error.js';
import { createLogging } from '../../src/telemetry/log.js';

const moduleUrl = (path: string): string => new URL(`../../src/${path}`, import.meta.url).href;

const SAYS_SOMETHING = `
  import { createLogging } from '${moduleUrl('telemetry/log.js')}';
  const logging = createLogging({ level: 'debug', fd: 1, ...JSON.parse(process.argv[1]) });
  logging.part('recording').info({ matchId: 'final' }, 'Recording started');
  logging.part('camera', { camera: 0 }).warn({ ageMs: 2100 }, 'No frames');
  logging.part('camera', { camera: 1 }).debug('Quiet');
  logging.part('api').error({ err: new Error('outer', { cause: new Error('inner') }) }, 'Request failed');
  logging.part('daemon').fatal('Leaving');
`;

/** An open file that a child can have as its output. */
const openForChild = async (t: Test, path: string): Promise<WriteStream> => {
  const stream = createWriteStream(path);
  await once(stream, 'open');
  t.teardown(() => stream.destroy());
  return stream;
};

/** Runs a script in a process of its own whose output goes straight to a file; answers the file's text. */
const outputOf = async (
  t: Test,
  script: string,
  options: object = {},
  envFor: (path: string) => Record<string, string> = () => ({}),
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-log-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'out');
  const stdout = await openForChild(t, path);
  const args = ['--input-type=module', '-e', script, JSON.stringify(options)];
  await execa(process.execPath, args, { stdout, env: envFor(path), reject: false });
  return readFileSync(path, 'utf8');
};

const parsed = (line: string): JsonObject => {
  const value: unknown = JSON.parse(line);
  return isObject(value) ? value : {};
};

t.test('to a file or pipe each line is one JSON object with constant message and fields', async (t) => {
  const lines = (await outputOf(t, SAYS_SOMETHING)).trimEnd().split('\n').map(parsed);
  t.match(lines, [
    { level: 'info', part: 'recording', matchId: 'final', msg: 'Recording started', time: /^\d{4}-\d\d-\d\dT.*Z$/ },
    { level: 'warn', part: 'camera', camera: 0, ageMs: 2100, msg: 'No frames' },
    { level: 'debug', part: 'camera', camera: 1, msg: 'Quiet' },
    { level: 'error', part: 'api', err: { type: 'Error', message: 'outer', cause: { message: 'inner' } }, msg: 'Request failed' },
    { level: 'fatal', part: 'daemon', msg: 'Leaving' },
  ]);
  t.equal(lines.length, 5);
});

t.test('in a terminal lines are for people', async (t) => {
  const text = await outputOf(t, SAYS_SOMETHING, { isTerminal: true, env: { NO_COLOR: '1' } });
  t.match(text, /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: recording: Recording started matchId=final\n/);
  t.match(text, /WARN: camera 0: No frames ageMs=2100\n/);
  t.match(text, /ERROR: api: Request failed\n {4}outer\n {4}because: inner\n {6}at /);
  t.notMatch(text, /\u001b/);
  const coloured = await outputOf(t, SAYS_SOMETHING, { isTerminal: true, env: {} });
  t.match(coloured, /\u001b\[32mINFO/);
});

t.test('where the journal takes no fields each line carries its priority, and only if the descriptor is the journal', async (t) => {
  const journalOf = (path: string): string => {
    const info = statSync(path, { bigint: true });
    return `${info.dev}:${info.ino}`;
  };
  const text = await outputOf(t, SAYS_SOMETHING, { journalSocket: null }, (path) => ({ JOURNAL_STREAM: journalOf(path) }));
  const lines = text.trimEnd().split('\n');
  t.same(lines.map((line) => line.slice(0, 3)), ['<6>', '<4>', '<7>', '<3>', '<2>']);
  for (const line of lines) t.match(parsed(line.slice(3)), { part: String });
  const redirected = await outputOf(t, SAYS_SOMETHING, { journalSocket: null }, () => ({ JOURNAL_STREAM: '1:1' }));
  t.match(redirected, /^\{/);
});

t.test('the last line before a crash is not lost', async (t) => {
  const text = await outputOf(t, `${SAYS_SOMETHING} logging.part('daemon').info('last words'); process.kill(process.pid, 'SIGKILL');`);
  t.match(text, /last words"\}\n$/);
});

t.test('a process outlives the reader of its log and a full disk', async (t) => {
  const chatter = `${SAYS_SOMETHING}
    for (let turn = 0; turn < 2000; turn += 1) {
      logging.part('daemon').info({ turn, filler: 'x'.repeat(1000) }, 'Still here');
      if (turn % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    console.error('survived with', process.memoryUsage().rss < 400e6 ? 'little memory' : 'much memory');`;
  const script = ['--input-type=module', '-e', chatter, '{}'];
  const onFullDisk = await execa(process.execPath, script, { stdout: await openForChild(t, '/dev/full') });
  t.match(onFullDisk.stderr, 'survived with little memory');
  // `true` ends at once and leaves a broken pipe.
  const piped = await execa('sh', ['-c', '"$0" "$@" | true', process.execPath, ...script]);
  t.match(piped.stderr, 'survived with little memory');
});

t.test('secrets reach no format, at whatever depth and in errors', async (t) => {
  const script = `
    import { createLogging } from '${moduleUrl('telemetry/log.js')}';
    const log = createLogging({ level: 'info', fd: 1, ...JSON.parse(process.argv[1]) }).part('camera', { url: 'rtsp://a:hunter2@h/' });
    log.info({ password: 'hunter2', nested: { list: [{ access_token: 'hunter"2', 'user-pw': 'hunter2' }] } }, 'Opened');
    log.info({ url: 'rtsp://admin:hun"ter2@10.0.0.8/x', pipeline: 'rtspsrc location="rtsp://a:hunter2@h" user-pw=hunter2 ! x' }, 'Opened');
    log.error({ err: new Error('no answer from rtsp://a:hunter2@h', { cause: new Error('rtsp://a:hunter2@h') }) }, 'Lost');
  `;
  for (const format of ['json', 'journal', 'terminal']) {
    const text = await outputOf(t, script, { format });
    t.equal(text.match(/Opened|Lost/g)?.length, 3, `${format}: all lines are there`);
    t.notMatch(text, /hunter|ter2/, format);
    t.match(text, '***@10.0.0.8/x');
    if (format === 'json') for (const line of text.trimEnd().split('\n')) t.doesNotThrow(() => JSON.parse(line), 'still JSON');
  }
});

t.test('text from outside cannot steer the terminal', async (t) => {
  const script = `
    import { createLogging } from '${moduleUrl('telemetry/log.js')}';
    const log = createLogging({ level: 'info', fd: 1, format: 'terminal', env: { NO_COLOR: '1' } }).part('camera');
    log.error({ name: '\\u001b[2J', err: new Error('\\u001b[2Jgone') }, 'Failed');
  `;
  const text = await outputOf(t, script);
  t.match(text, /gone/);
  t.notMatch(text, /\u001b/);
});

t.test('a level change reaches loggers that were handed out before', async (t) => {
  const script = `
    import { createLogging } from '${moduleUrl('telemetry/log.js')}';
    const logging = createLogging({ level: 'warn', fd: 1 });
    const child = logging.part('camera').child({ request: 1 });
    child.info('hidden'); logging.setLevel('debug'); child.debug('shown'); logging.setLevel('silent'); child.fatal('muted');
  `;
  const text = await outputOf(t, script);
  t.match(text, /shown/);
  t.notMatch(text, /hidden|muted/);
  t.throws(() => createLogging({ level: 'loud' }), { kind: 'invalid', code: 'log_level_unknown', message: /"loud".*trace, debug/ });
});

t.test('an error is logged with kind, code, violations and causes, even when the causes form a ring', async (t) => {
  const inner = new Error('disk gone');
  const outer = new TouchlineError({
    kind: 'unavailable',
    code: 'disk_fault',
    message: 'cannot write',
    cause: inner,
    violations: [{ path: ['a', 0], message: 'must be text', rule: 'type', value: 5 }],
  });
  inner.cause = outer;
  const logged = logError(outer);
  t.match(logged, {
    type: 'TouchlineError',
    kind: 'unavailable',
    code: 'disk_fault',
    violations: ['a.0: must be text (got 5)'],
    cause: { type: 'Error', message: 'disk gone', cause: { code: 'disk_fault' } },
  });
  t.ok(JSON.stringify(logged).length < 50_000);
  t.match(logError('thrown text'), { type: 'string', message: 'thrown text' });
  t.match(logError({ odd: true }), { type: 'object', message: '{"odd":true}' });
  t.match(logError(undefined), { type: 'undefined' });
});
