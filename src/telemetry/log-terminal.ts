import { isObject } from '../lib/json-schema.js';

/** Fields that every line has and that stand elsewhere in it. */
const SHOWN_ELSEWHERE = new Set(['level', 'time', 'pid', 'part', 'camera', 'msg', 'err', 'error', 'cause']);

// Text from outside (a file name, a camera's error) must not steer the terminal.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** `recording: Recording started matchId=final cameras=[0,1]`, an error with its causes and its stack below. */
export function terminalMessage(line: Readonly<Record<string, unknown>>, messageKey: string): string {
  const camera = line['camera'] === undefined ? '' : ` ${String(line['camera'])}`;
  const fields = Object.entries(line)
    .filter(([key]) => !SHOWN_ELSEWHERE.has(key))
    .map(([key, value]) => ` ${key}=${fieldText(value)}`);
  const error = line['err'] ?? line['error'] ?? line['cause'];
  const text = `${String(line['part'] ?? '')}${camera}: ${String(line[messageKey] ?? '')}${fields.join('')}${errorText(error)}`;
  return text.replace(CONTROL, (character) => JSON.stringify(character).slice(1, -1));
}

function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return JSON.stringify(value);
}

function errorText(error: unknown): string {
  const lines: string[] = [];
  let stack: unknown;
  for (let current = error; isObject(current); current = current['cause']) {
    const code = typeof current['code'] === 'string' ? ` (${current['code']})` : '';
    lines.push(`\n    ${lines.length === 0 ? '' : 'because: '}${String(current['message'])}${code}`);
    const violations: unknown = current['violations'];
    if (Array.isArray(violations)) lines.push(...violations.map((violation) => `\n      ${String(violation)}`));
    // The innermost cause is where it happened.
    stack = current['stack'] ?? stack;
  }
  if (typeof stack === 'string') lines.push(...stack.split('\n').map((frame) => `\n      ${frame}`));
  return lines.join('');
}
