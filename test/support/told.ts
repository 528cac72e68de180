/**
 * Everything that the daemon and its camera hosts can tell a technician, collected from the sources: messages of log
 * lines from `warn` on, texts of repeated faults, and events.
 */
import { tokensOf, type Token } from './source-scan.js';

export interface Told {
  readonly kind: 'warn' | 'error' | 'fatal' | 'fault' | 'event';
  /** The constant text; null when it is put together, which nobody can look up. */
  readonly text: string | null;
  /** `src/camera/camera.ts:313`. */
  readonly place: string;
}

const LEVELS = new Map<string, Told['kind']>([
  ['warn', 'warn'],
  ['error', 'error'],
  ['fatal', 'fatal'],
]);
const EVENT_NAME = /^[a-z]+(?:_[a-z]+)+$/;

interface Call {
  /** The word before the bracket. */
  readonly name: string;
  /** What stands before the word: `.`, `new`, ... */
  readonly before: readonly string[];
  readonly inside: readonly Token[];
  /** Depth of the arguments. */
  readonly depth: number;
  readonly line: number;
}

/** @param path of the source, for the places */
export function toldBy(path: string, text: string): readonly Told[] {
  const tokens = tokensOf(text);
  const calls = callsIn(tokens);
  const writersOfEvents = new Set(calls.filter(({ inside, depth }) => inside.some((token, index) => token.depth === depth && token.text === 'eventType' && inside[index + 1]?.text === ':' && inside[index + 2]?.kind === 'word')).map(({ name }) => name));
  const told = (kind: Told['kind'], words: string | null, line: number): Told => ({ kind, text: words, place: `${path}:${line}` });

  const lines = calls.flatMap((call): Told[] => {
    const kind = LEVELS.get(call.name);
    if (kind === undefined || !isLog(call)) return [];
    return [told(kind, lastText(call), call.line)];
  });
  const faults = calls.flatMap((call): Told[] => {
    if (call.name === 'RepeatedFault') {
      // `new RepeatedFault(..., options.fault)` passes on what stands elsewhere.
      const passesOn = call.inside.some(({ text: word }) => word === 'fault');
      return passesOn ? [] : [told('fault', lastText(call), call.line)];
    }
    return [];
  });
  const properties = tokens.flatMap((token, index): Told[] => {
    const value = tokens[index + 2];
    // One word alone names a kind of fault and is told to nobody.
    return token.text === 'fault' && tokens[index + 1]?.text === ':' && value?.kind === 'string' && value.text.includes(' ') ? [told('fault', value.text, value.line)] : [];
  });
  return [...lines, ...faults, ...properties, ...eventsIn(tokens, calls, writersOfEvents).map(({ text: name, line }) => told('event', name, line))];
}

function eventsIn(tokens: readonly Token[], calls: readonly Call[], writers: ReadonlySet<string>): readonly Token[] {
  const found = new Set<Token>();
  for (const [index, token] of tokens.entries()) {
    if (token.text !== 'eventType' || tokens[index + 1]?.text !== ':') continue;
    // Up to the end of the property: one name, or a choice of them.
    for (const value of tokens.slice(index + 2)) {
      if (value.depth < token.depth || (value.depth === token.depth && [',', ';', '}'].includes(value.text))) break;
      if (value.kind === 'string' && EVENT_NAME.test(value.text)) found.add(value);
    }
  }
  for (const { name, inside } of calls) {
    if (!writers.has(name)) continue;
    for (const value of inside) if (value.kind === 'string' && EVENT_NAME.test(value.text)) found.add(value);
  }
  return [...found];
}

function callsIn(tokens: readonly Token[]): readonly Call[] {
  return tokens.flatMap((token, index): Call[] => {
    const open = tokens[index + 1];
    if (token.kind !== 'word' || open?.text !== '(') return [];
    const end = tokens.findIndex((candidate, at) => at > index + 1 && candidate.text === ')' && candidate.depth === open.depth);
    const before = [tokens[index - 1]?.text ?? '', tokens[index - 2]?.text ?? '', tokens[index - 3]?.text ?? ''];
    return [{ name: token.text, before, inside: tokens.slice(index + 2, end < 0 ? undefined : end), depth: open.depth + 1, line: token.line }];
  });
}

/** `log.warn(`, `this.#log?.warn(`: what is called so on anything else is no log line. */
function isLog({ before: [dot, owner, beforeOwner] }: Call): boolean {
  if (dot !== '.') return false;
  const name = owner === '?' ? beforeOwner : owner;
  return /log(?:ger)?$/i.test(name ?? '');
}

/** The last argument, when it is a text. */
function lastText({ inside, depth }: Call): string | null {
  const ownCommas = inside.flatMap((token, index) => (token.text === ',' && token.depth === depth ? [index] : []));
  const trailing = ownCommas.at(-1) === inside.length - 1;
  const from = (trailing ? ownCommas.at(-2) : ownCommas.at(-1)) ?? -1;
  const last = inside.slice(from + 1, trailing ? -1 : undefined);
  const [only] = last;
  return last.length === 1 && only?.kind === 'string' ? only.text.replaceAll(/\\(['"\\])/g, '$1') : null;
}
