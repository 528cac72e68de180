/** What is done to a rig under systemd without the match noticing: another version, a broken camera, a repair. */
import t from 'tap';
import { CorrelationsBody } from '../../src/api/contract/diagnostics.js';
import { compileSchema } from '../../src/lib/schema.js';
import { Appliance } from '../support/appliance.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/rig.js';

const FPS = 30;
const BUILD = '/opt/touchline/current/build/src';
const ASK_AS_THE_DAEMON = `
  import { systemClock } from '${BUILD}/lib/clock.js';
  import { restartByRequest } from '${BUILD}/recording/camera-stack-restart.js';
  const error = await restartByRequest({ runtimeDir: '/run/touchline', clock: systemClock })();
  if (error !== null) throw new Error(error);
`;
const NVVIC = 'nvbuf_utils: failed to open NvVIC';
const correlations = compileSchema(CorrelationsBody);
const obstacle = await Machine.obstacle();

if (obstacle !== null) t.pass('left out', { skip: obstacle });
else await t.test('upkeep of a rig under systemd', { timeout: 300_000 }, async (t) => {
  const rig = await Appliance.start();
  t.teardown(() => rig.dispose());
  const { machine } = rig;
  const hosts = async (): Promise<readonly number[]> => Promise.all([rig.mainPid('touchline-camera@0'), rig.mainPid('touchline-camera@1')]);

  await t.test('another version takes over in mid-match without a lost frame; the cameras follow when they are idle', async (t) => {
    const [from, to] = ['/opt/touchline/versions/dev', '/opt/touchline/versions/next'];
    await machine.run(['mkdir', '-p', to]);
    for (const part of ['build', 'gst-pipelines', 'node_modules', 'native', 'bin']) {
      await machine.run(['sh', '-c', `mkdir ${to}/${part} && mount --rbind ${from}/${part} ${to}/${part}`]);
    }
    await machine.run(['sh', '-c', `sed 's/"version": "[^"]*"/"version": "99.0.0"/' ${from}/package.json > ${to}/package.json`]);
    await rig.record('upgrade');
    const old = await hosts();
    await until(async () => (await rig.framesAtSource(1)) > FPS, 'a second is recorded');
    await machine.run(['ln', '-sfn', to, '/opt/touchline/next']);
    await machine.run(['mv', '-T', '/opt/touchline/next', '/opt/touchline/current']);
    await machine.run(['systemctl', 'restart', 'touchline']);
    t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'upgrade' });
    const seen = await rig.framesAtSource(1);
    await until(async () => (await rig.framesAtSource(1)) > seen + FPS, 'it goes on');
    t.strictSame(await hosts(), old, 'the cameras of the old version record on');
    t.match((await rig.stop()).body, { success: true });
    for (const id of [0, 1]) {
      const ended = await rig.lastEntry('upgrade', id);
      t.match(ended, { kind: 'run-ended', framesMissed: 0 });
      t.equal(await rig.framesOnDisk('upgrade', id), Number(ended?.['framesAtSource']), `camera ${id}: every frame is on disk`);
    }
    await until(async () => (await hosts()).every((pid) => pid > 0 && !old.includes(pid)), 'both cameras are new processes');
    for (const pid of await hosts()) {
      t.match((await machine.run(['readlink', `/proc/${pid}/exe`])).stdout, /node$/);
      t.match((await machine.run(['sh', '-c', `tr '\\0' ' ' < /proc/${pid}/environ`])).stdout, 'GST_PLUGIN_PATH=/opt/touchline/current/build/native');
    }
    const settled = await hosts();
    await rig.record('after');
    await until(async () => (await rig.framesAtSource(1)) > 2 * FPS, 'the new ones record');
    t.match((await rig.stop()).body, { success: true });
    t.strictSame(await hosts(), settled, 'and are not ended again');
  });

  await t.test('a camera process that cannot start keeps nobody from the rest, however often it is tried', async (t) => {
    await machine.write('/etc/systemd/system/touchline-camera@1.service.d/broken.conf', '[Service]\nExecStart=\nExecStart=/bin/false\n');
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'stop', 'touchline.target', 'touchline', 'touchline-camera@0', 'touchline-camera@1']);
    await machine.run(['systemctl', 'start', 'touchline.target'], { mayFail: true });
    await until(async () => (await rig.get('/api/v1/recording')).status === 200, 'the daemon answers', 30_000);
    await until(async () => Number(await rig.property('touchline-camera@1', 'NRestarts')) > 12, 'it is tried more often than a start limit allows', 30_000);
    t.equal(await rig.property('touchline-camera@0', 'SubState'), 'running');
    const refused = await machine.request('POST', 'http://127.0.0.1:8000/api/v1/recording', { match_id: 'half' });
    t.match(refused.body, { success: false });
    t.match(JSON.stringify(refused.body), /camera 1.*journalctl -u touchline-camera@1/, 'the answer says where to look');
    await machine.run(['rm', '-r', '/etc/systemd/system/touchline-camera@1.service.d']);
    await machine.run(['systemctl', 'daemon-reload']);
    await rig.ready();
    await rig.record('repaired');
    await until(async () => (await rig.framesAtSource(1)) > FPS, 'both record');
    t.match((await rig.stop()).body, { success: true });
  });

  await t.test("the rig may have NVIDIA's camera service restarted, and nothing else", async (t) => {
    await machine.write('/usr/sbin/nvargus-daemon', `#!/bin/sh\necho "argus ${NVVIC}"\nexec sleep infinity\n`, 0o755);
    await machine.write('/etc/systemd/system/nvargus-daemon.service', '[Service]\nExecStart=/usr/sbin/nvargus-daemon\n');
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'start', 'nvargus-daemon', 'touchline-nvargus-restart.path']);
    const before = await rig.mainPid('nvargus-daemon');
    t.ok(before > 0);
    await machine.run(['runuser', '-u', 'touchline', '--', 'env', '-C', '/', '/opt/touchline/current/bin/node', '--input-type=module', '-e', ASK_AS_THE_DAEMON]);
    await until(async () => ![0, before].includes(await rig.mainPid('nvargus-daemon')), 'it is another process');
    t.not((await machine.run(['test', '-e', '/run/touchline/nvargus-restart.request'], { mayFail: true })).exitCode, 0, 'the request is taken');
    const second = await rig.mainPid('nvargus-daemon');
    await machine.run(['runuser', '-u', 'touchline', '--', 'touch', '/run/touchline/nvargus-restart.request']);
    t.equal(await rig.mainPid('nvargus-daemon'), second, 'not twice within seconds');
    await until(async () => ![0, second].includes(await rig.mainPid('nvargus-daemon')), 'but the second request is not forgotten', 20_000);
    const other = await machine.run(['runuser', '-u', 'touchline', '--', 'systemctl', '--no-ask-password', 'restart', 'systemd-logind'], { mayFail: true });
    t.not(other.exitCode, 0, 'the user of the rig restarts nothing by itself');
  });

  await t.test("what NVIDIA's libraries say in the camera units is noticed, also while the daemon is away, and told once", async (t) => {
    const camera = async (words: string): Promise<void> => {
      await machine.write('/etc/systemd/system/touchline-camera@1.service.d/says.conf', `[Service]\nExecStartPre=/bin/echo "${words} ${NVVIC}"\n`);
      await machine.run(['systemctl', 'daemon-reload']);
      await machine.run(['systemctl', 'restart', 'touchline-camera@1']);
    };
    const told = async (part: 'nvvic_errors' | 'correlations'): Promise<readonly string[]> => {
      const answer = correlations.check((await rig.get('/api/v1/diagnostics/recording-correlations')).body);
      return answer.ok ? answer.value.recent[part].map(({ line }) => line) : [];
    };
    const alerts = async (): Promise<string> => JSON.stringify((await rig.get('/api/v1/logs/alerts?lines=5000')).body);
    await camera('first');
    await until(async () => (await alerts()).includes(`first ${NVVIC}`), 'an alert');
    t.match(await alerts(), /camera_stack_error.*The camera stack of camera 1 runs out of buffers/);

    await rig.ready();
    await rig.record('spoiled');
    await until(async () => (await rig.framesAtSource(1)) > FPS, 'a second is recorded');
    await machine.run(['sh', '-c', 'rm /var/lib/touchline/recordings/spoiled/segments/cam1_*']);
    await rig.stop();
    await until(async () => (await told('correlations')).includes(`first ${NVVIC}`), 'the complaint stands beside the file that is lost');

    await machine.run(['systemctl', 'stop', 'touchline']);
    await camera('second');
    await machine.run(['systemctl', 'start', 'touchline']);
    await rig.ready();
    await until(async () => (await told('nvvic_errors')).includes(`second ${NVVIC}`), 'the complaint of the time without a daemon');
    const lines = await told('nvvic_errors');
    t.strictSame(lines.filter((line) => !line.startsWith('argus')), [`first ${NVVIC}`, `second ${NVVIC}`], 'each of them once');
    t.ok(lines.includes(`argus ${NVVIC}`), "and what NVIDIA's camera daemon said");

    await machine.write('/etc/systemd/system/touchline.service.d/deaf.conf', '[Service]\nSupplementaryGroups=\nSupplementaryGroups=video render\n');
    await machine.run(['gpasswd', '--delete', 'touchline', 'systemd-journal']);
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'restart', 'touchline']);
    const faults = async (): Promise<readonly string[]> => (await rig.journal('_SYSTEMD_UNIT=touchline.service', 'CODE=journal_unreadable')).map((entry) => String(entry['MESSAGE']));
    await until(async () => (await faults()).length > 0, 'it says that it cannot read');
    const doctor = await machine.run(['env', '-C', '/var', '/opt/touchline/current/bin/node', `${BUILD}/cli/touchline.js`, 'doctor', '--quick', '--config', '/etc/touchline/touchline.json'], { mayFail: true });
    t.match(doctor.stdout, /journal of cameras +touchline may not read it/);
    t.match(await faults(), { length: 1, 0: /usermod -aG systemd-journal touchline/ }, 'once');
  });
});
