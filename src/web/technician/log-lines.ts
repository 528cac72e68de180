import { parseObject } from '../rig/messages.js';

export type LogLevel = 'info' | 'warning' | 'error';

/** A line of one of the rig's logs (docs/logging.md), as far as it could be read. */
export interface LogLine {
  /** The same line has the same key in the next answer. */
  readonly key: string;
  /** Null when the line tells no time. */
  readonly epochMs: number | null;
  readonly level: LogLevel;
  readonly content: LogContent;
  /** As it stands in the file. */
  readonly raw: string;
}

export type LogContent =
  | { readonly kind: 'event'; readonly type: string; readonly message: string; readonly details: readonly (readonly [string, string])[] }
  | { readonly kind: 'health'; readonly facts: HealthFacts }
  /** Torn by a crash, or in a form that this page does not know. */
  | { readonly kind: 'text' };

/** Null = nobody knows. */
export interface HealthFacts {
  readonly healthy: boolean;
  readonly issues: readonly string[];
  readonly phase: string | null;
  readonly matchId: string | null;
  readonly fps: readonly (number | null)[];
  readonly cpuPercent: number | null;
  readonly celsius: number | null;
  readonly hoursLeft: number | null;
}

/** The newest lines of a log, oldest first. */
export function parseLog(lines: readonly string[]): readonly LogLine[] {
  const seen = new Map<string, number>();
  return lines.map((raw) => {
    const count = seen.get(raw) ?? 0;
    seen.set(raw, count + 1);
    return parseLine(raw, `${raw}\n${count}`);
  });
}

function parseLine(raw: string, key: string): LogLine {
  const line = parseObject(raw);
  if (line === null) return { key, epochMs: null, level: 'warning', content: { kind: 'text' }, raw };
  const epochMs = Date.parse(textOf(line['ts']) ?? '');
  const base = { key, epochMs: Number.isNaN(epochMs) ? null : epochMs, raw };
  const message = textOf(line['message']);
  if (message !== null) {
    const details = Object.entries(objectOf(line['details'])).map(([name, value]) => [name, valueText(value)] as const);
    return { ...base, level: levelOf(line['severity']), content: { kind: 'event', type: textOf(line['event_type']) ?? '', message, details } };
  }
  if (typeof line['healthy'] !== 'boolean') return { ...base, level: 'info', content: { kind: 'text' } };
  return { ...base, level: line['healthy'] ? 'info' : 'warning', content: { kind: 'health', facts: healthOf(line, line['healthy']) } };
}

function healthOf(line: Readonly<Record<string, unknown>>, healthy: boolean): HealthFacts {
  return {
    healthy,
    issues: Array.isArray(line['issues']) ? line['issues'].map(String) : [],
    phase: textOf(line['phase']),
    matchId: textOf(line['match_id']),
    fps: Object.values(objectOf(line['cameras'])).map((camera) => numberOf(objectOf(camera)['fps'])),
    cpuPercent: numberOf(line['cpu_percent']),
    celsius: numberOf(line['temperature_max_c']),
    hoursLeft: numberOf(line['hours_left']),
  };
}

export interface LogFilter {
  /** Every word of it must be in the line, in any case. */
  readonly text: string;
  readonly problemsOnly: boolean;
}

export function filterLog(lines: readonly LogLine[], { text, problemsOnly }: LogFilter): readonly LogLine[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return lines.filter(({ raw, level }) => {
    const line = raw.toLowerCase();
    return (!problemsOnly || level !== 'info') && words.every((word) => line.includes(word));
  });
}

const levelOf = (value: unknown): LogLevel => (value === 'error' || value === 'warning' ? value : 'info');
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const objectOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {});
const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
