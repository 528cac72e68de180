/** `touchline report`: everything that support needs, whatever is broken, and no secret in any spelling. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import Type from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { Rig } from '../support/rig.js';
import { readZip } from '../support/zip-check.js';

const CLI = resolve(import.meta.dirname, '../../src/cli/touchline.js');
const made = compileSchema(Type.Object({ path: Type.String(), size_bytes: Type.Integer(), missing: Type.Array(Type.Unknown()) }));
const MIB = 1024 ** 2;

async function scratch(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-report-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Makes a report and unpacks it: its files by name. */
async function report(folder: string, env: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const into = await mkdtemp(join(folder, 'report-'));
  const { stdout, stderr, exitCode } = await execa(process.execPath, [CLI, 'report', '--json', '--output', into], { reject: false, cwd: folder, env: { ...env, NO_COLOR: '1' } });
  if (exitCode !== 0) throw new Error(`${exitCode}: ${stdout} ${stderr}`);
  const { path, size_bytes: size } = made.assert(JSON.parse(stdout), 'report');
  const info = await stat(path);
  if (info.size !== size || (info.mode & 0o777) !== 0o600) throw new Error('the file is not as it was said to be');
  const { entries, damaged } = await readZip(path, { unpackInto: into });
  if (damaged !== null) throw new Error(`${damaged} is damaged`);
  await rm(path);
  return new Map(await Promise.all(entries.map(async ({ name }): Promise<[string, string]> => [name, await readFile(join(into, name), 'utf8')])));
}

const folders = (folder: string) => ({
  TOUCHLINE_RECORDINGS_DIR: join(folder, 'recordings'),
  TOUCHLINE_STATE_DIR: join(folder, 'state'),
  TOUCHLINE_RUNTIME_DIR: join(folder, 'run'),
  // A port that no service has.
  TOUCHLINE_PORT: '9',
});

const RTSP = 'p@ss/w0rd?x';
const TURN = 'tu"rn kéy';
const ENCODED = 'caf%C3%A9-9';
const IN_PATH = 'FmfqzKK7';
const IN_QUERY = 'srt-w0rds-x';
const BASIC = Buffer.from(`admin:${RTSP}`).toString('base64');
const PLANTED = [RTSP, encodeURIComponent(RTSP), TURN, JSON.stringify(TURN).slice(1, -1), ENCODED, 'café-9', IN_PATH, IN_QUERY, BASIC, 'turn-user', 'pw-in-a-pipeline', 'bearer-Xyz.123', 'env-word-77', 'q9', 'MIIEvQIBADANBg', 'cut-off-s3cret'];

t.test('no secret leaves the rig in a report, wherever and however it is written', async (t) => {
  const folder = await scratch(t);
  const config = JSON.stringify(
    {
      profile: 'ip',
      sources: [`rtsp://admin:${RTSP}@10.0.0.5/left`, `rtsp://viewer:${ENCODED}@10.0.0.6/right`],
      webrtc_ice_servers: [{ urls: ['turn:turn.example:3478'], username: 'turn-user', credential: TURN }],
      _old_password: 'q9',
      _old_sources: [`rtsp://10.0.0.7:554/user=admin_password=${IN_PATH}_channel=1_stream=0.sdp?real_stream`, `srt://10.0.0.8:7001?passphrase=${IN_QUERY}`],
    },
    null,
    2,
  );
  await put(folder, {
    'touchline.json': config,
    'state/logs/camera0.log': [
      `could not log in to 10.0.0.5 with ${RTSP}`,
      `Authorization: Basic ${BASIC}`,
      'authorization: Bearer bearer-Xyz.123',
      `curl http://10.0.0.6/?user=viewer&pw=${ENCODED} and plainly café-9`,
      'the code was q9, not q90',
      `neither ${IN_PATH} nor ${IN_QUERY} at rtsp://10.0.0.9/user=admin_password=${IN_PATH}_channel=2`,
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----',
      `turn said ${TURN}`,
    ].join('\n'),
    'state/logs/watchdog.ndjson': `${JSON.stringify({ ts: 'x', message: `rtsp://admin:${RTSP}@10.0.0.5/left`, details: { credential: TURN } })}\n`,
    'state/recording.json': JSON.stringify({ spec: { pipeline: 'rtspsrc location=rtsp://10.0.0.5/left user-id=admin user-pw="pw-in-a-pipeline" ! x' } }),
    'run/camera0.intent.json': JSON.stringify({ a: JSON.stringify({ password: 'pw-in-a-pipeline', credential: TURN }) }),
    'recordings/Derby/match.json': JSON.stringify({ notes: `rtsp://admin:${encodeURIComponent(RTSP)}@10.0.0.5/left` }),
    // So long that only its end is taken; the secret stands across the cut.
    'recordings/Derby/cam0.journal.ndjson': `rtsp://somebody:cut-off-s3cret@10.0.0.9/${'x'.repeat(2 * MIB - 40)}\nthe last line\n`,
    'recordings/Derby/segments/cam0_20300101_000000_00.mp4': 'the video itself',
  });
  const env = { ...folders(folder), TOUCHLINE_CONFIG: join(folder, 'touchline.json'), TOUCHLINE_TEST_TOKEN: 'env-word-77' };
  const valid = await report(folder, { ...folders(folder), TOUCHLINE_CONFIG: join(folder, 'touchline.json') });
  t.match(valid.get('state/recording.json'), /rtspsrc location=/, 'what is no secret is there');
  t.match(valid.get('logs/camera0.log'), /not q90/, 'a short secret is hidden as a word only');
  t.equal(valid.get('last-match/cam0.journal.ndjson'), 'the last line\n');
  t.match(valid.get('last-match/files.txt'), /cam0_20300101_000000_00\.mp4/);
  await writeFile(join(folder, 'touchline.json'), config.replace('"profile"', '"profile'));
  const broken = await report(folder, env);
  t.match(broken.get('contents.txt'), /the configuration cannot be used/);
  t.match(broken.get('configuration/touchline.json'), /10\.0\.0\.5\/left/);
  for (const files of [valid, broken]) {
    t.ok(files.size > 5);
    for (const [name, text] of files) {
      t.same(PLANTED.filter((secret) => new RegExp(`(?<![\\w])${secret.replaceAll(/[.?"\\+]/g, '\\$&')}(?!\\w)`).test(text)), [], name);
      t.notMatch(text, /the video itself/, name);
    }
  }
});

