import { Type } from '#typebox';
import { compileSchema } from '../lib/schema.js';

/** What NVIDIA's libraries print on standard error when the video converter runs out of buffers (contract 3.7). */
const NVVIC_MARKERS = ['failed to allocate buffer', 'failed to open NvVIC', 'failed to allocate neighbor buffer'];
/** How all of them begin, to pass over everything else without decoding it. */
export const COMMON = 'failed to ';
const MAX_SHOWN_CHARS = 1000;
const NEWLINE = 0x0a;

const ownLine = compileSchema(Type.Object({ time: Type.String({ format: 'date-time' }) }));

export interface NvvicLine {
  readonly line: string;
  /** When the host said it or, for a native line, when it last said anything before; null when it never did. */
  readonly hostEpochMs: number | null;
  /** Of the byte behind the line, from the start of the text. */
  readonly end: number;
}

export interface Scan {
  readonly found: readonly NvvicLine[];
  /** The last line of the host's own log in the text, for the native lines of the next text. */
  readonly lastOwnLine: string | null;
}

/**
 * NvVIC lines in a piece of a camera host's log, which must consist of whole lines. Native lines carry no time
 * (contract defect 64); the host's own lines between them are JSON with `time`.
 */
export function scanHostLog(text: Buffer, lastOwnLine: string | null): Scan {
  const found: NvvicLine[] = [];
  for (let at = text.indexOf(COMMON); at >= 0; ) {
    const start = at === 0 ? 0 : text.lastIndexOf(NEWLINE, at - 1) + 1;
    const newline = text.indexOf(NEWLINE, at);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.subarray(start, end).toString('utf8').trim();
    if (isComplaint(line)) {
      const before = ownLineAtOrBefore(text, start) ?? lastOwnLine;
      found.push({ line: shown(line), hostEpochMs: timeOf(before), end });
    }
    at = text.indexOf(COMMON, end);
  }
  return { found, lastOwnLine: ownLineAtOrBefore(text, text.length) ?? lastOwnLine };
}

export function isComplaint(line: string): boolean {
  return NVVIC_MARKERS.some((marker) => line.includes(marker));
}

/** As much of a line as anybody reads. */
export function shown(line: string): string {
  return line.trim().slice(0, MAX_SHOWN_CHARS);
}

function ownLineAtOrBefore(text: Buffer, position: number): string | null {
  const newline = text.subarray(0, Math.min(text.length, position + 1)).lastIndexOf('\n{');
  const start = newline >= 0 ? newline + 1 : text[0] === 0x7b ? 0 : null;
  if (start === null) return null;
  const end = text.indexOf(NEWLINE, start);
  return text.subarray(start, end < 0 ? text.length : end).toString('utf8');
}

function timeOf(line: string | null): number | null {
  if (line === null) return null;
  const parsed = ownLine.parseJson(line);
  const epochMs = parsed.ok ? Date.parse(parsed.value.time) : Number.NaN;
  return Number.isFinite(epochMs) ? epochMs : null;
}
