/** Input that nobody sends by accident. Every value must be refused, whatever the rig does at the moment. */

/** Texts that must not name a recording. */
export const HOSTILE_MATCH_IDS: readonly string[] = [
  '.',
  '..',
  '../../etc/cron.d/x',
  '/etc/passwd',
  '/tmp/touchline-outside',
  'a/../../b',
  '..\\..\\windows',
  'C:\\temp',
  '%2e%2e/%2e%2e/x',
  'file:///etc/passwd',
  'a\0b',
  'a\nb',
  'a\r\nSet-Cookie: x=1',
  '\u001b[2Jclear',
  '\u202egpj.exe',
  'zero\u200bwidth',
  '\ufeff',
  '\ud800',
  'lone \udfff tail',
  'CON',
  'nul.mp4',
  'COM1',
  'lost+found',
  '.hidden',
  'ends with dot.',
  'a"b',
  '<script>alert(1)</script>',
  'a ! filesink location=/tmp/touchline-outside',
  '${HOME}/x',
  '$(touch /tmp/touchline-outside)/x',
  '`id`|x',
  '%s%n%d?',
  ' \t ',
  'ä'.repeat(61),
  'a'.repeat(121),
  'a'.repeat(60_000),
  '💥'.repeat(300),
];

/** Bodies that are no start request: wrong types at each key, and things that are no JSON object. */
export const HOSTILE_BODIES: readonly string[] = [
  '',
  ' ',
  '{',
  '}',
  'null',
  'true',
  '0',
  '"match"',
  '[]',
  '[{}]',
  '{"match_id":1}',
  '{"match_id":true}',
  '{"match_id":[]}',
  '{"match_id":["a"]}',
  '{"match_id":{}}',
  '{"match_id":{"toString":"x"}}',
  '{"match_id":1e999}',
  '{"match_id":"a","match_id":2}',
  '{"force":"true"}',
  '{"force":1}',
  '{"force":0}',
  '{"force":[]}',
  '{"force":{}}',
  '{"process_after_recording":"yes"}',
  '{"process_after_recording":1}',
  '{"process_after_recording":{"__proto__":true}}',
  '{"match_id":"a","force":"maybe","process_after_recording":[1]}',
  "{'match_id':'a'}",
  '{"match_id":"a",}',
  '{"match_id":undefined}',
  '{"match_id":NaN}',
  '{"match_id":"\\ud800"}',
  '{"match_id":"a\\u0000b"}',
  '\u0000',
  'match_id=a',
  '<?xml version="1.0"?><a/>',
  '['.repeat(30_000),
  '{"match_id":'.repeat(5_000),
];

/** Values for a yes or no in a query that are neither. */
export const HOSTILE_FLAGS: readonly string[] = [
  '',
  'maybe',
  'null',
  'undefined',
  '2',
  '-1',
  '1.0',
  'truee',
  'tr%75e%00',
  '%00',
  '%ff%fe',
  '%E0%A4%A',
  '../..',
  '[]',
  '{}',
  'a'.repeat(4_000),
];

/** What leads out of a path, appended to each known one. */
export const HOSTILE_SUFFIXES: readonly string[] = [
  '/..',
  '/../..',
  '/../../../../etc/passwd',
  '/%2e%2e',
  '/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/..%5c..%5c',
  '/%00',
  '/%zz',
  '/%',
  '%00',
  '.json',
  ';a=b',
  '//',
  '/*',
  '/__proto__',
  '/constructor',
  `/${'a'.repeat(3_000)}`,
];

/** A stream of numbers from 0 to below 1 that is the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random start request of which at least one key has a wrong type or a forbidden text. */
export function randomWrongBody(random: () => number): string {
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(random() * values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  };
  const junk = (): unknown => pick<() => unknown>([() => random() * 1e9, () => [], () => ({}), () => [junk()], () => ({ [randomText()]: junk() })])();
  const randomText = (): string => String.fromCharCode(...Array.from({ length: Math.floor(random() * 20) }, () => Math.floor(random() * 0xffff)));
  const wrong = pick<() => Record<string, unknown>>([
    () => ({ match_id: junk() }),
    () => ({ force: pick([junk(), 'true', 1]) }),
    () => ({ process_after_recording: pick([junk(), 'no', 0]) }),
    () => ({ match_id: `${randomText()}/${randomText()}` }),
    () => ({ match_id: `${randomText()}${pick(['\0', '\u202e', '\ud812x', '|', '\\'])}${randomText()}x` }),
  ])();
  return JSON.stringify({ [randomText()]: junk(), force: false, ...wrong });
}
