import { join } from 'node:path';
import type { Violation } from '../errors.js';
import type { WireConfig } from './schema.js';

/** Contract section 11.2: so much of the picture must remain. */
const MIN_PICTURE_PIXELS = 16;
/** What a Unix socket's path may have on Linux (unix(7)): 108 bytes with the terminating zero. */
const MAX_SOCKET_PATH_BYTES = 107;

/** A picture size in pixels; null where it is unknown. */
export interface PictureSize {
  readonly width: number | null;
  readonly height: number | null;
}

/** Rules between keys, checked once every key on its own is right. Paths are key paths. */
export function crossViolations(config: WireConfig): Violation[] {
  return [
    ...cropViolations(config, { width: config.video_width, height: config.video_height }),
    ...sizeViolations(config),
    ...folderViolations(config),
    ...sourceViolations(config),
    ...spaceViolations(config),
  ];
}

/** A crop must leave at least 16x16 pixels; for the profile's size once that is known. */
export function cropViolations(config: Pick<WireConfig, 'cameras'>, size: PictureSize): Violation[] {
  const check = (camera: string, crop: { left: number; right: number; top: number; bottom: number }): Violation[] => [
    ...cropAxis([camera, 'crop'], 'left', crop.left, 'right', crop.right, size.width),
    ...cropAxis([camera, 'crop'], 'top', crop.top, 'bottom', crop.bottom, size.height),
  ];
  return Object.entries(config.cameras).flatMap(([camera, settings]) => check(camera, settings.crop));
}

function cropAxis(
  path: readonly string[],
  first: string,
  firstPixels: number,
  second: string,
  secondPixels: number,
  sizePixels: number | null,
): Violation[] {
  if (sizePixels === null || sizePixels - firstPixels - secondPixels >= MIN_PICTURE_PIXELS) return [];
  const larger = firstPixels >= secondPixels ? first : second;
  const message =
    `must leave at least ${MIN_PICTURE_PIXELS} of the picture's ${sizePixels} pixels: ` +
    `${first} ${firstPixels} and ${second} ${secondPixels} leave ${sizePixels - firstPixels - secondPixels}`;
  const value = larger === first ? firstPixels : secondPixels;
  return [{ path: ['cameras', ...path, larger], message, rule: 'crop', value }];
}

function sizeViolations(config: WireConfig): Violation[] {
  if ((config.video_width === null) === (config.video_height === null)) return [];
  const [missing, given] = config.video_width === null ? ['video_width', 'video_height'] : ['video_height', 'video_width'];
  return [{ path: [missing], message: `must be given too when ${given} is`, rule: 'together' }];
}

function folderViolations(config: WireConfig): Violation[] {
  const violations: Violation[] = [];
  const folders = new Map<string, string>();
  for (const key of ['recordings_dir', 'state_dir', 'runtime_dir'] as const) {
    const other = folders.get(config[key]);
    if (other === undefined) folders.set(config[key], key);
    else violations.push({ path: [key], message: `must be another folder than ${other}`, rule: 'distinct', value: config[key] });
  }
  const socketBytes = Buffer.byteLength(join(config.runtime_dir, 'camera0.sock'));
  if (socketBytes > MAX_SOCKET_PATH_BYTES) {
    const message =
      `must be shorter: the path of a socket in it has ${socketBytes} bytes, ` +
      `and Linux allows ${MAX_SOCKET_PATH_BYTES}`;
    violations.push({ path: ['runtime_dir'], message, rule: 'socket_path', value: config.runtime_dir });
  }
  return violations;
}

/** The mild warning comes first. */
function spaceViolations(config: WireConfig): Violation[] {
  const { recording_space_low_minutes: low, recording_space_critical_minutes: critical } = config;
  if (critical <= low) return [];
  return [{ path: ['recording_space_critical_minutes'], message: `must not be more than recording_space_low_minutes (${low})`, rule: 'order', value: critical }];
}

/** Two cameras cannot share one device; one video file for both is fine for a demonstration. */
function sourceViolations(config: WireConfig): Violation[] {
  const [left, right] = config.sources ?? [];
  if (left === undefined || left !== right || !left.startsWith('/dev/')) return [];
  return [{ path: ['sources', 1], message: 'must be another device than the first camera\'s', rule: 'distinct', value: right }];
}
