/** A configuration file that was left half-written does not keep a rig from starting. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { keepConfig, loadConfigForStart } from '../../src/config/known-good.js';
import type { LoadOptions } from '../../src/config/load.js';

interface Place {
  readonly load: LoadOptions;
  readonly path: string;
  readonly stateDir: string;
  readonly write: (text: string) => Promise<void>;
}

async function place(t: Test): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-config-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [path, stateDir] = [join(folder, 'touchline.json'), join(folder, 'state')];
  await mkdir(stateDir);
  const load = { file: { path, mustExist: true }, env: { TOUCHLINE_STATE_DIR: stateDir }, cwd: folder };
  return { load, path, stateDir, write: (text) => writeFile(path, text) };
}

t.test('a file that cannot be used is replaced by the one that a daemon ran with', async (t) => {
  const { load, stateDir, write } = await place(t);
  await write('{ "port": 8123, "recordings_dir": "matches" }');
  await keepConfig(load, stateDir);
  for (const broken of ['{\n  "port": 81', '', '{ "port": "many" }', '[]']) {
    await write(broken);
    const { config, origins } = await loadConfigForStart(load);
    t.equal(config.port, 8123, JSON.stringify(broken));
    t.equal(config.recordingsDir, join(load.cwd, 'matches'), 'relative paths still begin where the file lies');
    t.match(origins.get('port'), { kind: 'file' });
  }
  await write('{ "port": 8124 }');
  t.equal((await loadConfigForStart(load)).config.port, 8124, 'a file that can be used is used');
});

t.test('what is kept is what could be used, for its owner only', async (t) => {
  const { load, stateDir, write } = await place(t);
  await write('{ "port": 8123 }');
  await keepConfig(load, stateDir);
  const kept = join(stateDir, 'config.kept.json');
  t.equal((await stat(kept)).mode & 0o777, 0o600);
  const before = await stat(kept);
  await keepConfig(load, stateDir);
  t.equal((await stat(kept)).ino, before.ino, 'not written again without need');
  await write('{ "port": ');
  await keepConfig(load, stateDir);
  t.match(await readFile(kept, 'utf8'), /8123/);
});

t.test('without anything to fall back on, the fault is told', async (t) => {
  const { load, path, stateDir, write } = await place(t);
  await write('{ "port": ');
  await t.rejects(loadConfigForStart(load), { code: 'config_invalid' }, 'nothing was kept');
  await write('{ "port": 8123 }');
  await keepConfig(load, stateDir);
  await t.rejects(loadConfigForStart({ ...load, file: { path: `${path}.other`, mustExist: true } }), { code: 'config_missing' }, 'a name that was misspelt');
  await write('{ "port": ');
  await t.rejects(loadConfigForStart({ ...load, env: { ...load.env, TOUCHLINE_PORT: 'x' } }), { code: 'config_invalid' }, 'a fault of the environment');
  await writeFile(join(stateDir, 'config.kept.json'), 'garbage');
  await t.rejects(loadConfigForStart(load), { code: 'config_invalid' }, 'what was kept is garbage itself');
});
