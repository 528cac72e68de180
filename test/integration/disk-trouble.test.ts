/** The disk of the recordings makes trouble in mid-match, or is not there at all: nothing written is lost, the state is clear, and it goes on. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { intentPath } from '../../src/camera/protocol.js';
import { framesIn, Rig, until, type Json } from '../support/rig.js';
import { cutPower } from '../support/reboot.js';

const isRoot = process.getuid?.() === 0;
const NEEDS_ROOT = { skip: isRoot ? false : 'needs root: mounts a small disk' };

interface Disk {
  readonly mountPoint: string;
  mount(): Promise<void>;
  unmount(): Promise<void>;
  /** Unmounted, and the kernel has forgotten all about it; takes as long as somebody else's mount namespace has it. */
  released(): Promise<void>;
  /** Makes it read-only for good; only a new mount brings it back. */
  fail(): Promise<void>;
  /** Nothing is written until `thaw`. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** An ext4 of its own in a file, mounted. */
async function smallDisk(t: Test, megabytes: number): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-volume-'));
  const image = join(folder, 'image');
  const mountPoint = join(folder, 'disk');
  await mkdir(mountPoint);
  await execa('truncate', ['-s', `${megabytes}M`, image]);
  await execa('mkfs.ext4', ['-q', '-m', '0', image]);
  let device = '';
  const mount = async (): Promise<void> => {
    await execa('mount', ['-o', 'loop,errors=remount-ro', image, mountPoint]);
    device = basename((await execa('findmnt', ['-n', '-o', 'SOURCE', mountPoint])).stdout);
  };
  const unmount = async (): Promise<void> => void (await execa('umount', ['-l', mountPoint], { reject: false }));
  const released = async (): Promise<void> => {
    await unmount();
    await until(() => !existsSync(`/sys/fs/ext4/${device}`), 'nobody holds the disk any more', 30_000);
  };
  const freeze = async (): Promise<void> => void (await execa('fsfreeze', ['-f', mountPoint]));
  const thaw = async (): Promise<void> => void (await execa('fsfreeze', ['-u', mountPoint], { reject: false }));
  t.teardown(async () => {
    await thaw();
    await execa('umount', ['-l', mountPoint], { reject: false });
    await rm(folder, { recursive: true, force: true });
  });
  await mount();
  return { mountPoint, mount, unmount, released, freeze, thaw, fail: () => writeFile(`/sys/fs/ext4/${device}/trigger_fs_error`, '1') };
}

const status = async (rig: Rig): Promise<Json> => (await rig.get('/api/v1/recording')).body;
const isRunning = async (rig: Rig, id: number): Promise<boolean> => (await status(rig))['cameras']?.[`camera_${id}`]?.['state']?.valueOf() === 'running';

async function bothRun(rig: Rig): Promise<void> {
  for (const id of [0, 1]) await until(() => isRunning(rig, id), `camera ${id} records`, 30_000, () => rig.output);
}

async function alerts(rig: Rig): Promise<Json[]> {
  const { body } = await rig.get('/api/v1/logs/alerts?lines=100');
  return ((body['lines'] ?? []) as unknown as string[]).map((line) => JSON.parse(line) as Json);
}

const types = async (rig: Rig): Promise<string[]> => (await alerts(rig)).map((alert) => String(alert['event_type']));

async function framesOf(rig: Rig, match: string): Promise<Map<string, number>> {
  const frames = new Map<string, number>();
  for (const camera of [0, 1]) for (const name of await rig.segments(match, camera)) frames.set(name, await framesIn(join(rig.segmentsDir(match), name)));
  return frames;
}

async function recordedFiles(rig: Rig, match: string, count: number): Promise<void> {
  await until(async () => (await rig.segments(match, 0)).length >= count && (await rig.segments(match, 1)).length >= count, `${count} files of each camera`, 30_000, () => rig.output);
}

