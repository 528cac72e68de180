/** What `touchline doctor` makes of a box: files as on real machines in a folder, and what their programs print. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { checkArgus, checkDevice } from '../../src/cli/doctor/cameras.js';
import { checkClocks, checkPowerMode, checkTemperature, identifyBoard } from '../../src/cli/doctor/board.js';
import { checkWallClock } from '../../src/cli/doctor/clock.js';
import { type Machine, thisMachine } from '../../src/cli/doctor/machine.js';
import { checkMount, mountOf, parseMounts } from '../../src/cli/doctor/mounts.js';
import { checkSandbox } from '../../src/cli/doctor/sandbox.js';
import { checkHardwareWatchdog, checkJournal, checkJournalRight, checkRestartHelper, checkUnits, parseUnits, writersOf } from '../../src/cli/doctor/service.js';

type Programs = Readonly<Record<string, string>>;

/** A machine with these files, on which these programs print these words; every other program is missing. */
async function machineWith(t: Test, files: Readonly<Record<string, string>>, programs: Programs = {}): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'touchline-box-'));
  t.teardown(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const missing = { ok: false, isMissing: true, stdout: '', stderr: '', reason: 'not there' };
  return {
    ...thisMachine(new AbortController().signal, root),
    run: async (command, args) => {
      const stdout = programs[[command, ...args].join(' ')] ?? programs[command];
      return stdout === undefined ? missing : { ok: true, isMissing: false, stdout, stderr: '', reason: '' };
    },
  };
}

const NVPMODEL_CONF = '< POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_0 1\n< POWER_MODEL ID=1 NAME=25W >\n< POWER_MODEL ID=2 NAME=MAXN_SUPER >\n';
const ORIN = {
  'etc/nv_tegra_release': '# R36 (release), REVISION: 4.0, GCID: 37537400, BOARD: generic, EABI: aarch64',
  'proc/device-tree/model': 'NVIDIA Jetson Orin Nano Developer Kit\0',
  'etc/nvpmodel.conf': NVPMODEL_CONF,
};

t.test('a Jetson is known, and told how to get to full power without being touched', async (t) => {
  const held = await machineWith(t, ORIN, { 'nvpmodel -q': 'NV Power Mode: 25W\n1\n' });
  t.same(await identifyBoard(held), { jetson: 'NVIDIA Jetson Orin Nano Developer Kit', l4t: 'R36.4.0' });
  t.match(await checkPowerMode(held), { state: 'warning', detail: /^25W/, fix: /nvpmodel -m 2$/ });
  const full = await machineWith(t, ORIN, { 'nvpmodel -q': 'NV Power Mode: MAXN_SUPER\n2\n' });
  t.match(await checkPowerMode(full), { state: 'ok', detail: 'MAXN_SUPER' });
  const fromFile = await machineWith(t, { ...ORIN, 'var/lib/nvpmodel/status': 'pmode:0000 fmode:quiet' });
  t.match(await checkPowerMode(fromFile), { state: 'warning', detail: /^15W/ }, 'mode 0 is a mode');
  t.match(await checkPowerMode(await machineWith(t, {})), { state: 'warning', detail: /unknown/ });
});

const policy = (governor: string, minKhz: number, maxKhz = 1_728_000, driver = 'tegra194') => ({
  'sys/devices/system/cpu/cpufreq/policy0/scaling_governor': `${governor}\n`,
  'sys/devices/system/cpu/cpufreq/policy0/scaling_driver': `${driver}\n`,
  'sys/devices/system/cpu/cpufreq/policy0/scaling_min_freq': `${minKhz}\n`,
  'sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq': `${maxKhz}\n`,
  'sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq': '1728000\n',
});

t.test('clocks that are held back are found, those held at the top are not complained of', async (t) => {
  const jetson = { jetson: 'Jetson', l4t: null };
  const other = { jetson: null, l4t: null };
  const check = async (files: Record<string, string>, board: typeof jetson | typeof other) => checkClocks(await machineWith(t, files), board);
  t.match(await check(policy('schedutil', 1_728_000), jetson), { state: 'ok' }, 'as jetson_clocks leaves it');
  t.match(await check(policy('schedutil', 115_200), jetson), { state: 'warning', fix: /jetson_clocks$/ });
  t.match(await check(policy('schedutil', 115_200, 1_344_000), jetson), { state: 'warning', detail: /limited below/ }, 'contract 16.8');
  t.match(await check(policy('schedutil', 115_200), other), { state: 'ok' });
  t.match(await check(policy('powersave', 115_200, 1_728_000, 'acpi-cpufreq'), other), { state: 'warning', fix: /performance/ });
  t.match(await check(policy('powersave', 115_200, 1_728_000, 'intel_pstate'), other), { state: 'ok' });
  t.match(await check({}, other), { state: 'ok' });
});

