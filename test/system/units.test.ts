/** The rig under systemd: its units, its watchdogs, its journal, and a match that outlives all of them, on a machine that boots. */
import { join } from 'node:path';
import t from 'tap';
import { CorrelationsBody } from '../../src/api/contract/diagnostics.js';
import { systemClock } from '../../src/lib/clock.js';
import { compileSchema } from '../../src/lib/schema.js';
import { Appliance } from '../support/appliance.js';
import { Machine } from '../support/machine.js';
import { framesIn, until, type Json } from '../support/rig.js';

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
else await t.test('a rig under systemd', { timeout: 300_000 }, async (t) => {
  const rig = await Appliance.start();
  t.teardown(() => rig.dispose());
  const { machine } = rig;
  const afterSeconds = async (seconds: number): Promise<void> => {
    const from = await rig.framesAtSource(1);
    await until(async () => (await rig.framesAtSource(1)) >= from + seconds * FPS, `${seconds} s more are recorded`);
  };

  /** Resolves with the state of the recording once both cameras record again. */
  const goesOn = async (): Promise<Json> => {
    await rig.ready();
    for (const id of [0, 1]) await until(() => rig.isRunning(id), `camera ${id} records`, 30_000);
    await afterSeconds(1);
    return (await rig.get('/api/v1/recording')).body;
  };
  let camerasService = 0;

  await t.test('its units start, say what they do, and fail nowhere', async (t) => {
    for (const unit of ['touchline', 'touchline-camera@0', 'touchline-camera@1']) {
      t.equal(await rig.property(unit, 'SubState'), 'running', unit);
      t.equal(await rig.property(unit, 'NRestarts'), '0', `${unit} started at once`);
    }
    t.match(await rig.property('touchline', 'StatusText'), 'ready, nothing is recorded');
    await until(async () => (await rig.property('touchline-camera@0', 'StatusText')) === 'idle', 'the camera says that it is idle');
    t.equal((await machine.run(['systemctl', 'list-units', '--failed', '--plain', '--no-legend'])).stdout, '');
    const { stdout: user } = await machine.run(['ps', '-o', 'user:20=', '-p', String(await rig.mainPid('touchline'))]);
    t.equal(user.trim(), 'touchline', 'and none of it is root');
    t.equal((await machine.run(['stat', '-c', '%a %U', '/run/touchline'])).stdout, '750 touchline');
  });

  await t.test('the screen has a session, in which a compositor and a browser can put what they need', async (t) => {
    await machine.write('/usr/bin/cage', '#!/bin/sh\nset -e\n: >"$XDG_RUNTIME_DIR/wayland-0"\n: >"$HOME/profile"\nexec sleep infinity\n', 0o755);
    // A container has no screens.
    await machine.write('/etc/systemd/system/touchline-kiosk.service.d/screen.conf', '[Service]\nTTYPath=\nStandardInput=null\n');
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'start', 'touchline-kiosk']);
    const { stdout: uid } = await machine.run(['id', '-u', 'touchline-kiosk']);
    for (const path of [`/run/user/${uid}/wayland-0`, '/var/lib/touchline-kiosk/profile']) {
      await until(async () => (await machine.run(['test', '-e', path], { mayFail: true })).exitCode === 0, path, 20_000);
    }
    t.equal(await rig.property('touchline-kiosk', 'NRestarts'), '0');
    await machine.run(['systemctl', 'stop', 'touchline-kiosk']);
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
    // While the next tests run, the service that may restart it rests.
    camerasService = await rig.mainPid('nvargus-daemon');
    await machine.run(['runuser', '-u', 'touchline', '--', 'touch', '/run/touchline/nvargus-restart.request']);
    t.equal(await rig.mainPid('nvargus-daemon'), camerasService, 'not twice within seconds');
    const other = await machine.run(['runuser', '-u', 'touchline', '--', 'systemctl', '--no-ask-password', 'restart', 'systemd-logind'], { mayFail: true });
    t.not(other.exitCode, 0, 'the user of the rig restarts nothing by itself');
  });

  await t.test('kill -9 of a camera: frames again on disk within 1.5 s, none of the other one is missing', async (t) => {
    await rig.record('kill');
    await afterSeconds(2);
    t.match(await rig.property('touchline', 'StatusText'), 'recording match kill, 2 cameras');
    const before = await rig.segments('kill', 0);
    const killedMs = systemClock.monoMs();
    await rig.signal('touchline-camera@0', 'KILL');
    let fresh: string | undefined;
    await until(async () => {
      fresh ??= (await rig.segments('kill', 0)).find((name) => !before.includes(name));
      return fresh !== undefined && (await framesIn(join(rig.segmentsDir('kill'), fresh))) > 0;
    }, 'frames of the new process are on disk');
    const backMs = systemClock.monoMs() - killedMs;
    t.comment(`frames on disk ${Math.round(backMs)} ms after the kill`);
    t.ok(backMs < 5000, `${Math.round(backMs)} ms, on a machine that tests share`);
    await until(() => rig.isRunning(0), 'the daemon sees it record');
    await afterSeconds(1);
    t.match((await rig.stop()).body, { success: true });
    const ended = await rig.lastEntry('kill', 1);
    t.match(ended, { kind: 'run-ended', framesMissed: 0 });
    t.equal(await rig.framesOnDisk('kill', 1), Number(ended?.['framesAtSource']));
  });

  await t.test('killing, restarting and stopping the daemon loses no frame', async (t) => {
    await rig.record('daemon');
    const hosts = await Promise.all([rig.mainPid('touchline-camera@0'), rig.mainPid('touchline-camera@1')]);
    await afterSeconds(1);
    await rig.signal('touchline', 'KILL');
    await until(async () => (await rig.get('/api/v1/recording')).status === 200, 'it is back');
    t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'daemon', degraded: false });
    await machine.run(['systemctl', 'restart', 'touchline']);
    t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'daemon' }, 'it answers once systemctl says that it has started');
    await machine.run(['systemctl', 'stop', 'touchline']);
    await machine.run(['systemctl', 'start', 'touchline']);
    await afterSeconds(1);
    t.strictSame(await Promise.all([rig.mainPid('touchline-camera@0'), rig.mainPid('touchline-camera@1')]), hosts, 'the cameras were left alone');
    t.match((await rig.stop()).body, { success: true });
    for (const id of [0, 1]) {
      const ended = await rig.lastEntry('daemon', id);
      t.match(ended, { kind: 'run-ended', framesMissed: 0 });
      t.equal(await rig.framesOnDisk('daemon', id), Number(ended?.['framesAtSource']), `camera ${id}: every frame is on disk`);
      t.equal((await rig.segments('daemon', id)).length, 1, 'in one file');
    }
  });

  await t.test('a second request for a restart came too soon and was not forgotten', async () => {
    await until(async () => ![0, camerasService].includes(await rig.mainPid('nvargus-daemon')), 'it is another process', 20_000);
  });

  await t.test('a daemon that hangs is ended by its watchdog and comes back, and the match goes on', async (t) => {
    await rig.record('hang');
    await afterSeconds(1);
    const pid = await rig.mainPid('touchline');
    const stoppedMs = systemClock.monoMs();
    await rig.signal('touchline', 'STOP');
    await until(async () => ![0, pid].includes(await rig.mainPid('touchline')), 'another process', 20_000);
    await until(async () => (await rig.get('/api/v1/recording')).status === 200, 'it answers');
    const backMs = systemClock.monoMs() - stoppedMs;
    t.comment(`answers ${Math.round(backMs)} ms after the SIGSTOP`);
    t.ok(backMs < 15_000, `${Math.round(backMs)} ms`);
    t.match((await rig.get('/api/v1/recording')).body, { recording: true, match_id: 'hang' });
  });

  await t.test('a camera that hangs while the daemon is away is ended by its watchdog, and records again', async (t) => {
    await afterSeconds(2);
    const files = await rig.segments('hang', 0);
    await machine.run(['systemctl', 'stop', 'touchline']);
    const stoppedMs = systemClock.monoMs();
    await rig.signal('touchline-camera@0', 'STOP');
    await until(async () => (await rig.segments('hang', 0)).length > files.length, 'a new file of the camera', 20_000);
    const backMs = systemClock.monoMs() - stoppedMs;
    t.comment(`records again ${Math.round(backMs)} ms after the SIGSTOP`);
    t.ok(backMs < 15_000, `${Math.round(backMs)} ms`);
    t.ok((await rig.journal('UNIT=touchline-camera@0.service')).some((entry) => /[Ww]atchdog timeout/.test(String(entry['MESSAGE']))), 'the watchdog did it');
    await machine.run(['systemctl', 'start', 'touchline']);
    await until(() => rig.isRunning(0), 'the daemon sees it record');
    t.match((await rig.stop()).body, { success: true });
  });

  await t.test('the journal can be searched by match, camera, part and priority', async (t) => {
    const ofMatch = await rig.journal('MATCH_ID=kill');
    t.ok(ofMatch.some((entry) => entry['SYSLOG_IDENTIFIER']?.valueOf() === 'touchline'), 'lines of the daemon');
    t.ok(ofMatch.some((entry) => entry['SYSLOG_IDENTIFIER']?.valueOf() === 'touchline-camera'), 'and of the cameras');
    const [started] = (await rig.journal('MATCH_ID=kill', 'TOUCHLINE_PART=recording')).filter((entry) => /started/.test(String(entry['MESSAGE'])));
    t.match(started, { PRIORITY: '6', _SYSTEMD_UNIT: 'touchline.service' });
    t.notMatch(String(started?.['MESSAGE']), /^\{/, 'the message is for people');
    const warnings = await rig.journal('CAMERA=0', '--priority=warning');
    t.ok(warnings.some((entry) => /resuming the recording/.test(String(entry['MESSAGE']))), 'the resume of camera 0 is a warning');
    t.equal((await rig.journal('CAMERA=1', 'MATCH_ID=kill', '--priority=warning')).length, 0, 'nothing was wrong with camera 1');
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
    await machine.run(['rm', '-r', '/etc/systemd/system/touchline-camera@1.service.d', '/etc/systemd/system/touchline.service.d/deaf.conf']);
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'restart', 'touchline']);
    await rig.ready();
  });

  await t.test('a match goes on by itself in its folder after a reboot, and after a power cut', async (t) => {
    await rig.record('storm');
    await afterSeconds(1);
    await machine.powerOff();
    for (const id of [0, 1]) {
      t.match(await rig.lastEntry('storm', id), { kind: 'run-ended', framesMissed: 0 }, `camera ${id} ended in order`);
      const [name = ''] = await rig.segments('storm', id);
      t.ok((await framesIn(join(rig.segmentsDir('storm'), name))) >= FPS);
    }
    await machine.boot();
    t.match(await goesOn(), { recording: true, match_id: 'storm', degraded: false, interruption_count: 1 });
    const before = await Promise.all([0, 1].map((id) => rig.segments('storm', id)));
    const seen = await rig.framesAtSource(1);

    await machine.cutPower();
    const kept = await rig.framesOnDisk('storm', 1);
    await machine.boot();
    t.match(await goesOn(), { recording: true, match_id: 'storm', degraded: false, interruption_count: 2 });
    t.equal((await machine.run(['systemctl', 'list-units', '--failed', '--plain', '--no-legend'])).stdout, '', 'it boots into a working rig');
    for (const id of [0, 1]) {
      const names = await rig.segments('storm', id);
      t.ok((before[id] ?? []).every((name) => names.includes(name)) && names.length > (before[id] ?? []).length, `camera ${id}: ${names.join(' ')}`);
    }
    t.ok(kept >= seen - FPS, `of ${seen} frames ${kept} were on disk when the power went`);
    t.match((await rig.stop()).body, { success: true, match_id: 'storm' });
    t.match(await rig.manifest('storm'), { state: 'finished', interruptions: [{ cause: 'machine_restarted', seconds: Number }, { cause: 'machine_restarted', seconds: Number }] });
    await until(async () => (await rig.alerts('recording_resumed_after_power_loss')).length === 2, 'an alert for each interruption');
    t.ok((await rig.journal('MATCH_ID=storm', '--priority=warning')).some((entry) => /took up the recording of a match that had been interrupted/.test(String(entry['MESSAGE']))), 'and a line in the journal');
  });
});