t.test('a report of a rig that works has what the daemon says and the last match', async (t) => {
  const folder = await scratch(t);
  await put(folder, { 'touchline.json': JSON.stringify({ webrtc_ice_servers: [{ urls: ['turn:turn.example:3478'], username: 'turn-user', credential: TURN }] }) });
  const rig = await Rig.start({ env: { TOUCHLINE_CONFIG: join(folder, 'touchline.json') } });
  t.teardown(() => rig.dispose());
  const env = () => ({ ...rig.environment(), TOUCHLINE_PORT: new URL(rig.url).port });
  await rig.record('First');
  await rig.stop();
  await rig.record('Second');
  const during = await report(rig.folder, env());
  t.match(during.get('daemon/status.json'), /"match_id":"Second"/);
  t.match(during.get('daemon/status.json'), /turn:turn\.example/);
  t.match(during.get('daemon/metrics.txt'), /touchline_/);
  t.match(during.get('doctor.txt'), /✓ daemon/);
  t.match(during.get('last-match/cam0.journal.ndjson'), /./);
  t.match(during.get('last-match/files.txt'), /segments\/cam0_.*\.mp4/);
  t.match(during.get('logs/watchdog.ndjson'), /recording_started.*Second/);
  t.match(during.get('recordings.txt'), /First/);
  for (const [name, text] of during) t.notOk(text.includes(TURN) || text.includes('turn-user') || text.includes('tu\\"rn'), name);
  await rig.stop();

  rig.signalDaemon('SIGSTOP');
  t.teardown(() => rig.signalDaemon('SIGCONT'));
  const hung = await report(rig.folder, env());
  t.match(hung.get('contents.txt'), /0 {2}daemon\/status\.json {2}\[/);
  t.match(hung.get('last-match/match.json'), /Second/);
  rig.signalDaemon('SIGCONT');
});

t.test('a program that hangs, and ignores that it should end, costs a time limit and nothing else', async (t) => {
  const folder = await scratch(t);
  await put(folder, { 'bin/journalctl': "#!/bin/sh\ntrap '' TERM INT\necho 'the first lines'\necho 'half a li'\nprintf 'rtsp://a:torn-s3c'\nexec sleep 600\n", 'bin/df': '#!/bin/sh\nexit 3\n' });
  for (const name of await readdir(join(folder, 'bin'))) await chmod(join(folder, 'bin', name), 0o755);
  const startedMs = performance.now();
  const files = await report(folder, { ...folders(folder), PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` });
  t.ok(performance.now() - startedMs < 60_000);
  t.equal(files.get('journal/touchline-this-boot.txt'), 'the first lines\nhalf a li\n', 'what came until then, without the torn line');
  t.match(files.get('contents.txt'), /touchline-this-boot\.txt {2}\[did not end within 15 s\]/);
  t.match(files.get('contents.txt'), /boots\.txt {2}\[journalctl did not end before\]/);
  t.match(files.get('contents.txt'), /disks\.txt {2}\[ended with 3\]/);
});

t.test('logs far larger than the limit give their ends, and a place that takes nothing is said at once', async (t) => {
  const folder = await scratch(t);
  const line = `${'x'.repeat(99)}\n`;
  const large = line.repeat(60_000);
  await put(folder, Object.fromEntries(Array.from({ length: 30 }, (_none, index) => [`state/logs/camera${index}.log`, `${large}the end of ${index}\n`])));
  const files = await report(folder, folders(folder));
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  t.ok(bytes < 51 * MIB, `${bytes}`);
  t.match(files.get('logs/camera29.log')?.slice(-20), /the end of 29\n$/);
  t.match(files.get('contents.txt'), /the report is full/);

  await writeFile(join(folder, 'file'), '');
  const refused = await execa(process.execPath, [CLI, 'report', '--output', join(folder, 'file/x.zip')], { reject: false, cwd: folder, env: folders(folder) });
  t.not(refused.exitCode, 0);
  t.match(refused.stderr, /cannot write .*--output/);
  t.same((await readdir(folder)).filter((name) => name.endsWith('.part')), []);
});
