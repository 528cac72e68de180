/** Numbers as a technician reads them. Nothing here makes up a value: what is null stays null. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const STEP = 1000;

/** `0 B`, `12.3 MB`: units of 1000, as disks are sold. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would be shown as 1000 is one of the next unit.
  while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(value < 100 ? 1 : 0)} ${UNITS[unit]}`;
}

/** `12 345`, in groups that do not break. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
}

/** A short time: `32 ms`, `1.4 s`, `75 s`. */
export function shortTime(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** `14:03:22` in the time of this device; `21 Nov 14:03:22` when it is not of today. */
export function clockTime(epochMs: number, nowMs: number, locale = 'en-GB'): string {
  const at = new Date(epochMs);
  const time = at.toLocaleTimeString(locale, { hour12: false });
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${at.toLocaleDateString(locale, { day: 'numeric', month: 'short' })} ${time}`;
}

/** Seconds since the epoch, as the rig says them, in the words above; null when the rig knows none. */
export function epochText(epochSeconds: number | null, nowMs: number): string | null {
  return epochSeconds === null ? null : clockTime(epochSeconds * 1000, nowMs);
}
