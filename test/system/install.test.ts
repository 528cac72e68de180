/** From a checkout to an appliance, and to the next version of it, without losing a match. */
import t from 'tap';
import { Installed, identityOf, Versions } from '../support/installed.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/rig.js';

const obstacle = await Machine.obstacle();
const options = obstacle === null ? {} : { skip: obstacle };

const versions = await Versions.create();
t.teardown(() => versions.dispose());
const first = await versions.assemble('1.0.0');
const second = await versions.variant(first, '1.1.0', 'THIRD-PARTY.txt', (text) => `${text}\nA second version.\n`);
/** Starts, and ends before anybody could ask it anything. */
const broken = await versions.variant(first, '1.2.0', 'build/src/main.js', (text) => `throw new Error('spoiled on purpose');\n${text}`);
/** Runs, and never answers. */
const silent = await versions.variant(first, '1.3.0', 'build/src/main.js', (text) => text.replace('export async function startDaemon(', 'export async function startDaemon() { return new Promise(() => setInterval(() => undefined, 1000)); }\nasync function unused('));

/** A machine with systemd, on which nothing is installed yet. */
async function bareMachine(t: { teardown(end: () => unknown): void }, config?: object): Promise<{ readonly machine: Machine; readonly rig: Installed }> {
  const machine = await Machine.create({ binds: [versions.bind, Installed.scripts], sizeGiB: 6 });
  t.teardown(() => machine.dispose());
  if (config !== undefined) await machine.write('/etc/touchline/touchline.json', JSON.stringify(config));
  await machine.boot();
  return { machine, rig: new Installed(machine, versions) };
}

t.test('a version spoiled for these tests is really another one', async (t) => {
  const identities = await Promise.all([first, second, broken, silent].map(identityOf));
  t.equal(new Set(identities).size, 4, identities.join(' '));
});

t.test('installed, it answers, survives a reboot, records, and leaves the recordings when it goes', options, async (t) => {
  const { machine, rig } = await bareMachine(t);
  const { stderr } = await rig.install(first);
  t.match(stderr, /is running/);
  t.equal(await rig.current(), await identityOf(first));
  t.equal(await rig.daemonVersion(), await identityOf(first));
  t.match((await rig.touchline('--version')).stdout, (await identityOf(first)));
  t.equal((await rig.touchline('health')).exitCode, 0);

  await t.test('a second time changes nothing', async (t) => {
    const pid = async (): Promise<string> => (await machine.run(['systemctl', 'show', '--property=MainPID', 'touchline'])).stdout;
    const before = await pid();
    await machine.write('/etc/touchline/touchline.json', (await machine.run(['cat', '/etc/touchline/touchline.json'])).stdout.replace('{', '{ "match_teams": ["Reds"],'));
    t.match((await rig.install(first)).stderr, /running already/);
    t.equal(await pid(), before, 'the daemon was not restarted');
    t.match((await machine.run(['cat', '/etc/touchline/touchline.json'])).stdout, /Reds/, 'the configuration is the technician\'s');
  });

  await t.test('it comes back with the machine', async (t) => {
    await machine.reboot();
    await until(() => rig.answers(), 'the daemon answers after a reboot', 30_000);
    t.equal(await rig.daemonVersion(), await identityOf(first));
  });

  await rig.record('kept');
  await rig.recordFrames(60);

  await t.test('it is not taken off while it records', async (t) => {
    const refused = await rig.uninstall({}, { mayFail: true });
    t.equal(refused.exitCode, 1);
    t.match(refused.stderr, /recording is running/);
    t.match(await rig.recording(), { recording: true });
  });

  t.match(await rig.stop(), { success: true });
  const { atSource, onDisk, missed } = await rig.frames('kept', 0);
  t.equal(onDisk, atSource);
  t.equal(missed, 0);

  await rig.uninstall();
  t.notOk(await rig.answers());
  t.equal((await machine.run(['systemctl', 'list-units', '--all', '--no-legend', 'touchline*'])).stdout, '', 'no unit is left');
  for (const path of ['/opt/touchline', '/usr/bin/touchline', '/usr/lib/systemd/system/touchline.service', '/run/touchline']) {
    t.not((await machine.run(['test', '-e', path], { mayFail: true })).exitCode, 0, `${path} is gone`);
  }
  t.match((await machine.run(['ls', '/var/lib/touchline/recordings/kept/segments'])).stdout, /cam0_.*mp4/);
  t.match((await machine.run(['cat', '/etc/touchline/touchline.json'])).stdout, /Reds/);

  await rig.uninstall({ PURGE: '1' });
  t.not((await machine.run(['test', '-e', '/etc/touchline'], { mayFail: true })).exitCode, 0, 'a purge takes the configuration');
  t.match((await machine.run(['ls', '/var/lib/touchline/recordings/kept/segments'])).stdout, /cam0_.*mp4/, 'and never recordings');
});

