import type { CameraId } from '../../recording/types.js';

/** Contract 1.9: cameras in objects are `camera_0`, in lists of numbers `0`. */
export function cameraKey(id: CameraId): string {
  return `camera_${id}`;
}

/** A map by camera as a wire object, cameras in ascending order whatever the order of insertion was. */
export function perCamera<T, W>(
  byCamera: ReadonlyMap<CameraId, T>,
  present: (value: T, id: CameraId) => W,
): Record<string, W> {
  const cameras = [...byCamera].sort(([a], [b]) => a - b);
  return Object.fromEntries(cameras.map(([id, value]) => [cameraKey(id), present(value, id)]));
}

/** Milliseconds as the contract's seconds, not rounded (1.7); null stays null. */
export function seconds(ms: number): number;
export function seconds(ms: number | null): number | null;
export function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

/** Bytes as the contract's `*_gb`: binary units despite the name, two decimals (1.7). */
export function gigabytes(bytes: number): number {
  return Math.round((bytes / 1024 ** 3) * 100) / 100;
}

/** Bytes as the contract's `*_mb`: binary units despite the name, two decimals (1.7). */
export function megabytes(bytes: number): number {
  return Math.round((bytes / 1024 ** 2) * 100) / 100;
}

/** A moment as the contract's `created_at` (1.7). */
export function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}

export function roundedTo(decimals: number, value: number): number {
  return Number(value.toFixed(decimals));
}

/**
 * ISO 8601 in the rig's local time, without zone and with microseconds: how the contract writes `lock_time` (1.7),
 * and what Python's `datetime.fromisoformat` of every version reads.
 */
export function localIso(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day}T${time}.${String(date.getMilliseconds()).padStart(3, '0')}000`;
}
