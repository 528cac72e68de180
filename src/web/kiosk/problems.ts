import type { StatusBody } from '../../api/contract/status.js';
import type { SystemMetricsBody } from '../../api/contract/system-metrics.js';
import { type CameraName, conditionOf } from './view.js';

/** Something that a person should know or do, before the words. */
export type Problem =
  | { readonly kind: 'camera_failed' | 'camera_recovering' | 'camera_absent'; readonly camera: number; readonly reason: string | null; readonly goesOn: number | null }
  /** `goesOn` above: a camera that records meanwhile. `needed`: without it nothing is recorded. */
  | { readonly kind: 'no_picture'; readonly camera: number; readonly needed: boolean }
  | { readonly kind: 'disk_full' | 'disk_low'; readonly hours: number }
  | { readonly kind: 'hot' | 'very_hot'; readonly celsius: number }
  | { readonly kind: 'power_mode'; readonly name: string }
  /** The disk behind `disk_full` holds no more; these are about one that does not do what it should. */
  | { readonly kind: 'disk_behind' | 'disk_refusing' | 'disk_missing' }
  | { readonly kind: 'overload' };

export interface ProblemFacts {
  readonly status: StatusBody;
  readonly metrics: SystemMetricsBody | null;
  readonly requireAllCameras: boolean;
  readonly cameras: readonly CameraName[];
  /** Cameras of which a picture was asked for and did not come. */
  readonly withoutPicture: readonly number[];
}

/** A match with added time, and a bit. */
const LOW_HOURS = 2;
const FULL_HOURS = 0.5;
/** Where there is no nvpmodel, no mode is wrong. */
const NO_MODE = 'Unknown';

const BAD: readonly Problem['kind'][] = ['camera_failed', 'camera_recovering', 'camera_absent', 'disk_behind', 'disk_refusing', 'disk_missing', 'disk_full', 'very_hot'];

export function toneOf({ kind }: Problem): 'bad' | 'warning' {
  return BAD.includes(kind) ? 'bad' : 'warning';
}

/** Only what matters now, the worst first. */
export function problemsOf(facts: ProblemFacts): readonly Problem[] {
  const all = [...recordingProblems(facts), ...pictureProblems(facts), ...machineProblems(facts)];
  return all.sort((a, b) => Number(toneOf(b) === 'bad') - Number(toneOf(a) === 'bad'));
}

function recordingProblems({ status, cameras }: ProblemFacts): Problem[] {
  const { recording, phase, camera_recovery, degraded_cameras, overload_guard, recordings_disk } = status.recording;
  if (!recording || phase !== 'recording') return [];
  const goesOn = cameras.find((camera) => conditionOf(status, camera) === 'recording')?.id ?? null;
  const problems = cameras.flatMap((camera): Problem[] => {
    const condition = conditionOf(status, camera);
    if (condition === 'recording' || condition === 'starting') return [];
    const kind = ({ failed: 'camera_failed', recovering: 'camera_recovering', absent: 'camera_absent' } as const)[condition];
    const account = camera_recovery[camera.key];
    return [{ kind, camera: camera.id, reason: account?.last_error ?? degraded_cameras[camera.key] ?? null, goesOn }];
  });
  if (recordings_disk.state === 'slow') problems.push({ kind: 'disk_behind' });
  if (recordings_disk.state === 'refusing') problems.push({ kind: 'disk_refusing' });
  return overload_guard.active ? [...problems, { kind: 'overload' }] : problems;
}

function pictureProblems({ status, requireAllCameras, withoutPicture }: ProblemFacts): Problem[] {
  if (status.recording.recording || status.recording.phase !== 'idle') return [];
  return withoutPicture.map((camera): Problem => ({ kind: 'no_picture', camera, needed: requireAllCameras }));
}

function machineProblems({ status, metrics }: ProblemFacts): Problem[] {
  const problems: Problem[] = [];
  const { hours_left: hours, recordings_disk: disk } = status.recording;
  if (disk.is_substitute) problems.push({ kind: 'disk_missing' });
  if (hours !== null && hours < LOW_HOURS) problems.push({ kind: hours < FULL_HOURS ? 'disk_full' : 'disk_low', hours });
  if (metrics === null) return problems;
  const { temperature, power_mode } = metrics;
  if (temperature.critical || temperature.warning) problems.push({ kind: temperature.critical ? 'very_hot' : 'hot', celsius: temperature.max_c });
  if (!power_mode.is_max && power_mode.name !== NO_MODE) problems.push({ kind: 'power_mode', name: power_mode.name });
  return problems;
}