t.test('the disk becomes read-only in mid-match, as a failing one does to itself', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 200);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings'), TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('ro');
  await recordedFiles(rig, 'ro', 3);
  await disk.fail();
  await until(async () => (await status(rig))['recordings_disk']?.['state']?.valueOf() === 'refusing', 'the rig says that the disk refuses', 20_000, () => rig.output);
  const refusing = await status(rig);
  t.match(refusing, { recording: true, match_id: 'ro', degraded: true, recordings_disk: { message: /^The recordings disk takes no data: .*(Read-only|read-only|Input\/output)/ } });
  t.equal((await rig.get('/api/v1/recording-health')).body['healthy']?.valueOf(), false);
  await until(async () => (await types(rig)).includes('recording_disk_fault'), 'the alert');
  await until(async () => !(await isRunning(rig, 0)) && !(await isRunning(rig, 1)), 'no camera claims to be recorded');
  const before = await framesOf(rig, 'ro');
  t.ok([...before.values()].filter((frames) => frames > 0).length >= 6, 'everything that was written plays');

  await disk.released();
  await disk.mount();
  await bothRun(rig);
  await until(async () => (await status(rig))['degraded']?.valueOf() === false, 'all is well');
  t.match(await status(rig), { recordings_disk: { state: 'ok', message: null } });
  await recordedFiles(rig, 'ro', before.size / 2 + 2);
  t.match((await rig.stop()).body, { success: true });
  const after = await framesOf(rig, 'ro');
  for (const [name, frames] of before) if (frames > 0) t.ok((after.get(name) ?? 0) >= frames - 8, `${name}: ${String(after.get(name))} of ${frames} frames`);
});

t.test('the disk goes away in mid-match and comes back: nothing is written below its mount point, and it goes on', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 200);
  // The mount point itself, which is a folder of the disk below when the disk is gone.
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: disk.mountPoint, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('gone');
  await recordedFiles(rig, 'gone', 2);
  await disk.unmount();
  await until(async () => /is not mounted/.test(String((await status(rig))['recordings_disk']?.['message'])), 'the rig says what is missing', 30_000, () => rig.output);
  t.match(await status(rig), { recording: true, degraded: true, recordings_disk: { state: 'refusing' } });
  t.strictSame(await readdir(disk.mountPoint), [], 'nothing below the mount point');
  await until(async () => (await status(rig))['recordings_disk']?.['free_gb'] === null, 'the room of the disk below is not called that of the recordings');
  await disk.mount();
  await until(async () => (await status(rig))['recordings_disk']?.['free_gb'] !== null, 'its room is known again');
  const before = await framesOf(rig, 'gone');
  await bothRun(rig);
  await recordedFiles(rig, 'gone', before.size / 2 + 2);
  t.match((await rig.stop()).body, { success: true });
  const after = await framesOf(rig, 'gone');
  for (const [name, frames] of before) t.ok((after.get(name) ?? 0) >= frames, name);
});

t.test('a disk that hangs for some seconds costs no frame, and is called slow meanwhile', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 200);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings') } });
  t.teardown(() => rig.dispose());
  await rig.record('slow');
  await recordedFiles(rig, 'slow', 1);
  await disk.freeze();
  await until(async () => (await status(rig))['recordings_disk']?.['state']?.valueOf() === 'slow', 'it is called slow', 10_000);
  await until(async () => Number((await status(rig))['cameras']?.['camera_0']?.['facts']?.['frames_waiting']) > 8 * 30, 'eight seconds wait', 20_000, () => rig.output);
  t.match(await status(rig), { degraded: true, camera_recovery: { camera_0: { attempts: 0 }, camera_1: { attempts: 0 } }, degraded_cameras: { camera_0: /slow/ } });
  await disk.thaw();
  await until(async () => (await status(rig))['recordings_disk']?.['state']?.valueOf() === 'ok', 'it has caught up', 20_000);
  await until(async () => Number((await status(rig))['cameras']?.['camera_0']?.['facts']?.['frames_waiting']) < 30, 'nothing waits');
  await until(async () => (await status(rig))['degraded']?.valueOf() === false, 'all is well');
  t.ok((await types(rig)).includes('recording_disk_fault'));
  t.notOk((await types(rig)).includes('recording_camera_recovered'), 'nobody is told that something is missing');
  t.match((await rig.stop()).body, { success: true });
  for (const id of [0, 1]) {
    t.equal((await rig.segments('slow', id)).length, 1, 'in one piece');
    const ended = (await rig.journal('slow', id)).at(-1);
    t.match(ended, { kind: 'run-ended', framesMissed: 0 });
    t.equal([...(await framesOf(rig, 'slow'))].filter(([name]) => name.startsWith(`cam${id}`)).reduce((sum, [, frames]) => sum + frames, 0), Number(ended?.['framesAtSource']));
  }
});

