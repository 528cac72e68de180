const two = (value: number): string => String(value).padStart(2, '0');

/** `YYYYMMDD_HHMMSS` in the box's local time zone, as segment names carry it (contract section 8.1). */
export function localTimeStamp(epochMs: number): string {
  const date = new Date(epochMs);
  const day = `${String(date.getFullYear()).padStart(4, '0')}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}_${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/** `YYYY-MM-DDTHH:MM:SS.mmm` in local time without a zone, as the contract writes `lock_time` (section 1.7). */
export function localIsoTime(epochMs: number): string {
  const date = new Date(epochMs);
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day}T${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