t.test('an upgrade in mid-match loses no frame', options, async (t) => {
  const { rig } = await bareMachine(t, Installed.config);
  await rig.install(first);
  await rig.record('upgraded');
  await rig.recordFrames(30);
  const hosts = [await rig.hostPid(0), await rig.hostPid(1)];

  await rig.install(second);
  t.equal(await rig.daemonVersion(), await identityOf(second));
  t.match(await rig.recording(), { recording: true, match_id: 'upgraded', degraded: false });
  t.strictSame([await rig.hostPid(0), await rig.hostPid(1)], hosts, 'the cameras noticed nothing');
  t.strictSame(await rig.versions(), [await identityOf(first), await identityOf(second)].sort());
  await rig.recordFrames(30);
  t.match(await rig.stop(), { success: true });
  await until(async () => (await rig.hostPid(0)) !== hosts[0] && (await rig.hostPid(1)) !== hosts[1], 'idle hosts make room for the new version', 20_000);
  for (const camera of [0, 1]) {
    const { atSource, onDisk, missed, runs } = await rig.frames('upgraded', camera);
    t.equal(onDisk, atSource, `camera ${camera}: ${atSource} frames`);
    t.equal(missed, 0);
    t.equal(runs, 1);
  }
});

for (const [name, version] of [['ends at once', broken], ['never answers', silent]] as const) {
  t.test(`a version that ${name} is taken back, and the match goes on`, options, async (t) => {
    const { machine, rig } = await bareMachine(t, Installed.config);
    await rig.install(first);
    await rig.record('kept');
    await rig.recordFrames(30);
    const hosts = [await rig.hostPid(0), await rig.hostPid(1)];

    const failed = await rig.install(version, { mayFail: true });
    t.equal(failed.exitCode, 1);
    t.match(failed.stderr, /did not become healthy/);
    t.match(failed.stderr, /is running again, as before/);
    t.equal(await rig.current(), await identityOf(first));
    t.equal(await rig.daemonVersion(), await identityOf(first));
    t.match(await rig.recording(), { recording: true, match_id: 'kept', degraded: false });
    t.strictSame([await rig.hostPid(0), await rig.hostPid(1)], hosts);
    await rig.recordFrames(30);
    await rig.stop();
    for (const camera of [0, 1]) {
      const { atSource, onDisk, missed } = await rig.frames('kept', camera);
      t.equal(onDisk, atSource);
      t.equal(missed, 0);
    }
    t.equal((await machine.run(['systemctl', 'is-enabled', 'touchline.target'])).stdout, 'enabled');
  });
}

t.test('power that fails in the middle of an installation leaves a whole version or none', options, async (t) => {
  const { machine, rig } = await bareMachine(t);
  await rig.install(first);
  // What an interrupted copy leaves behind.
  await machine.run(['sh', '-c', 'mkdir /opt/touchline/versions/.partial.abc && cp -r /opt/touchline/versions/1.0.0*/build /opt/touchline/versions/.partial.abc/']);
  await machine.run(['sh', '-c', 'ln -s versions/nowhere /opt/touchline/.current.1']);
  await machine.run(['sh', '-c', `echo spoiled >> /opt/touchline/versions/${await identityOf(first)}/build/src/main.js`]);
  await rig.install(second);
  t.equal(await rig.daemonVersion(), await identityOf(second));
  t.strictSame(await rig.versions(), [await identityOf(first), await identityOf(second)].sort(), 'nothing half-made is left');
  await rig.install(first);
  t.equal(await rig.daemonVersion(), await identityOf(first), 'a damaged version is made whole when it is wanted again');
});
