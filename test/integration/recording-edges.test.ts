/** What went wrong in other recorders, one promise each. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Rig, until } from '../support/rig.js';

const STAND_INS = join(import.meta.dirname, '..', '..', 'native-test');

t.test('a match id as people type it is a folder name and nothing else', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  for (const id of ["FC Köln – 1. Hälfte 100% ! fakesink name=x 'a'", '%02d %s %n', '試合 ①', 'a,b;c&d=e#f[g]{h}(i)$j`k~']) {
    await rig.record(id);
    const { body } = await rig.stop();
    t.match(body, { success: true, match_id: id }, id);
    const path = String(body['camera_stop_results']?.['camera_0']?.['segment_path']);
    t.ok(path.startsWith(join(rig.recordingsDir, id, 'segments', 'cam0_')), path);
  }
  t.equal((await readdir(rig.recordingsDir)).length, 4);
});

t.test('recordings without an id are matches of their own, even within one second', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const ids = new Set<string>();
  for (let i = 0; i < 4; i += 1) {
    const { body } = await rig.post('/api/v1/recording', {});
    t.match(String(body['match_id']), /^match_\d{10}$/);
    ids.add(String(body['match_id']));
    await rig.stop();
  }
  t.equal(ids.size, 4);
});

t.test('too little space is refused before anything is touched, and the message says how much is needed', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_MIN_FREE_GB: '900000' } });
  t.teardown(() => rig.dispose());
  const { status, body } = await rig.post('/api/v1/recording', { match_id: 'full' });
  t.equal(status, 200);
  t.match(body, { success: false, code: 'low_space', cameras_started: [], cameras_failed: [] });
  t.match(String(body['message']), /900000\.00 GB needed/);
  t.strictSame(await readdir(rig.recordingsDir), [], 'no empty match folder');
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
  t.ok(Number((await rig.get('/api/v1/status')).body['recording']?.['hours_left']) >= 0);
});

t.test('starting and stopping again and again leaks nothing and never gets stuck', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const open = async (): Promise<number> => (await readdir(`/proc/${rig.pid}/fd`)).length;
  await rig.record('warm');
  await rig.stop();
  await until(async () => (await rig.manifest('warm'))['state']?.valueOf() === 'finished', 'the first one is tidy');
  const before = await open();
  // More than one host process serves before it makes room for a fresh one.
  for (let i = 0; i < 30; i += 1) {
    await rig.record(`again_${i}`, { force: true });
    t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  }
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle', holder: null });
  await until(async () => (await open()) <= before + 2, `${before} descriptors as before`);
});

t.test('nothing is left to go stale: after a crash while idle the next daemon is free', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('done');
  await rig.stop();
  await rig.crashDaemon();
  await rig.startDaemon();
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle', can_record: true });
  t.notMatch(rig.output, /"level":"(error|warn)"/, 'a clean start complains about nothing');
  await rig.record('next');
});

t.test('the lock is held until the files are final; health and status answer all the while', async (t) => {
  const rig = await Rig.start({
    env: { GST_PLUGIN_PATH: STAND_INS, TOUCHLINE_PROFILE: 'jetson-x264', TOUCHLINE_VIDEO_WIDTH: '640', TOUCHLINE_VIDEO_HEIGHT: '360', TOUCHLINE_TEST_JETSON_FAULT: 'hang-on-eos', TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '3' },
  });
  t.teardown(() => rig.dispose());
  await rig.record('slow');
  const began = performance.now();
  let isOver = false;
  const stop = rig.stop().finally(() => {
    isOver = true;
  });
  const modes = new Set<string>();
  let asked = 0;
  for (;;) {
    const [state, health] = await Promise.all([rig.get('/api/v1/pipeline-state'), rig.get('/api/v1/recording-health')]);
    if (isOver) break;
    modes.add(String(state.body['mode']));
    t.equal(health.status, 200);
    t.notMatch(String(health.body['message']), /^(Error|Health check error)/);
    asked += 1;
  }
  t.strictSame([...modes], ['recording']);
  t.ok(asked > 10, `asked ${asked} times`);
  const { body } = await stop;
  t.ok(performance.now() - began < 5900, 'both cameras were stopped at once, not one after the other');
  for (const camera of ['camera_0', 'camera_1']) t.match(body['camera_stop_results']?.[camera], { integrity_ok: true });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
});

t.test('a pipeline that cannot be built is told with element and reason at start, not at kick-off', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_PROFILE: 'jetson-nvenc' } });
  t.teardown(() => rig.dispose());
  await until(() => rig.output.includes('cannot record'), 'the daemon says so', 15_000, () => rig.output);
  t.match(rig.output, /"element":"nvarguscamerasrc"/);
  t.match(rig.output, /JetPack/);
  const { body } = await rig.post('/api/v1/recording', {});
  t.match(body, { success: false, cameras_failed: [0, 1], camera_errors: { camera_0: /nvarguscamerasrc/ } });
  t.strictSame(await readdir(rig.recordingsDir), []);
});

t.test('an edit of the running configuration counts from the next recording; a bad one changes nothing', async (t) => {
  const first = await Rig.start();
  const file = join(first.folder, 'touchline.json');
  await first.endDaemon();
  await writeFile(file, JSON.stringify({ recording_bitrate_kbps: 1000, recording_protection_seconds: 0 }));
  const rig = await Rig.start({ folder: first.folder, env: { TOUCHLINE_CONFIG: file } });
  t.teardown(() => rig.dispose());
  await rig.record('before');
  t.match((await rig.delete('/api/v1/recording')).body, { success: true });

  await writeFile(file, '{"recording_protection_seconds": "long", "recording_qality": "high"}');
  await until(() => rig.output.includes('edit refused'), 'the edit is refused');
  t.match(rig.output, /recording_qality/);
  t.match(rig.output, /recording_protection_seconds/);
  await rig.record('still');
  t.match((await rig.delete('/api/v1/recording')).body, { success: true }, 'the old one is in force');

  await writeFile(file, JSON.stringify({ recording_protection_seconds: 600 }));
  await until(() => rig.output.includes('configuration changed'), 'the edit is taken');
  await rig.record('after');
  t.match((await rig.delete('/api/v1/recording')).body, { success: false, protected: true });
});

t.test('a daemon does not start on a bad file and lists everything that is wrong', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const file = join(rig.folder, 'bad.json');
  await writeFile(file, '{"port": 70000, "hots": "x", "cameras": {"2": {}}, "recording_quality": "best"}');
  const refused = await Rig.start({ folder: join(rig.folder, 'other'), env: { TOUCHLINE_CONFIG: file, TOUCHLINE_RECORDING_SEGMENT_SECONDS: 'long' } }).then(
    () => '',
    (error: unknown) => String(error),
  );
  for (const part of ['port', '70000', 'hots', 'cameras', 'recording_quality', 'best', 'TOUCHLINE_RECORDING_SEGMENT_SECONDS', 'long']) {
    t.match(refused, new RegExp(part), part);
  }
  t.match(await readFile(file, 'utf8'), /70000/);
});

t.test('every file is told of while it is written, also right after another one was closed', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '4' } });
  t.teardown(() => rig.dispose());
  await rig.record('told');
  const toldOpen = new Set<string>();
  await until(async () => {
    const names = (await rig.segments('told', 0)).slice(0, 4);
    const manifest = await rig.manifest('told').catch(() => null);
    for (const id of Object.keys(manifest?.['cameras'] ?? {})) {
      const segments = manifest?.['cameras']?.[id]?.['segments'];
      const open = Array.from({ length: Number(segments?.['length']) }, (_none, index) => segments?.[index]).filter((segment) => segment?.['finalised']?.valueOf() === false);
      for (const segment of open) toldOpen.add(String(segment?.['name']));
    }
    return names.length === 4;
  }, 'three files are closed', 30_000);
  const closed = (await rig.segments('told', 0)).slice(0, 3);
  t.strictSame(closed.filter((name) => !toldOpen.has(name)), [], 'each of them was told of before');
  t.match((await rig.stop()).body, { success: true });
});
