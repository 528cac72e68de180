import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadConfig } from '../../src/config/load.js';
import { type ConfigChange, type ConfigWatcher, watchConfig } from '../../src/config/watch.js';
import { TouchlineError } from '../../src/errors.js';

interface Watched {
  readonly folder: string;
  readonly path: string;
  readonly watcher: ConfigWatcher;
  /** The next accepted or refused edit after `edit` has been made. */
  readonly after: (edit: () => Promise<unknown>) => Promise<ConfigChange | TouchlineError>;
  /** Everything that was reported so far. */
  readonly reports: (ConfigChange | TouchlineError)[];
}

const startWatching = async (t: Test, initial: string | null, link?: string): Promise<Watched> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-watch-'));
  const path = join(folder, 'touchline.json');
  const target = link === undefined ? path : join(folder, link);
  if (link !== undefined) {
    await mkdir(join(target, '..'), { recursive: true });
    await symlink(target, path);
  }
  if (initial !== null) await writeFile(target, initial);
  const load = { file: { path, mustExist: false }, env: {}, cwd: folder };
  const events = new EventEmitter();
  const reports: (ConfigChange | TouchlineError)[] = [];
  const report = (item: ConfigChange | TouchlineError): void => {
    reports.push(item);
    events.emit('report');
  };
  const watcher = await watchConfig({ load, running: await loadConfig(load), onChange: report, onRejected: report, settleMs: 100 });
  t.teardown(async () => {
    await watcher.close();
    await rm(folder, { recursive: true, force: true });
  });
  const after: Watched['after'] = async (edit) => {
    const count = reports.length;
    const reported = once(events, 'report');
    await edit();
    await reported;
    return reports[count] ?? new TouchlineError({ kind: 'internal', code: 'no_report', message: 'nothing was reported' });
  };
  return { folder, path: target, watcher, after, reports };
};

t.test('a good edit applies and says which keys changed and which wait for a restart', async (t) => {
  const { path, watcher, after } = await startWatching(t, '{"port":9000}');
  const first = await after(() => writeFile(path, '{"port":9001,"recording_quality":"fast"}'));
  t.match(first, { applied: ['recording_quality'], needRestart: ['port'] });
  t.match(watcher.active().config, { port: 9000, recordingQuality: 'fast' });
  const second = await after(() => writeFile(path, '{"port":9000,"recording_quality":"fast"}'));
  t.match(second, { applied: [], needRestart: [] });
});

t.test('a bad edit keeps the configuration and reports every violation, a correction applies', async (t) => {
  const { path, watcher, after } = await startWatching(t, '{"recording_quality":"fast"}');
  const before = watcher.active();
  const refused = await after(() => writeFile(path, '{"recording_quality":"best","port":0.5}'));
  t.match(refused, { kind: 'invalid', code: 'config_invalid' });
  t.equal(refused instanceof TouchlineError ? refused.violations.length : 0, 2);
  t.equal(watcher.active(), before);
  const broken = await after(() => writeFile(path, '{"recording_quality":'));
  t.match(broken, { code: 'config_invalid', message: /not valid JSON/ });
  t.equal(watcher.active(), before);
  const corrected = await after(() => writeFile(path, '{"recording_quality":"balanced"}'));
  t.match(corrected, { applied: ['recording_quality'] });
});

t.test('a file that is replaced by renames is followed again and again', async (t) => {
  const { folder, path, watcher, after } = await startWatching(t, '{}');
  for (const bitrate of [1000, 2000, 3000]) {
    await writeFile(join(folder, '.touchline.json.swp'), JSON.stringify({ recording_bitrate_kbps: bitrate }));
    const change = await after(() => rename(join(folder, '.touchline.json.swp'), path));
    t.match(change, { applied: ['recording_bitrate_kbps'] });
    t.equal(watcher.active().config.recordingBitrateKbps, bitrate);
  }
});

t.test('a file in the making is not judged before it is finished', async (t) => {
  const { path, after, reports } = await startWatching(t, '{}');
  const change = await after(async () => {
    await writeFile(path, '{"recording_');
    await appendFile(path, 'quality":');
    await appendFile(path, '"fast"}');
  });
  t.match(change, { applied: ['recording_quality'] });
  t.equal(reports.length, 1);
});

t.test('a file that appears later is read, one that vanishes keeps what is in force', async (t) => {
  const { path, watcher, after } = await startWatching(t, null);
  t.match(await after(() => writeFile(path, '{"recording_quality":"fast"}')), { applied: ['recording_quality'] });
  t.match(await after(() => unlink(path)), { kind: 'not_found', code: 'config_vanished' });
  t.equal(watcher.active().config.recordingQuality, 'fast');
  t.match(await after(() => writeFile(path, '{"recording_quality":"high"}')), { applied: ['recording_quality'] });
});

t.test('edits behind a link are seen', async (t) => {
  const { path, after } = await startWatching(t, '{}', 'shared/rig.json');
  t.match(await after(() => writeFile(path, '{"log_level":"debug"}')), { applied: ['log_level'] });
});

t.test('what may not be mixed waits for the restart as a whole', async (t) => {
  const { path, watcher, after } = await startWatching(t, '{"video_width":640,"video_height":360}');
  const change = await after(() => writeFile(path, '{"video_width":3840,"video_height":2160,"cameras":{"0":{"crop":{"left":700}}}}'));
  t.match(change, { applied: [], needRestart: ['video_width', 'video_height', 'cameras'] });
  t.equal(watcher.active().config.cameras[0].crop.left, 0);
});

t.test('an edit between the start and the first watch is not missed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-watch-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'touchline.json');
  const load = { file: { path, mustExist: false }, env: {}, cwd: folder };
  const running = await loadConfig(load);
  await writeFile(path, '{"recording_quality":"fast"}');
  const changes: ConfigChange[] = [];
  const watcher = await watchConfig({ load, running, onChange: (change) => changes.push(change), onRejected: (error) => t.error(error) });
  t.match(changes, [{ applied: ['recording_quality'] }]);
  await watcher.close();
});

t.test('the folder of the default file may be missing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-watch-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const load = { file: { path: join(folder, 'var', 'touchline.json'), mustExist: false }, env: {}, cwd: folder };
  const watcher = await watchConfig({ load, running: await loadConfig(load), onChange: () => undefined, onRejected: (error) => t.error(error) });
  await watcher.close();
});