t.test('heat is told before it costs frames', async (t) => {
  const zones = (milli: number, slowed: number) => ({
    'sys/class/thermal/thermal_zone0/temp': `${milli}\n`,
    'sys/class/thermal/thermal_zone1/temp': '41000\n',
    'sys/class/thermal/cooling_device0/type': 'pwm-fan\n',
    'sys/class/thermal/cooling_device0/cur_state': '3\n',
    'sys/class/thermal/cooling_device1/type': 'thermal-cpufreq-0\n',
    'sys/class/thermal/cooling_device1/cur_state': `${slowed}\n`,
  });
  const check = async (files: Record<string, string>) => checkTemperature(await machineWith(t, files));
  t.match(await check(zones(60_500, 0)), { state: 'ok', detail: /^61 °C at the hottest of 2/ }, 'a fan that turns is no trouble');
  t.match(await check(zones(76_000, 0)), { state: 'warning', detail: /more than 75/ });
  t.match(await check(zones(60_000, 2)), { state: 'warning', detail: /holds the processors back/ });
  t.match(await check(zones(97_000, 2)), { state: 'failure' });
  t.match(await check({}), { state: 'skipped' });
});

t.test('a missing CSI sensor and a dead camera service are failures with a way out', async (t) => {
  const sensor = (number: number, name: string) => ({ [`sys/class/video4linux/video${number}/name`]: `${name}\n` });
  const both = { ...sensor(0, 'vi-output, imx477 9-001a'), ...sensor(1, 'vi-output, imx477 10-001a') };
  const well = await checkArgus(await machineWith(t, both, { 'systemctl is-active nvargus-daemon': 'active' }));
  t.match(well, [{ state: 'ok', detail: 'imx477 9-001a, imx477 10-001a' }, { state: 'ok' }]);
  const bad = await checkArgus(await machineWith(t, { ...sensor(0, 'vi-output, imx477 9-001a'), ...sensor(1, 'UVC Camera') }));
  t.match(bad, [{ state: 'failure', detail: /^1 of 2 found/, fix: /jetson-io/ }, { state: 'failure', fix: /systemctl restart nvargus-daemon/ }]);
  const usb = await checkDevice(await machineWith(t, sensor(3, 'UVC Camera')), '/dev/video-that-is-not', null);
  t.match(usb, { state: 'failure', detail: /Devices that are: \/dev\/video3 \(UVC Camera\)/ });
});

t.test('a clock that cannot be right, or that nobody sets, is told', async (t) => {
  const now = Date.UTC(2030, 1, 2, 3, 4, 5);
  const file = import.meta.filename;
  const box = (words: string) => machineWith(t, {}, { 'timedatectl show': words });
  t.match(await checkWallClock(await box('NTP=yes\nNTPSynchronized=yes'), file, now), { state: 'ok', detail: /2030-02-02T03:04:05Z, set/ });
  t.match(await checkWallClock(await box('NTP=yes\nNTPSynchronized=no'), file, now), { state: 'warning', detail: /not been reached/ });
  t.match(await checkWallClock(await box('NTP=no\nNTPSynchronized=no'), file, now), { state: 'warning', fix: /set-ntp true/ });
  t.match(await checkWallClock(await box('NTP=yes\nNTPSynchronized=yes'), file, 0), { state: 'warning', detail: /^1970.*cannot be true/ });
  t.match(await checkWallClock(await machineWith(t, {}), file, now), { state: 'ok', detail: /nobody here tells/ });
});

const MOUNTINFO = [
  '22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw',
  '30 22 0:26 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1g',
  '31 22 8:1 / /media/rig\\040disk ro,relatime shared:9 - ext4 /dev/sda1 ro,errors=remount-ro',
  '32 22 8:2 / /media/nas rw - nfs4 nas:/matches rw',
].join('\n');

