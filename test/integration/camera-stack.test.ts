/** A camera stack that has to be restarted: the rig does it when no camera delivers, and only then. And cameras that are not there when a match goes on. */
import { existsSync } from 'node:fs';
import { chmod, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Rig, until, type Json } from '../support/rig.js';
import { breakableJetsonEnv } from '../support/jetson-rig.js';
import { cutPower } from '../support/reboot.js';

/** A rig with the Jetson stand-in, and a systemctl that notes its calls and does what the test says instead. */
async function jetson(t: Test, systemctl: string, extra: Readonly<Record<string, string>> = {}): Promise<{ rig: Rig; breakWith: (fault: string) => Promise<void>; calls: () => Promise<string[]> }> {
  const folder = t.testdir({ fault: '', calls: '' });
  const [fault, calls, program] = ['fault', 'calls', 'systemctl'].map((name) => join(folder, name)) as [string, string, string];
  await writeFile(program, `#!/bin/sh\necho "$*" >> '${calls}'\nfault='${fault}'\n${systemctl}\n`);
  await chmod(program, 0o755);
  const rig = await Rig.start({
    env: {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      ...breakableJetsonEnv(fault),
      TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '2',
      TOUCHLINE_RECORDING_RECOVERY_BACKOFF_SECONDS: '0.2',
      TOUCHLINE_CAMERA_STACK_REPAIR_AFTER_FAILURES: '2',
      ...extra,
    },
  });
  t.teardown(() => rig.dispose());
  return { rig, breakWith: (text) => writeFile(fault, text), calls: async () => (await readFile(calls, 'utf8')).split('\n').filter((line) => line !== '') };
}

const RESTART = '--no-ask-password restart nvargus-daemon.service';
const status = async (rig: Rig): Promise<Json> => (await rig.get('/api/v1/recording')).body;
const isRunning = async (rig: Rig, id: number): Promise<boolean> => (await status(rig))['cameras']?.[`camera_${id}`]?.['state']?.valueOf() === 'running';
const attempts = async (rig: Rig, id: number): Promise<number> => Number((await status(rig))['camera_recovery']?.[`camera_${id}`]?.['attempts']);

async function alert(rig: Rig, type: string): Promise<Json | undefined> {
  const { body } = await rig.get('/api/v1/logs/alerts?lines=100');
  return ((body['lines'] ?? []) as unknown as string[]).map((line) => JSON.parse(line) as Json).find((found) => found['event_type']?.valueOf() === type);
}

t.test('both cameras are gone: the camera stack is restarted once, and they record again', async (t) => {
  const { rig, breakWith, calls } = await jetson(t, ': > "$fault"');
  await rig.record('stack');
  await breakWith('no-frames');
  await until(async () => (await calls()).length > 0, 'the camera stack is restarted', 30_000, () => rig.output);
  for (const id of [0, 1]) await until(() => isRunning(rig, id), `camera ${id} records again`, 30_000, () => rig.output);
  t.match(await status(rig), { recording: true, match_id: 'stack', camera_stack_repair: { count: 1, success: true, error: null } });
  await until(async () => (await alert(rig, 'camera_stack_restarted')) !== undefined, 'the alert');
  t.match(await alert(rig, 'camera_stack_restarted'), { severity: 'warning', details: { match_id: 'stack', success: true } });
  t.strictSame(await calls(), [RESTART]);
  t.match((await rig.stop()).body, { success: true });
});

t.test('one camera delivers: nobody touches the stack, however often the other one fails', async (t) => {
  const { rig, breakWith, calls } = await jetson(t, 'true');
  await rig.record('half');
  await breakWith('error-after:5@1');
  await until(async () => (await attempts(rig, 1)) >= 4, 'camera 1 fails again and again', 40_000, () => rig.output);
  t.ok(await isRunning(rig, 0));
  t.strictSame(await calls(), []);
});

t.test('a restart that is refused is told, and not tried again within the interval', async (t) => {
  const { rig, breakWith, calls } = await jetson(t, 'echo "Access denied" >&2; exit 1');
  await rig.record('denied');
  await breakWith('error-after:5');
  await until(async () => (await alert(rig, 'camera_stack_restarted')) !== undefined, 'the alert', 30_000, () => rig.output);
  t.match(await alert(rig, 'camera_stack_restarted'), { severity: 'error', message: /Access denied.*systemctl restart nvargus-daemon/, details: { success: false } });
  const soFar = await attempts(rig, 0);
  await until(async () => (await attempts(rig, 0)) > soFar + 1, 'it fails on', 30_000);
  t.strictSame(await calls(), [RESTART]);
});

t.test('starts that fail are repaired, too: before kick-off nothing is recorded that could be cut off', async (t) => {
  const { rig, breakWith, calls } = await jetson(t, ': > "$fault"');
  await breakWith('no-session');
  for (const id of ['first', 'second']) t.match((await rig.post('/api/v1/recording', { match_id: id })).body, { success: false });
  await until(async () => (await calls()).length > 0, 'the camera stack is restarted', 20_000, () => rig.output);
  await until(async () => (await alert(rig, 'recording_start_failed')) !== undefined, 'the failed start is told');
  await rig.record('third');
  t.match((await rig.stop()).body, { success: true });
});

t.test('under systemd the rig is no administrator: it asks the helper, which takes the request', async (t) => {
  const { rig, calls } = await jetson(t, 'true', { TOUCHLINE_CAMERA_SUPERVISOR: 'systemd' });
  const request = join(rig.runtimeDir, 'nvargus-restart.request');
  for (const id of ['first', 'second']) t.match((await rig.post('/api/v1/recording', { match_id: id })).body, { success: false });
  await until(() => existsSync(request), 'the request', 20_000, () => rig.output);
  t.notMatch(await status(rig), { camera_stack_repair: { count: 1 } }, 'nothing is told before it is taken');
  await unlink(request);
  await until(async () => (await alert(rig, 'camera_stack_restarted')) !== undefined, 'the alert');
  t.match(await alert(rig, 'camera_stack_restarted'), { severity: 'warning', details: { success: true } });
  t.match(await status(rig), { camera_stack_repair: { count: 1, success: true, error: null } });
  t.strictSame(await calls(), [], 'systemctl is left alone');
});

t.test('cameras that are not there when a match goes on are tried until they are, and counted', async (t) => {
  const { rig, breakWith } = await jetson(t, 'true', { TOUCHLINE_CAMERA_STACK_REPAIR_ENABLED: 'false', TOUCHLINE_RECORDING_RECOVERY_BACKOFF_SECONDS: '0.1' });
  await rig.record('late');
  await until(async () => (await rig.segments('late', 0)).length > 0 && (await rig.segments('late', 1)).length > 0, 'each camera has a file');
  await cutPower(rig, { matchId: 'late' });
  await breakWith('no-session');
  await rig.startDaemon();
  await until(async () => (await attempts(rig, 0)) >= 20 && (await attempts(rig, 1)) >= 20, 'both are tried more often than a process has workers', 60_000, () => rig.output);
  t.match(await status(rig), { recording: true, match_id: 'late', degraded: true, degraded_cameras: { camera_0: String, camera_1: String }, camera_recovery: { camera_0: { failed_permanently: true } } });
  t.equal((await rig.get('/api/v1/recording-health')).body['healthy']?.valueOf(), false);
  await breakWith('');
  for (const id of [0, 1]) await until(() => isRunning(rig, id), `camera ${id} records`, 30_000, () => rig.output);
  t.match(await status(rig), { degraded: false, camera_recovery: { camera_0: { failed_permanently: false, recovering: false } } });
  t.match((await rig.stop()).body, { success: true });
});
