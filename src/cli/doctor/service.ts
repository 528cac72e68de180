/** What systemd says: units, watchdogs, the journal. */
import { cameraUnit } from '../../camera/camera-unit.js';
import { asRoot, failure, fine, type Finding, skipped, warning } from './finding.js';
import { type Machine, numberIn, properties } from './machine.js';

export const DAEMON_UNIT = 'touchline.service';
const CAMERA_UNITS = [cameraUnit(0), cameraUnit(1)];
/** Has NVIDIA's camera service restarted when the rig asks (docs/decisions/0006-root-helper.md). */
const RESTART_HELPER = 'touchline-nvargus-restart.path';
const TARGET = 'touchline.target';
const SHOWN = ['Id', 'LoadState', 'UnitFileState', 'ActiveState', 'SubState', 'Result', 'NRestarts', 'WatchdogUSec', 'User', 'SupplementaryGroups', 'Type', 'Environment', 'ProtectSystem', 'ProtectHome', 'ReadWritePaths', 'StateDirectory'];
const MIB = 1024 ** 2;
/** Who may read the whole journal (systemd-journald.service(8)). */
const JOURNAL_READERS = ['systemd-journal', 'adm', 'wheel'];
/** What a match leaves in the journal is a few MiB; less than this loses the start of the evening. */
const MIN_JOURNAL_BYTES = 64 * MIB;

export interface Unit {
  readonly name: string;
  readonly isLoaded: boolean;
  /** It starts at boot, by itself or with something that does. */
  readonly isEnabled: boolean;
  /** Somebody asked for exactly this one to start at boot. */
  readonly isWanted: boolean;
  readonly active: string;
  readonly sub: string;
  readonly result: string;
  readonly restarts: number;
  readonly hasWatchdog: boolean;
  /** Empty: root. */
  readonly user: string;
  /** Beside those that the user is in anyway. */
  readonly groups: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  readonly sandbox: {
    /** Everything but what is named here is read-only; null: it is not. */
    readonly writable: readonly string[] | null;
    /** Nothing below homes can be written. */
    readonly hidesHomes: boolean;
  };
}

/** Null when this machine was not started by systemd, or it does not answer. */
export async function readUnits(machine: Machine): Promise<ReadonlyMap<string, Unit> | null> {
  const asked = await machine.run('systemctl', ['show', '--property', SHOWN.join(','), DAEMON_UNIT, ...CAMERA_UNITS, TARGET, RESTART_HELPER]);
  if (!asked.ok) return null;
  return parseUnits(asked.stdout);
}

/** One block of properties per unit, with empty lines between them. */
export function parseUnits(text: string): ReadonlyMap<string, Unit> {
  return new Map(
    text.split(/\n\s*\n/).flatMap((block): [string, Unit][] => {
      const said = properties(block);
      const name = said.get('Id') ?? '';
      if (name === '') return [];
      const unit: Unit = {
        name,
        isLoaded: said.get('LoadState') === 'loaded',
        isEnabled: ['enabled', 'enabled-runtime', 'static', 'indirect', 'alias'].includes(said.get('UnitFileState') ?? ''),
        isWanted: ['enabled', 'enabled-runtime'].includes(said.get('UnitFileState') ?? ''),
        active: said.get('ActiveState') ?? 'unknown',
        sub: said.get('SubState') ?? '',
        result: said.get('Result') ?? '',
        restarts: numberIn(said.get('NRestarts') ?? null) ?? 0,
        // `0` and `infinity` both mean none.
        hasWatchdog: /[1-9]/.test(said.get('WatchdogUSec') ?? ''),
        user: said.get('User') ?? '',
        groups: wordsOf(said.get('SupplementaryGroups')),
        environment: wordsOf(said.get('Environment')),
        sandbox: {
          writable: said.get('ProtectSystem') === 'strict' ? [...wordsOf(said.get('ReadWritePaths')).map((path) => path.replace(/^[-+]+/, '')), ...wordsOf(said.get('StateDirectory')).map((name) => `/var/lib/${name}`)] : null,
          hidesHomes: !['no', ''].includes(said.get('ProtectHome') ?? ''),
        },
      };
      return [[name, unit]];
    }),
  );
}

function wordsOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(' ').filter((word) => word !== '');
}

/** @param units null: no systemd */
export function checkUnits(units: ReadonlyMap<string, Unit> | null): readonly Finding[] {
  if (units === null) return [skipped('units', 'systemd does not answer here: whether the daemon starts by itself is not looked at')];
  const daemon = units.get(DAEMON_UNIT);
  if (daemon?.isLoaded !== true) return [skipped('units', 'not installed as a service: after a power cut nobody starts it', asRoot('make install'))];
  const target = units.get(TARGET);
  const startsAtBoot = daemon.isEnabled || (target?.isLoaded === true && target.isEnabled);
  const atBoot = startsAtBoot ? [] : [failure('start at boot', 'the daemon does not start with the box', asRoot(`systemctl enable ${target?.isLoaded === true ? TARGET : DAEMON_UNIT}`))];
  const services = [daemon, ...camerasInUse(units)];
  return [...atBoot, ...services.flatMap(checkUnit)];
}

/** Where the daemon starts the cameras itself, their units may be there, and nothing wants them. */
function camerasInUse(units: ReadonlyMap<string, Unit>): readonly Unit[] {
  const isSupervised = units.get(DAEMON_UNIT)?.environment.includes('TOUCHLINE_CAMERA_SUPERVISOR=systemd') === true;
  return CAMERA_UNITS.flatMap((name) => units.get(name) ?? []).filter(({ isLoaded, isWanted, active }) => isSupervised || (isLoaded && (isWanted || active !== 'inactive')));
}

/** The units that write recordings. */
export function writersOf(units: ReadonlyMap<string, Unit>): readonly Unit[] {
  const daemon = units.get(DAEMON_UNIT);
  return [...(daemon === undefined ? [] : [daemon]), ...camerasInUse(units)].filter(({ isLoaded }) => isLoaded);
}

/** Whether the daemon notices what the camera stack says where its processes are units; nothing where they are not. */
export async function checkJournalRight(machine: Machine, units: ReadonlyMap<string, Unit> | null): Promise<readonly Finding[]> {
  const daemon = units?.get(DAEMON_UNIT);
  if (units === null || daemon?.isLoaded !== true || camerasInUse(units).length === 0) return [];
  const subject = 'journal of cameras';
  const user = daemon.user || 'root';
  const groups = [...daemon.groups, ...(await machine.run('id', ['-nG', user])).stdout.trim().split(/\s+/)];
  if (user === 'root' || groups.some((group) => JOURNAL_READERS.includes(group))) return [fine(subject, `readable for ${user}`)];
  return [warning(subject, `${user} may not read it: nobody notices what the camera stack complains about`, `${asRoot(`usermod -aG systemd-journal ${user}`)} && ${asRoot('systemctl restart touchline')}`)];
}

/** On a Jetson with CSI cameras, where the daemon may not restart NVIDIA's camera service by itself; nothing elsewhere. */
export function checkRestartHelper(units: ReadonlyMap<string, Unit> | null): readonly Finding[] {
  if (units === null || units.get(DAEMON_UNIT)?.isLoaded !== true || camerasInUse(units).length === 0) return [];
  const helper = units.get(RESTART_HELPER);
  const consequence = 'cameras that only a restart of nvargus-daemon brings back stay away';
  if (helper?.isLoaded !== true) return [warning(RESTART_HELPER, `is not installed: ${consequence}`, `${asRoot('make install')} brings it`)];
  if (helper.active === 'active') return [fine(RESTART_HELPER, 'active')];
  return [warning(RESTART_HELPER, `${helper.active} (${helper.result || helper.sub}): ${consequence}`, asRoot(`systemctl restart ${RESTART_HELPER}`))];
}

