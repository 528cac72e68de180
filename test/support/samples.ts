/** What the reference daemon answered, recorded and reduced to shapes and fixed words, and how answers are compared with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from '#typebox';
import { isObject, jsonTypeOf } from '../../src/lib/json-schema.js';
import { compileSchema } from '../../src/lib/schema.js';

const FILE = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'footballvision-samples.json');

const Sample = Type.Object({
  name: Type.String(),
  /** What the rig was doing; samples are in the order in which they were asked for. */
  state: Type.Union(['idle', 'preview', 'recording', 'stopping', 'stopped'].map((state) => Type.Literal(state))),
  method: Type.String(),
  path: Type.String(),
  /** Body of the request: text as it is, everything else as JSON. */
  sent: Type.Optional(Type.Unknown()),
  status: Type.Integer(),
  body: Type.Unknown(),
});
export type Sample = Static<typeof Sample>;

const Exchange = Type.Object({ sent: Type.Unknown(), received: Type.Array(Type.Record(Type.String(), Type.Unknown())) });
export type Exchange = Static<typeof Exchange>;

const file = compileSchema(Type.Object({ rest: Type.Array(Sample), websocket: Type.Array(Exchange) }));

export function readSamples(): { readonly rest: readonly Sample[]; readonly websocket: readonly Exchange[] } {
  return file.assert(JSON.parse(readFileSync(FILE, 'utf8')), 'samples');
}

/** Where the words themselves are what clients compare or show. Elsewhere the type counts. */
const FIXED_WORDS = new Set(['message', 'detail', 'mode', 'state', 'service', 'version', 'status', 'transport', 'stream_kind', 'hls_url', 'log_type', 'code', 'error', 'id', 'action', 'type', 'match_id', 'camera']);
const FIGURE = /\d+\.\d+s/g;

/**
 * What a client of the reference would miss in an answer, as `path: what`; empty when it has every key of the sample with
 * a value of the same type and, where words are fixed, the same words. A null of the sample stands for any value, and
 * more keys than in the sample do no harm.
 */
export function missedIn(answer: unknown, sample: unknown, path = ''): readonly string[] {
  if (answer === undefined) return [`${path}: missing`];
  if (sample === null) return [];
  if (typeOf(answer) !== typeOf(sample)) return [`${path}: ${typeOf(answer)} instead of ${typeOf(sample)}`];
  if (Array.isArray(sample)) return Array.isArray(answer) ? missedInList(answer, sample, path) : [];
  if (isObject(sample) && isObject(answer)) return Object.keys(sample).flatMap((key) => missedIn(answer[key], sample[key], path === '' ? key : `${path}.${key}`));
  const areWordsFixed = typeof sample === 'string' && FIXED_WORDS.has(path.split('.').at(-1) ?? '');
  return areWordsFixed && String(answer).replace(FIGURE, '') !== sample.replace(FIGURE, '') ? [`${path}: "${String(answer)}" instead of "${sample}"`] : [];
}

/** JSON knows one type of number. */
function typeOf(value: unknown): string {
  return jsonTypeOf(value).replace('integer', 'number');
}

/** Lists of numbers are compared as they are, of other things each element with the sample's first. */
function missedInList(answer: readonly unknown[], sample: readonly unknown[], path: string): readonly string[] {
  const [first] = sample;
  if (first === undefined) return [];
  if (typeof first === 'number') return JSON.stringify(answer) === JSON.stringify(sample) ? [] : [`${path}: ${JSON.stringify(answer)} instead of ${JSON.stringify(sample)}`];
  if (answer.length === 0) return [`${path}: empty`];
  return answer.flatMap((element, index) => missedIn(element, first, `${path}.${index}`));
}