t.test('a recordings disk that is missing, read-only or unfit is named', async (t) => {
  const check = async (folder: string, fstab = '') => checkMount(await machineWith(t, { 'proc/self/mountinfo': MOUNTINFO, 'etc/fstab': fstab }), folder);
  t.match(await check('/var/lib/touchline/recordings'), { state: 'ok', detail: '/dev/nvme0n1p1 on /, ext4' });
  t.match(await check('/media/rig disk/matches'), { state: 'failure', detail: /read-only/, fix: /remount,rw/ });
  t.match(await check('/tmp/matches'), { state: 'warning', detail: /in memory/ });
  t.match(await check('/media/nas/a'), { state: 'warning', detail: /network/ });
  t.equal(mountOf('/media/nas2', parseMounts(MOUNTINFO))?.point, '/', 'a name that begins alike is another folder');
  const fstab = '# /mnt/old\nUUID=1 / ext4 defaults 0 1\nUUID=2 /mnt/matches ext4 nofail 0 2\nUUID=3 /mnt/usb vfat noauto 0 0\n';
  t.match(await check('/mnt/matches/2030', fstab), { state: 'failure', detail: /in \/etc\/fstab and not mounted/, fix: /mount \/mnt\/matches$/ });
  t.match(await check('/mnt/usb/x', fstab), { state: 'ok' });
  t.match(await checkMount(await machineWith(t, { 'proc/self/mountinfo': MOUNTINFO }), '/media/rig', 'The recordings disk is missing'), { state: 'failure', detail: /missing/, fix: /lsblk/ }, 'what the daemon knows counts');
});

const unit = (changes: Readonly<Record<string, string>> = {}) =>
  Object.entries({ Id: 'touchline.service', LoadState: 'loaded', UnitFileState: 'enabled', ActiveState: 'active', SubState: 'running', Result: 'success', NRestarts: '0', WatchdogUSec: '20s', User: 'touchline', ...changes })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
const checkBlocks = (...blocks: string[]) => checkUnits(parseUnits(blocks.join('\n\n')));

t.test('units that failed, do not start at boot or had to be started again are told', async (t) => {
  t.match(checkBlocks(unit()), [{ subject: 'touchline.service', state: 'ok' }]);
  t.match(checkBlocks(unit({ NRestarts: '3' })), [{ state: 'warning', detail: /3 times/, fix: /^journalctl -u touchline.service/ }]);
  t.match(checkBlocks(unit({ ActiveState: 'failed', Result: 'watchdog' })), [{ state: 'failure', detail: 'failed (watchdog)' }]);
  t.match(checkBlocks(unit({ UnitFileState: 'disabled' })), [{ subject: 'start at boot', state: 'failure' }, { state: 'ok' }]);
  t.match(checkBlocks(unit({ UnitFileState: 'disabled' }), unit({ Id: 'touchline.target' })), [{ state: 'ok' }], 'the target starts it');
  t.match(checkBlocks(unit({ WatchdogUSec: 'infinity' })), [{ state: 'ok' }, { state: 'warning', subject: /watchdog/ }]);
  const camera = (changes: Record<string, string>) => unit({ Id: 'touchline-camera@1.service', ...changes });
  t.match(checkBlocks(unit(), camera({ ActiveState: 'activating', SubState: 'auto-restart' })), [{ state: 'ok' }, { state: 'failure', detail: /auto-restart/ }]);
  t.equal(checkBlocks(unit(), camera({ UnitFileState: 'disabled', ActiveState: 'inactive' })).length, 1, 'a camera that the daemon starts itself');
  t.match(checkBlocks(unit(), camera({ ActiveState: 'inactive' })), [{ state: 'ok' }, { state: 'failure' }]);
  const supervising = unit({ Environment: 'NODE_ENV=production TOUCHLINE_CAMERA_SUPERVISOR=systemd' });
  t.match(checkBlocks(supervising, camera({ UnitFileState: 'disabled', ActiveState: 'inactive', SubState: 'dead' })), [{ state: 'ok' }, { state: 'failure', detail: /inactive/, fix: /systemctl start touchline-camera@1/ }], 'a camera that only its unit starts');
  t.match(checkBlocks(supervising, camera({ LoadState: 'masked', ActiveState: 'inactive' })), [{ state: 'ok' }, { state: 'failure', detail: /masked/, fix: /unmask/ }]);
  t.match(checkBlocks(unit({ LoadState: 'not-found' })), [{ state: 'skipped', fix: /make install/ }]);
  t.match(checkUnits(null), [{ state: 'skipped' }]);
});

t.test('a folder that is read-only for the units is told, whatever its owner is', async (t) => {
  const sandboxed = { ProtectSystem: 'strict', ProtectHome: 'yes', ReadWritePaths: '-/mnt -/media -/srv', StateDirectory: 'touchline', Environment: 'TOUCHLINE_CAMERA_SUPERVISOR=systemd' };
  const check = (folder: string, changes: Record<string, string> = {}) =>
    checkSandbox(writersOf(parseUnits([unit({ ...sandboxed, ...changes }), unit({ Id: 'touchline-camera@0.service', ...sandboxed })].join('\n\n'))), 'recordings folder', folder);
  for (const folder of ['/var/lib/touchline/recordings', '/mnt/disk/matches', '/srv']) t.strictSame(await check(folder), [], folder);
  t.match(await check('/data/matches'), [{ state: 'failure', detail: /read-only for touchline\.service, touchline-camera@0\.service$/, fix: /ReadWritePaths=\/data\/matches.*daemon-reload/ }]);
  t.match(await check('/data/matches', { ReadWritePaths: '-/mnt /data' }), [{ detail: /read-only for touchline-camera@0\.service$/ }], 'one drop-in of two is missing');
  t.match(await check('/mnt-other'), [{ state: 'failure' }], 'a name that begins alike');
  t.match(await check('/home/coach/matches'), [{ state: 'failure', detail: /in a home/, fix: /another folder/ }]);
  const open = { ProtectSystem: 'no', ProtectHome: 'no' };
  t.strictSame(await checkSandbox(writersOf(parseUnits(unit(open))), 'recordings folder', '/data'), []);
});