function checkUnit(unit: Unit): readonly Finding[] {
  const { name, active, sub, result, restarts } = unit;
  const story = `journalctl -u ${name} -b -n 50`;
  if (!unit.isLoaded) return [failure(name, 'masked or not installed', `${asRoot(`systemctl unmask ${name}`)} && ${asRoot(`systemctl start ${name}`)}; if it is not there: ${asRoot('make install')}`)];
  if (active === 'failed') return [failure(name, `failed (${result})`, `${story}; then ${asRoot(`systemctl restart ${name}`)}`)];
  if (active !== 'active') return [failure(name, `${active} (${sub})`, sub === 'auto-restart' ? story : asRoot(`systemctl start ${name}`))];
  const found: Finding[] = [
    restarts === 0 ? fine(name, 'active') : warning(name, `active; systemd had to start it again ${restarts === 1 ? 'once' : `${restarts} times`} since it was started`, story),
  ];
  if (!unit.hasWatchdog) found.push(warning(`watchdog of ${name}`, 'off: systemd would not notice that it hangs', `${asRoot('make install')} brings the unit back as it came`));
  return found;
}

/** The third ring needs hardware that restarts a box whose systemd hangs. */
export async function checkHardwareWatchdog(machine: Machine): Promise<Finding> {
  const devices = (await machine.names('/dev')).filter((name) => /^watchdog\d+$/.test(name));
  if (devices.length === 0) return skipped('hardware watchdog', 'this machine has none');
  const asked = await machine.run('systemctl', ['show', '--property', 'RuntimeWatchdogUSec']);
  const setting = properties(asked.stdout).get('RuntimeWatchdogUSec') ?? '';
  if (/[1-9]/.test(setting)) return fine('hardware watchdog', `on, ${setting}`);
  const fix = `printf '[Manager]\\nRuntimeWatchdogSec=20s\\n' | sudo tee /etc/systemd/system.conf.d/50-watchdog.conf && sudo systemctl daemon-reexec`;
  return warning('hardware watchdog', 'off: a box that hangs as a whole stays so', `sudo mkdir -p /etc/systemd/system.conf.d && ${fix}`);
}

/** Without a journal on the disk, nobody knows after a power cut what happened before it. */
export async function checkJournal(machine: Machine): Promise<Finding> {
  const machineId = (await machine.text('/etc/machine-id'))?.trim() ?? '';
  const isKept = machineId !== '' && (await machine.names(`/var/log/journal/${machineId}`)).length > 0;
  const usage = await machine.run('journalctl', ['--disk-usage']);
  if (!usage.ok) return skipped('journal', `journalctl: ${usage.reason}`);
  const size = /take up ([\d.]+\s*[A-Z]*)/.exec(usage.stdout)?.[1] ?? 'unknown size';
  if (!isKept) return warning('journal', 'in memory only: what happened before a restart is gone', `${asRoot('mkdir -p /var/log/journal')} && ${asRoot('systemctl restart systemd-journald')} && ${asRoot('journalctl --flush')}`);
  const limit = sizeInBytes(/^\s*SystemMaxUse=(\S+)/m.exec(await journaldConf(machine))?.[1] ?? '');
  if (limit !== null && limit < MIN_JOURNAL_BYTES) return warning('journal', `${size} on the disk, limited to ${Math.round(limit / MIB)} MiB: the start of an evening gets lost`, 'raise SystemMaxUse= in /etc/systemd/journald.conf');
  return fine('journal', `${size} on the disk, kept over restarts`);
}

async function journaldConf(machine: Machine): Promise<string> {
  const folder = '/etc/systemd/journald.conf.d';
  const names = (await machine.names(folder)).filter((name) => name.endsWith('.conf'));
  const texts = await Promise.all(['/etc/systemd/journald.conf', ...names.map((name) => `${folder}/${name}`)].map((path) => machine.text(path)));
  // The last word counts, and the search takes the first.
  return texts.reverse().join('\n');
}

/** `50M` as systemd writes sizes; null for anything else. */
export function sizeInBytes(text: string): number | null {
  const parts = /^(\d+)([KMGT]?)$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(parts[2] ?? '');
}
