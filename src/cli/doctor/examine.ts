import { join } from 'node:path';
import { asTouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import { productVersion } from '../../lib/product-version.js';
import type { Installation } from '../installation.js';
import type { RigSettings } from '../settings.js';
import { type Activity, activityOf } from './activity.js';
import { checkBoard, checkClocks, checkPowerMode, checkTemperature, identifyBoard } from './board.js';
import { checkWallClock } from './clock.js';
import { checkDiskSpeed } from './disk-speed.js';
import { failure, fine, type Finding, skipped } from './finding.js';
import type { Machine } from './machine.js';
import { checkMount } from './mounts.js';
import { checkFolder, checkSpace } from './places.js';
import { bitrateKbps, checkAddress, checkCameras, checkRecordingPipelines, configuredRig, type ConfiguredRig, usesArgus } from './rig.js';
import { type Account, accountOf, checkFolderOf } from './rights.js';
import { checkSandbox } from './sandbox.js';
import { checkHardwareWatchdog, checkJournal, checkJournalRight, checkRestartHelper, checkUnits, DAEMON_UNIT, readUnits, type Unit, writersOf } from './service.js';
import { checkFfmpeg, checkFfprobe, checkGStreamer, checkNativePlugin, checkNode } from './software.js';

export interface Examination {
  readonly machine: Machine;
  readonly installation: Installation;
  readonly loadSettings: () => Promise<RigSettings>;
  /** Leaves out what takes seconds or writes. */
  readonly isQuick: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Of the group that is looked at; a disk that hangs must not keep the others from being told. */
const LIMIT_MS = 30_000;

/**
 * Looks at everything, in the order in which one thing needs another. What cannot be looked at because something before
 * it is broken is left out. Changes nothing, and disturbs no recording.
 */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const { machine, installation, clock, signal } = examination;
  const within = (group: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => withLimit(clock, group, look);
  const [software, box, units] = await Promise.all([
    within('software', () => examineSoftware(installation, signal)),
    within('box', () => examineBox(machine, installation, clock)),
    readUnits(machine),
  ]);
  const daemon = units?.get(DAEMON_UNIT);
  const account = daemon?.isLoaded === true && daemon.user !== '' ? await accountOf(machine, daemon.user) : null;
  const services = [...checkUnits(units), ...(daemon?.isLoaded === true ? [await checkHardwareWatchdog(machine)] : []), await checkJournal(machine), ...(await checkJournalRight(machine, units))];
  const configured = await within('configuration', () => examineConfiguration(examination, { account, units, within }));
  return [...software, ...box, ...configured, ...services];
}

async function examineSoftware(installation: Installation, signal: AbortSignal): Promise<readonly Finding[]> {
  const found = await Promise.all([checkGStreamer(signal), checkFfprobe(signal), checkFfmpeg(signal), checkNativePlugin(installation)]);
  return [fine('touchline', await productVersion()), checkNode(process.version), ...found];
}

async function examineBox(machine: Machine, installation: Installation, clock: Clock): Promise<readonly Finding[]> {
  const board = await identifyBoard(machine);
  return [
    checkBoard(board),
    ...(board.jetson === null ? [] : [await checkPowerMode(machine)]),
    await checkClocks(machine, board),
    await checkTemperature(machine),
    await checkWallClock(machine, join(installation.pipelinesDir, 'packages.json'), clock.nowEpochMs()),
  ];
}

interface Circumstances {
  readonly account: Account | null;
  /** Null: no systemd. */
  readonly units: ReadonlyMap<string, Unit> | null;
  readonly within: (group: string, look: () => Promise<readonly Finding[]>) => Promise<readonly Finding[]>;
}

async function examineConfiguration(examination: Examination, { account, units, within }: Circumstances): Promise<readonly Finding[]> {
  const { machine, installation, signal } = examination;
  let settings: RigSettings;
  try {
    settings = await examination.loadSettings();
  } catch (thrown) {
    return [failure('configuration', asTouchlineError(thrown).message, 'correct the named keys')];
  }
  const activity = await activityOf(settings, signal);
  const rig = await configuredRig(settings, installation).catch((thrown: unknown) => asTouchlineError(thrown));
  const cameras =
    rig instanceof Error
      ? [failure('cameras', rig.message, 'correct "profile" and "sources", or the named file')]
      : await within('cameras', async () => [
          ...(await checkCameras(machine, rig, account, signal)),
          ...(usesArgus(rig) ? checkRestartHelper(units) : []),
          ...(activity.kind === 'recording' ? [skipped('cameras', 'pipelines are not built now: a match is being recorded with them')] : await checkRecordingPipelines(rig, installation, signal)),
        ]);
  const places = await within('folders', () => examinePlaces(machine, settings, account, { activity, units, rig: rig instanceof Error ? null : rig }));
  const speed = await within('disk speed', async () => [await examineSpeed(examination, settings, activity)]);
  return [fine('configuration', 'can be used'), ...cameras, ...places, ...speed, await checkAddress(settings, units?.get(DAEMON_UNIT)?.isLoaded === true, signal)];
}

interface Known {
  readonly activity: Activity;
  readonly units: ReadonlyMap<string, Unit> | null;
  readonly rig: ConfiguredRig | null;
}

async function examinePlaces(machine: Machine, settings: RigSettings, account: Account | null, known: Known): Promise<readonly Finding[]> {
  const { recordingsDir, stateDir, runtimeDir, minFreeGb } = settings;
  const { activity, units, rig } = known;
  const check = (subject: string, path: string): Promise<Finding> => (account === null ? checkFolder(subject, path) : checkFolderOf(account, subject, path));
  const closed = units === null ? [] : await checkSandbox(writersOf(units), 'recordings folder', recordingsDir);
  return [
    ...(closed.length > 0 ? closed : [await check('recordings folder', recordingsDir)]),
    ...(await Promise.all([
      check('state folder', stateDir),
      check('runtime folder', runtimeDir),
      checkMount(machine, recordingsDir, activity.substitute),
      checkSpace({ recordingsDir, minFreeGb, hoursLeft: activity.hoursLeft, bitrateKbps: rig === null ? null : bitrateKbps(rig) }),
    ])),
  ];
}

async function examineSpeed({ isQuick, clock, signal }: Examination, settings: RigSettings, activity: Activity): Promise<Finding> {
  if (isQuick) return skipped('disk speed', 'not measured with --quick');
  if (activity.kind === 'recording') return skipped('disk speed', 'not measured: a match is being recorded, and comes first', 'touchline doctor, after the match');
  if (activity.kind === 'unknown') return skipped('disk speed', 'not measured: no daemon answers, and whether a camera records is closed to you', 'sudo touchline doctor');
  const isNeededElsewhere = async (): Promise<boolean> => (await activityOf(settings, signal)).kind !== 'idle';
  return checkDiskSpeed({ folder: settings.recordingsDir, clock, signal, isNeededElsewhere });
}

async function withLimit(clock: Clock, group: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  const done = new AbortController();
  const limit = clock.sleepMs(LIMIT_MS, done.signal).then(
    () => [failure(group, `no answer within ${LIMIT_MS / 1000} s: a disk or a device hangs`, 'dmesg | tail -n 50')],
    () => [],
  );
  try {
    return await Promise.race([look(), limit]);
  } finally {
    done.abort();
  }
}