t.test('a stop while the disk hangs waits for what it holds, and nothing is lost', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 200);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings'), TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('whistle');
  await recordedFiles(rig, 'whistle', 1);
  await disk.freeze();
  await until(async () => Number((await status(rig))['cameras']?.['camera_0']?.['facts']?.['frames_waiting']) > 30, 'a second waits', 20_000, () => rig.output);
  let isAnswered = false;
  const stop = rig.stop().finally(() => (isAnswered = true));
  const thawsAtMs = performance.now() + 4000;
  await until(() => performance.now() > thawsAtMs, 'far longer than a camera gets');
  t.notOk(isAnswered, 'nobody says that it is over');
  await disk.thaw();
  t.match((await stop).body, { success: true, graceful_stop: true });
  for (const id of [0, 1]) {
    const ended = (await rig.journal('whistle', id)).at(-1);
    t.match(ended, { kind: 'run-ended', framesMissed: 0 });
    t.equal([...(await framesOf(rig, 'whistle'))].filter(([name]) => name.startsWith(`cam${id}`)).reduce((sum, [, frames]) => sum + frames, 0), Number(ended?.['framesAtSource']));
  }
});

t.test('at the last reserve the recording is stopped in order, and the status says why', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 200);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings'), TOUCHLINE_RECORDING_RESERVE_MB: '40', TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('full');
  await recordedFiles(rig, 'full', 2);
  await writeFile(join(disk.mountPoint, 'filler'), Buffer.alloc(150 * 1024 * 1024));
  await until(async () => (await status(rig))['recording']?.valueOf() === false, 'it is stopped', 30_000, () => rig.output);
  t.match(await status(rig), { phase: 'idle', last_stop: { match_id: 'full', reason: 'no_space', success: true } });
  await until(async () => (await types(rig)).includes('recording_stopped_no_space'), 'the alert');
  t.ok((await types(rig)).includes('recording_low_space'));
  const manifest = await rig.manifest('full');
  t.match(manifest, { state: 'finished' });
  for (const id of [0, 1]) for (const segment of manifest['cameras']?.[id]?.['segments'] as unknown as Json[]) t.equal(segment['finalised']?.valueOf(), true, String(segment['name']));
  t.match((await rig.post('/api/v1/recording', { match_id: 'next' })).body, { success: false, message: /Not enough free space/ });
  await rm(join(disk.mountPoint, 'filler'));
  await until(async () => Number((await status(rig))['recordings_disk']?.['free_gb']) > 0.1, 'there is room again');
  await rig.record('next');
  t.match((await rig.stop()).body, { success: true });
});

t.test('a daemon that is started again while the disk is away goes on with the match on another disk', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 100);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings'), TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('moved');
  await recordedFiles(rig, 'moved', 1);
  await disk.unmount();
  await until(async () => /is not mounted/.test(String((await status(rig))['recordings_disk']?.['message'])), 'the rig says what is missing', 30_000, () => rig.output);
  await rig.crashDaemon();
  await rig.startDaemon();
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'moved', interruption_count: 1, interruptions: [{ cause: 'disk_missing' }], recordings_disk: { is_substitute: true } });
  t.match((await rig.post('/api/v1/recordings/moved/marks', { kind: 'goal' })).status, /^20/, 'the running match is where everybody looks for it');
  await until(async () => (await types(rig)).includes('recording_resumed_elsewhere'), 'the alert');
  t.match((await rig.stop()).body, { success: true });
  t.ok((await readdir(join(rig.stateDir, 'substitute-recordings', 'moved', 'segments'))).length >= 2);
  t.strictSame(await readdir(disk.mountPoint), [], 'nothing below the mount point');
});

