/** Processes die at any line; the match goes on. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { isAlive } from '../../src/lib/process-identity.js';
import { segmentShape } from '../../src/integrity/mp4.js';
import { framesIn, Rig, until, type Json } from '../support/rig.js';

const FPS = 30;

/** Frames of one camera on disk, finished or not. */
async function framesOnDisk(rig: Rig, match: string, camera: number): Promise<number> {
  let frames = 0;
  for (const name of await rig.segments(match, camera)) frames += await framesIn(join(rig.segmentsDir(match), name));
  return frames;
}

async function camera(rig: Rig, id: number): Promise<Json | undefined> {
  return (await rig.get('/api/v1/recording')).body['cameras']?.[`camera_${id}`];
}

const running = (rig: Rig, id: number) => async (): Promise<boolean> => (await camera(rig, id))?.['state']?.valueOf() === 'running';
const framesAtSource = async (rig: Rig, id: number): Promise<number> => Number((await camera(rig, id))?.['facts']?.['frames_at_source'] ?? 0);

t.test('a killed camera host costs its own camera a moment and the other one nothing', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('kill');
  await until(async () => (await framesAtSource(rig, 0)) > 2 * FPS, 'two seconds are recorded');
  const before = await rig.segments('kill', 0);
  await rig.signalHost(0, 'SIGKILL');

  await until(async () => (await rig.segments('kill', 0)).length > before.length, 'a new segment of the killed camera');
  await until(running(rig, 0), 'the killed camera runs again');
  const { body } = await rig.get('/api/v1/recording');
  t.match(body, { recording: true, match_id: 'kill', camera_recovery: { camera_0: { attempts: 1 }, camera_1: { attempts: 0 } } });
  await until(async () => (await framesAtSource(rig, 0)) > FPS, 'a second more is recorded');

  const stop = (await rig.stop()).body;
  t.match(stop, { success: true, camera_recovery: { camera_0: { attempts: 1 } } }, 'the stop tells what happened to the camera');
  t.match(String(stop['degraded_cameras']?.['camera_0']), /died/);
  const [first, second] = await rig.segments('kill', 0);
  t.ok(first !== undefined && second !== undefined && second > first, 'the new segment sorts behind the old one');
  t.ok((await framesIn(join(rig.segmentsDir('kill'), first ?? ''))) >= 1.5 * FPS, 'the segment that was running is playable up to half a second before the kill');

  await t.test('the other camera lost no frame', async (t) => {
    const ended = (await rig.journal('kill', 1)).at(-1);
    t.match(ended, { kind: 'run-ended', framesMissed: 0 });
    t.equal(await framesOnDisk(rig, 'kill', 1), Number(ended?.['framesAtSource']));
    t.equal((await rig.segments('kill', 1)).length, 1);
  });

  await t.test('the segment that the crash left behind is finalised in the background, with every frame', async (t) => {
    const path = join(rig.segmentsDir('kill'), first ?? '');
    await until(async () => (await segmentShape(path)) === 'finalised', 'the crashed segment is final');
    await until(async () => (await rig.manifest('kill'))['cameras']?.['0']?.['segments']?.[0]?.['finalised']?.valueOf() === true, 'match.json knows it');
    const gap = (await rig.manifest('kill'))['cameras']?.['0']?.['gaps']?.[0];
    t.match(gap, { after: first, cause: 'host_died' });
    t.ok(Number(gap?.['seconds']) > 0 && Number(gap?.['seconds']) < 5, `gap of ${String(gap?.['seconds'])} s`);
  });
});

t.test('killing the daemon loses no frame, and the next one shows the true state', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('adopt', { process_after_recording: true });
  const hosts = await Promise.all([rig.hostIdentity(0), rig.hostIdentity(1)]);
  await rig.crashDaemon();
  for (const host of hosts) t.ok(host !== null && isAlive(host), 'the host goes on');

  await rig.startDaemon();
  const { body } = await rig.get('/api/v1/recording');
  t.match(body, { recording: true, match_id: 'adopt', degraded: false, cameras: { camera_0: { state: 'running' }, camera_1: { state: 'running' } }, camera_recovery: { camera_0: { attempts: 0 } } });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'recording', holder: 'api-recording-adopt', can_record: false });
  t.strictSame(await Promise.all([rig.hostIdentity(0), rig.hostIdentity(1)]), hosts, 'the same hosts');
  await until(async () => (await framesAtSource(rig, 0)) > 3 * FPS, 'three seconds');
  t.match((await rig.stop()).body, { success: true });
  for (const id of [0, 1]) {
    const ended = (await rig.journal('adopt', id)).at(-1);
    t.equal(await framesOnDisk(rig, 'adopt', id), Number(ended?.['framesAtSource']), `camera ${id}: every frame is in the file`);
    t.equal((await rig.segments('adopt', id)).length, 1, 'in one segment');
  }
});

