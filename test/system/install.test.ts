/** From a checkout to an appliance, and to the next version of it, without losing a match: on one machine, in the order of its life. */
import t from 'tap';
import { Installed, identityOf, Versions } from '../support/installed.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/rig.js';

const obstacle = await Machine.obstacle();

if (obstacle !== null) t.pass('left out', { skip: obstacle });
else await t.test('an appliance from its installation to its end', { timeout: 300_000 }, async (t) => {
  const versions = await Versions.create();
  t.teardown(() => versions.dispose());
  const first = await versions.assemble('1.0.0');
  const second = await versions.variant(first, '1.1.0', 'THIRD-PARTY.txt', (text) => `${text}\nA second version.\n`);
  /** Starts, and ends before anybody could ask it anything. */
  const broken = await versions.variant(first, '1.2.0', 'build/src/main.js', (text) => `throw new Error('spoiled on purpose');\n${text}`);
  /** Runs, and never answers. */
  const silent = await versions.variant(first, '1.3.0', 'build/src/main.js', (text) => text.replace('export async function startDaemon(', 'export async function startDaemon() { return new Promise(() => setInterval(() => undefined, 1000)); }\nasync function unused('));
  const [firstId, secondId] = await Promise.all([identityOf(first), identityOf(second)]);

  const machine = await Machine.create({ binds: [versions.bind, Installed.scripts], sizeGiB: 6 });
  t.teardown(() => machine.dispose());
  await machine.write('/etc/touchline/touchline.json', JSON.stringify(Installed.config));
  await machine.boot();
  // A box has no compilers, and no Node of its own.
  await machine.run(['sh', '-c', 'cd /usr/bin && rm -f cc *gcc* c++ *g++* *clang* ld *-ld *-ld.* as *-as make cmake ninja meson node npm npx && ! command -v cc gcc ld make node']);
  const rig = new Installed(machine, versions);
  const hosts = async (): Promise<readonly number[]> => [await rig.hostPid(0), await rig.hostPid(1)];
  const exists = async (path: string): Promise<boolean> => (await machine.run(['test', '-e', path], { mayFail: true })).exitCode === 0;
  const nothingOfItIsLeft = async (t: { notOk(value: boolean, message: string): void; equal(found: string, wanted: string, message: string): void }): Promise<void> => {
    t.notOk(await rig.answers(), 'nobody answers');
    t.equal((await machine.run(['systemctl', 'list-units', '--all', '--no-legend', 'touchline*'])).stdout, '', 'no unit is left');
    for (const path of ['/opt/touchline', '/usr/bin/touchline', '/usr/lib/systemd/system/touchline.service', '/run/touchline']) t.notOk(await exists(path), `${path} is gone`);
  };

  await t.test('a version spoiled for these tests is really another one', async (t) => {
    const identities = await Promise.all([first, second, broken, silent].map(identityOf));
    t.equal(new Set(identities).size, 4, identities.join(' '));
  });

  await t.test('installed, it answers', async (t) => {
    t.match((await rig.install(first)).stderr, /is running/);
    t.equal(await rig.current(), firstId);
    t.equal(await rig.daemonVersion(), firstId);
    t.match((await rig.touchline('--version')).stdout, firstId);
    t.equal((await rig.touchline('health')).exitCode, 0);
  });

  await t.test('its services may do little beyond their work', async (t) => {
    const isWithin = async (tenths: number, unit: string): Promise<boolean> => (await machine.run(['systemd-analyze', 'security', '--no-pager', `--threshold=${tenths}`, unit], { mayFail: true })).exitCode === 0;
    // Of ten, as `systemd-analyze security` counts; docs/appliance.md has today's figures.
    t.ok(await isWithin(20, 'touchline.service'));
    t.ok(await isWithin(22, 'touchline-camera@0.service'));
    t.ok(await isWithin(20, 'touchline-nvargus-restart.service'));
    t.notOk(await isWithin(20, 'touchline-kiosk.service'), 'a browser on a screen needs more');
  });

  await t.test('a second time changes nothing', async (t) => {
    const pid = async (): Promise<string> => (await machine.run(['systemctl', 'show', '--property=MainPID', 'touchline'])).stdout;
    const before = await pid();
    await machine.write('/etc/touchline/touchline.json', JSON.stringify({ ...Installed.config, match_teams: ['Reds'] }));
    t.match((await rig.install(first)).stderr, /running already/);
    t.equal(await pid(), before, 'the daemon was not restarted');
    t.match((await machine.run(['cat', '/etc/touchline/touchline.json'])).stdout, /Reds/, 'the configuration is the technician\'s');
  });

  await t.test('it comes back with the machine', async (t) => {
    await machine.reboot();
    await until(() => rig.answers(), 'the daemon answers after a reboot', 30_000);
    t.equal(await rig.daemonVersion(), firstId);
  });

  await t.test('nothing that is done to the installation in mid-match loses a frame', async (t) => {
    await rig.record('kept');
    await rig.recordFrames(20);
    const recording = await hosts();
    t.ok(recording.every((pid) => pid > 0), recording.join(' '));
    const isUntouched = async (): Promise<void> => {
      t.match(await rig.recording(), { recording: true, match_id: 'kept', degraded: false });
      t.strictSame(await hosts(), recording, 'the cameras noticed nothing');
      await rig.recordFrames(5);
    };

    await t.test('it is not taken off', async (t) => {
      const refused = await rig.uninstall({}, { mayFail: true });
      t.equal(refused.exitCode, 1);
      t.match(refused.stderr, /recording is running/);
      await machine.run(['systemctl', 'stop', 'touchline.service']);
      const unasked = await rig.uninstall({}, { mayFail: true });
      t.match(unasked.stderr, /recording is running/, 'nor while no daemon can be asked');
      await machine.run(['systemctl', 'start', 'touchline.service']);
      await until(() => rig.answers(), 'the daemon answers again', 30_000);
      await isUntouched();
    });

    // One that ends at once comes as a package, below.
    await t.test('a version that never answers is taken back', async (t) => {
      const failed = await rig.install(silent, { mayFail: true });
      t.equal(failed.exitCode, 1);
      t.match(failed.stderr, /did not become healthy/);
      t.match(failed.stderr, /is running again, as before/);
      t.equal(await rig.current(), firstId);
      t.equal(await rig.daemonVersion(), firstId);
      t.equal((await machine.run(['systemctl', 'is-enabled', 'touchline.target'])).stdout, 'enabled');
      await isUntouched();
    });

    await t.test('also when the terminal went away meanwhile', async (t) => {
      await rig.installUnheard(silent);
      t.equal(await rig.current(), firstId);
      t.equal(await rig.daemonVersion(), firstId);
      await isUntouched();
    });

    await t.test('another version takes over, also after a power cut in the middle of an installation', async (t) => {
      // What an interrupted copy leaves behind.
      await machine.run(['sh', '-c', 'mkdir /opt/touchline/versions/.partial.abc && cp -r /opt/touchline/versions/1.0.0*/build /opt/touchline/versions/.partial.abc/']);
      await machine.run(['sh', '-c', 'ln -s versions/nowhere /opt/touchline/.current.1']);
      const config = '/etc/touchline/touchline.json';
      await machine.run(['sh', '-c', `cp ${config} /root/kept.json && printf '{ "port": ' > ${config}`]);
      await rig.install(second);
      t.equal((await rig.touchline('status')).exitCode, 0, 'a file that somebody left broken hides the daemon from nobody who may look');
      await machine.run(['sh', '-c', `cat /root/kept.json > ${config}`]);
      t.equal(await rig.daemonVersion(), secondId);
      t.strictSame(await rig.versions(), [firstId, secondId].sort(), 'nothing half-made is left');
      await isUntouched();
    });

    t.match(await rig.stop(), { success: true });
    await until(async () => (await hosts()).every((pid, camera) => pid > 0 && pid !== recording[camera]), 'idle hosts make room for the new version', 20_000);
    for (const camera of [0, 1]) {
      const { atSource, onDisk, missed, runs } = await rig.frames('kept', camera);
      t.equal(onDisk, atSource, `camera ${camera}: ${atSource} frames`);
      t.equal(missed, 0);
      t.equal(runs, 1);
    }
  });

  await t.test('the version before comes back when it is wanted, whole also where it was damaged', async (t) => {
    const settled = await hosts();
    await machine.run(['sh', '-c', `echo spoiled >> /opt/touchline/versions/${firstId}/build/src/main.js`]);
    await rig.install(first);
    t.equal(await rig.daemonVersion(), firstId);
    await until(async () => (await hosts()).every((pid, camera) => pid > 0 && pid !== settled[camera]), 'the cameras follow', 20_000);
  });

  await t.test('taken off, it leaves the recordings', async (t) => {
    await rig.uninstall();
    await nothingOfItIsLeft(t);
    t.match((await machine.run(['ls', '/var/lib/touchline/recordings/kept/segments'])).stdout, /cam0_.*mp4/);
    t.match((await machine.run(['cat', '/etc/touchline/touchline.json'])).stdout, /Reds/);
    await rig.uninstall({ PURGE: '1' });
    t.notOk(await exists('/etc/touchline'), 'a purge takes the configuration');
    t.match((await machine.run(['ls', '/var/lib/touchline/recordings/kept/segments'])).stdout, /cam0_.*mp4/, 'and never recordings');
  });

  await t.test('the Debian package does the same', async (t) => {
    const [older, newer, bad] = [await versions.pack(first), await versions.pack(second), await versions.pack(broken)];
    const readers = async (): Promise<string> => (await machine.run(['stat', '-c', '%U:%G %a', '/etc/touchline/touchline.json'])).stdout;
    await rig.dpkg('--install', older);
    t.equal(await rig.daemonVersion(), firstId);
    t.equal(await readers(), 'root:touchline 640', 'passwords in the configuration are for the rig only');
    await machine.run(['chgrp', 'root', '/etc/touchline/touchline.json']);
    t.equal((await rig.touchline('health')).exitCode, 0);
    t.match((await rig.uninstall({}, { mayFail: true })).stderr, /apt-get remove touchline/, 'each installation is taken off the way it came');

    await rig.record('packed');
    await rig.recordFrames(20);
    const recording = await hosts();
    t.not((await rig.dpkg('--remove', 'touchline', { mayFail: true })).exitCode, 0, 'it is not removed while it records');
    await rig.dpkg('--install', newer);
    t.equal(await rig.daemonVersion(), secondId);
    t.equal(await readers(), 'root:touchline 640', 'what a power cut in the first installation left is mended');
    t.not((await rig.dpkg('--install', bad, { mayFail: true })).exitCode, 0, 'a version that does not become healthy is an error of dpkg');
    t.equal(await rig.daemonVersion(), secondId, 'and the one before runs');
    t.strictSame(await hosts(), recording, 'the cameras noticed nothing');
    t.match(await rig.stop(), { success: true });
    const { atSource, onDisk, missed, runs } = await rig.frames('packed', 1);
    t.strictSame({ onDisk, missed, runs }, { onDisk: atSource, missed: 0, runs: 1 });

    await rig.dpkg('--remove', 'touchline');
    await nothingOfItIsLeft(t);
    t.ok(await exists('/etc/touchline/touchline.json'), 'the configuration stays');
    await machine.run(['mkdir', '-p', '/opt/touchline/current']);
    await machine.run(['/var/lib/dpkg/info/touchline.postrm', 'purge']);
    t.ok(await exists('/etc/touchline/touchline.json'), 'also after a purge, when it is somebody else\'s by now');
    await machine.run(['rm', '-r', '/opt/touchline']);
    await rig.dpkg('--purge', 'touchline');
    t.notOk(await exists('/etc/touchline'), 'until a purge');
    t.match((await machine.run(['ls', '/var/lib/touchline/recordings/packed/segments'])).stdout, /cam1_.*mp4/, 'recordings stay');
  });
});