t.test('a rig whose disk is missing after the boot records all the same, to another disk, and says so', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 100);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings') } });
  t.teardown(() => rig.dispose());
  await rig.record('cut');
  await recordedFiles(rig, 'cut', 1);
  await cutPower(rig, { matchId: 'cut' });
  await disk.unmount();
  await rig.startDaemon();
  const substitute = join(rig.stateDir, 'substitute-recordings');
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'cut', interruption_count: 1, recordings_disk: { is_substitute: true, message: /is not mounted.*substitute-recordings/ } });
  await until(async () => (await types(rig)).includes('recordings_disk_missing'), 'the alert');
  t.strictSame(await readdir(disk.mountPoint), [], 'nothing below the mount point');
  t.match((await rig.stop()).body, { success: true });
  t.ok((await readdir(join(substitute, 'cut', 'segments'))).length >= 2);
  t.equal(await rig.endDaemon(), 0);

  await disk.mount();
  await rig.startDaemon();
  t.match(await status(rig), { recordings_disk: { is_substitute: false, message: null } });
  await until(async () => (await types(rig)).includes('recordings_left_behind'), 'somebody is told where the match is');
  t.match((await alerts(rig)).at(-1), { details: { folder: substitute, matches: 1 } });
});

t.test('a match that goes on in the place of the disk stays there when the disk is back: room, guard and marks are those of where it is', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 100);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk.mountPoint, 'recordings'), TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('away');
  await recordedFiles(rig, 'away', 1);
  await disk.unmount();
  await until(async () => /is not mounted/.test(String((await status(rig))['recordings_disk']?.['message'])), 'the rig says what is missing', 30_000, () => rig.output);
  await rig.crashDaemon();
  await rig.startDaemon();
  await bothRun(rig);
  await disk.mount();
  const before = [await rig.hostIdentity(0), await rig.hostIdentity(1)];
  await rig.crashDaemon();
  await rig.startDaemon();
  await bothRun(rig);
  t.strictSame([await rig.hostIdentity(0), await rig.hostIdentity(1)], before, 'nothing is cut off for it');
  t.match(await status(rig), { match_id: 'away', interruption_count: 1, recordings_disk: { is_substitute: true, message: /is back.*after the match/ } });
  t.ok(Number((await status(rig))['recordings_disk']?.['free_gb']) > 0.2, 'the room is that of the disk that is written to');
  t.match((await rig.post('/api/v1/recordings/away/marks', { kind: 'goal' })).status, /^20/);
  t.match((await rig.stop()).body, { success: true });
  t.equal(await rig.endDaemon(), 0);
  await rig.startDaemon();
  t.match(await status(rig), { recordings_disk: { is_substitute: false, message: null } });
});

t.test('a match that was stopped while its disk was away does not begin again when it is back', NEEDS_ROOT, async (t) => {
  const disk = await smallDisk(t, 100);
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: disk.mountPoint, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  const intents = [0, 1].map((id) => intentPath(rig.runtimeDir, id));
  await rig.record('over');
  await recordedFiles(rig, 'over', 1);
  await disk.unmount();
  await until(async () => /is not mounted/.test(String((await status(rig))['recordings_disk']?.['message'])), 'the rig says what is missing', 30_000, () => rig.output);
  await until(async () => (await status(rig))['cameras']?.['camera_0']?.['facts']?.valueOf() == null && (await status(rig))['cameras']?.['camera_1']?.['facts']?.valueOf() == null, 'both processes wait for it');
  await rig.stop();
  await until(() => !intents.some((path) => existsSync(path)), 'nothing is left that would begin again');
  await disk.mount();
  await rig.crashDaemon();
  for (const id of [0, 1]) await rig.signalHost(id, 'SIGKILL');
  await rig.startDaemon();
  await until(async () => (await rig.hostIdentity(1)) !== null, 'the processes are back');
  t.match(await status(rig), { recording: false, match_id: null });
});