t.test('a daemon without its state file adopts what the hosts record', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('orphan');
  await rig.crashDaemon();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(rig.stateDir, 'recording.json'), '{"v":1,"matchId":"orph');
  await rig.startDaemon();
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'orphan' });
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
});

t.test('daemon and hosts killed at once: the next daemon goes on with the match', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('all');
  await until(async () => (await framesAtSource(rig, 0)) > FPS, 'a second is recorded');
  await rig.crashDaemon();
  await rig.signalHost(0, 'SIGKILL');
  await rig.signalHost(1, 'SIGKILL');
  await rig.startDaemon();
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'all' });
  await until(running(rig, 0), 'camera 0 records');
  await until(running(rig, 1), 'camera 1 records');
  t.match((await rig.stop()).body, { success: true });
  for (const id of [0, 1]) t.equal((await rig.segments('all', id)).length, 2);
});

t.test('a hung host is found by its silence, killed, and the camera records again', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('hung');
  const hung = await rig.signalHost(1, 'SIGSTOP');
  await until(async () => (await camera(rig, 1))?.['state']?.valueOf() !== 'running', 'nobody claims that the camera records');
  const health = (await rig.get('/api/v1/recording-health')).body;
  t.equal(health['healthy']?.valueOf(), false);
  await until(() => !isAlive(hung), 'the hung host is gone');
  await until(running(rig, 1), 'the camera records again');
  t.match((await rig.stop()).body, { success: true, camera_recovery: { camera_1: { attempts: 1 }, camera_0: { attempts: 0 } } });
});

t.test('a stop while a killed host is coming back leaves nothing running', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('race');
  await until(async () => (await framesAtSource(rig, 0)) > FPS, 'a second is recorded');
  await rig.signalHost(0, 'SIGKILL');
  const { body } = await rig.stop();
  t.match(body['camera_stop_results']?.['camera_1'], { success: true, finalized: true });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
  const names = await rig.segments('race', 0);
  await rig.record('after');
  await until(running(rig, 0), 'the next recording runs on that camera');
  t.strictSame(await rig.segments('race', 0), names, 'nobody went on with the stopped match');
  t.match((await rig.stop()).body, { success: true });
});

t.test('Ctrl-C finalises the recording and ends every process', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('end');
  const hosts = await Promise.all([rig.hostIdentity(0), rig.hostIdentity(1)]);
  t.equal(await rig.endDaemon(), 0);
  for (const host of hosts) t.notOk(host !== null && isAlive(host));
  for (const id of [0, 1]) {
    const [name] = await rig.segments('end', id);
    t.equal(await segmentShape(join(rig.segmentsDir('end'), name ?? '')), 'finalised');
  }
  t.match(await rig.manifest('end'), { state: 'finished' });
});

t.test('two daemons on the same folders: the second refuses and says who is there', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('mine');
  await t.rejects(Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: rig.recordingsDir } }), { message: new RegExp(`${rig.pid}`) });
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'mine', degraded: false });
});

t.test('a daemon that cannot start leaves the match that it found to the hosts', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('goes-on');
  const hosts = await Promise.all([rig.hostIdentity(0), rig.hostIdentity(1)]);
  await rig.crashDaemon();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await t.rejects(rig.startDaemon({ TOUCHLINE_PORT: String(port) }), { message: new RegExp(String(port)) });
  taken.close();
  for (const host of hosts) t.ok(host !== null && isAlive(host), 'the host goes on');
  await rig.startDaemon();
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'goes-on', degraded: false, cameras: { camera_0: { state: 'running' } } });
  t.match((await rig.stop()).body, { success: true });
  for (const id of [0, 1]) t.equal((await rig.segments('goes-on', id)).length, 1, 'in one piece');
});