t.test('a rig under systemd that cannot hear its camera stack, or not have it restarted, is told', async (t) => {
  const camera = unit({ Id: 'touchline-camera@0.service' });
  const unitsOf = (...blocks: string[]) => parseUnits(blocks.join('\n\n'));
  const right = async (groups: string, ...blocks: string[]) => checkJournalRight(await machineWith(t, {}, { 'id -nG touchline': `${groups}\n` }), unitsOf(...blocks));
  t.match(await right('touchline video', unit({ SupplementaryGroups: 'video systemd-journal' }), camera), [{ state: 'ok', detail: 'readable for touchline' }]);
  t.match(await right('touchline systemd-journal', unit({ SupplementaryGroups: 'video' }), camera), [{ state: 'ok' }]);
  t.match(await right('touchline video', unit({ SupplementaryGroups: 'video' }), camera), [{ state: 'warning', fix: /usermod -aG systemd-journal touchline.*systemctl restart touchline$/ }]);
  t.match(await right('', unit({ User: '' }), camera), [{ state: 'ok' }], 'root reads everything');
  t.strictSame(await right('touchline', unit()), [], 'where the daemon starts its cameras itself, it needs no journal');
  t.strictSame(await checkJournalRight(await machineWith(t, {}), null), []);

  const helper = (changes: Record<string, string> = {}) => unit({ Id: 'touchline-nvargus-restart.path', SubState: 'waiting', ...changes });
  t.match(checkRestartHelper(unitsOf(unit(), camera, helper())), [{ subject: 'touchline-nvargus-restart.path', state: 'ok' }]);
  t.match(checkRestartHelper(unitsOf(unit(), camera, helper({ ActiveState: 'failed', Result: 'unit-start-limit-hit' }))), [{ state: 'warning', detail: /^failed \(unit-start-limit-hit\)/, fix: /systemctl restart touchline-nvargus-restart\.path$/ }]);
  t.match(checkRestartHelper(unitsOf(unit(), camera, helper({ LoadState: 'not-found', ActiveState: 'inactive' }))), [{ state: 'warning', fix: /make install/ }]);
  t.strictSame(checkRestartHelper(unitsOf(unit(), helper())), [], 'the daemon restarts it by itself there');
  t.strictSame(checkRestartHelper(null), []);
});

t.test('a journal that a power cut erases, and a watchdog that sleeps, are told', async (t) => {
  const usage = { 'journalctl --disk-usage': 'Archived and active journals take up 48.0M in the file system.' };
  t.match(await checkJournal(await machineWith(t, { 'etc/machine-id': 'abc\n' }, usage)), { state: 'warning', fix: /journalctl --flush/ });
  const kept = { 'etc/machine-id': 'abc\n', 'var/log/journal/abc/system.journal': '' };
  t.match(await checkJournal(await machineWith(t, kept, usage)), { state: 'ok', detail: '48.0M on the disk, kept over restarts' });
  const small = { ...kept, 'etc/systemd/journald.conf': '[Journal]\nSystemMaxUse=1G\n', 'etc/systemd/journald.conf.d/9.conf': '[Journal]\nSystemMaxUse=16M\n' };
  t.match(await checkJournal(await machineWith(t, small, usage)), { state: 'warning', detail: /limited to 16 MiB/ });
  t.match(await checkJournal(await machineWith(t, kept)), { state: 'skipped' });

  const watchdog = async (files: Record<string, string>, usec: string) => checkHardwareWatchdog(await machineWith(t, files, { 'systemctl show --property RuntimeWatchdogUSec': `RuntimeWatchdogUSec=${usec}` }));
  t.match(await watchdog({}, '0'), { state: 'skipped' });
  t.match(await watchdog({ 'dev/watchdog0': '' }, '0'), { state: 'warning', fix: /RuntimeWatchdogSec=20s/ });
  t.match(await watchdog({ 'dev/watchdog0': '' }, '20s'), { state: 'ok' });
});
