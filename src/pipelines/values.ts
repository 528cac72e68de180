/**
 * The values that stand in a template's placeholders: `{{name:type}}`, `{{name:int(0..10)}}`, `{{name:enum(a|b)}}`.
 * Each type decides which values it takes and how they are written, so that no value can end its property and begin
 * another property or element.
 */
import { posix } from 'node:path';

export type Scalar = string | number | boolean;
export type Values = ReadonlyMap<string, Scalar>;

export const VALUE_TYPES = ['int', 'float', 'bool', 'fraction', 'enum', 'string', 'path', 'device', 'url'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** Types whose values are free text: they may stand only as the whole value of an element's property. */
export const FREE_TEXT_TYPES: ReadonlySet<ValueType> = new Set<ValueType>(['string', 'path', 'device', 'url']);

export interface Placeholder {
  readonly name: string;
  readonly type: ValueType;
  /** Of `int` and `float`. */
  readonly range: { readonly lowest: number; readonly highest: number } | null;
  /** Of `enum`. */
  readonly choices: readonly string[] | null;
}

export type Encoded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly expected: string };

const PLAIN = /^[A-Za-z0-9_.,/:+@%=?&~#-]+$/;
const ENUM_WORD = /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/;
const DEVICE = /^\/dev\/[A-Za-z0-9_.,/:+@-]+$/;
const STREAM_PROTOCOLS: ReadonlySet<string> = new Set(['rtsp:', 'rtsps:', 'rtspt:', 'rtspu:', 'rtsph:']);
const MAX_TEXT = 4096;

/** The value as pipeline text, or in words what the placeholder takes ("must be …"). */
export function encodeValue(placeholder: Placeholder, value: Scalar): Encoded {
  const text = textOf(placeholder, value);
  return text === null ? { ok: false, expected: describePlaceholder(placeholder) } : { ok: true, text };
}

/** What a placeholder takes, in words that follow "must be". */
export function describePlaceholder({ type, range, choices }: Placeholder): string {
  const between = range === null ? '' : ` between ${range.lowest} and ${range.highest}`;
  switch (type) {
    case 'int':
      return `a whole number${between}`;
    case 'float':
      return `a number${between}`;
    case 'bool':
      return 'true or false';
    case 'fraction':
      return 'a rate above 0 and up to 1000';
    case 'enum':
      return choices === null ? 'one word of letters, digits, ".", "_", "+" and "-"' : `one of ${choices.join(', ')}`;
    case 'string':
      return `text of at most ${MAX_TEXT} characters`;
    case 'path':
      return 'an absolute path';
    case 'device':
      return 'a device such as /dev/video0';
    case 'url':
      return 'an address such as rtsp://camera/stream';
  }
}

function textOf({ type, range, choices }: Placeholder, value: Scalar): string | null {
  switch (type) {
    case 'int':
      return typeof value === 'number' && Number.isSafeInteger(value) && isWithin(value, range) ? String(value) : null;
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) && isWithin(value, range) ? decimal(value) : null;
    case 'bool':
      return typeof value === 'boolean' ? String(value) : null;
    case 'fraction':
      return typeof value === 'number' && value > 0 && value <= 1000 ? fraction(value) : null;
    case 'enum':
      return typeof value === 'string' && (choices === null ? ENUM_WORD.test(value) : choices.includes(value))
        ? value
        : null;
    case 'string':
      return isText(value) ? encodeText(value) : null;
    case 'path':
      return isText(value) && value.startsWith('/') ? encodeText(value) : null;
    case 'device':
      return isText(value) && DEVICE.test(value) && posix.normalize(value) === value ? encodeText(value) : null;
    case 'url':
      return isText(value) ? encodeUrl(value) : null;
  }
}

const isWithin = (value: number, range: Placeholder['range']): boolean =>
  range === null || (value >= range.lowest && value <= range.highest);

/** GObject strings end at NUL and must be UTF-8, which a lone surrogate has no form in. */
const isText = (value: Scalar): value is string =>
  typeof value === 'string' && value.length <= MAX_TEXT && !value.includes('\0') && value.isWellFormed();

/** Without an exponent, which the pipeline parser does not read in every context. */
const decimal = (value: number): string => String(Number(value.toFixed(6)));

/** Frames per second as GStreamer's fraction; the NTSC rates (29.97, 59.94) as the fractions that they stand for. */
export function fraction(framesPerSecond: number): string {
  if (Number.isInteger(framesPerSecond)) return `${framesPerSecond}/1`;
  const ntsc = Math.round(framesPerSecond * 1.001);
  if (Math.abs((ntsc * 1000) / 1001 - framesPerSecond) < 0.005) return `${ntsc * 1000}/1001`;
  return `${Math.max(1, Math.round(framesPerSecond * 1000))}/1000`;
}

/**
 * A text as the value of a property. Plain words stand as they are, others in double quotes. What the parser would
 * read again inside quotes (a quote, a backslash, control characters, the word NULL) is written as GStreamer
 * serialises strings, with octal escapes: `\"a\\042b\"`. That form has no blank and no bare quote, so it also comes
 * through gst-launch, which joins its arguments.
 */
function encodeText(value: string): string {
  if (PLAIN.test(value) && value !== 'NULL') return value;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (value !== 'NULL' && !/["\\\u0000-\u001f\u007f-\u009f]/.test(value)) return `"${value}"`;
  const octal = [...Buffer.from(value, 'utf8')]
    .map((byte) => (isSerialisedAsIs(byte) ? String.fromCharCode(byte) : `\\\\${byte.toString(8).padStart(3, '0')}`))
    .join('');
  return `\\"${octal}\\"`;
}

const isSerialisedAsIs = (byte: number): boolean => /[A-Za-z0-9_/:.+-]/.test(String.fromCharCode(byte));

/** URLs have an escape of their own (%XX) for whatever must not stand in them. */
function encodeUrl(value: string): string | null {
  const escaped = value.replace(/[^A-Za-z0-9_.,/:+@%=?&~#;!$()*[\]-]/gu, (character) =>
    encodeURIComponent(character).replace("'", '%27'),
  );
  if (!URL.canParse(escaped)) return null;
  const { protocol, hostname } = new URL(escaped);
  return STREAM_PROTOCOLS.has(protocol) && hostname !== '' ? `"${escaped}"` : null;
}
