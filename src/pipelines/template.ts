/**
 * A template is a piece of a GStreamer pipeline in lines. `#` begins a comment line. A line that begins with a
 * condition stands only when it holds: `?crop`, `?!crop`, `?format=mjpeg`. Placeholders are typed (see values.ts).
 */
import type { Violation } from '../errors.js';
import { didYouMean } from '../lib/did-you-mean.js';
import { echoOf } from '../lib/violations.js';
import {
  describePlaceholder,
  encodeValue,
  FREE_TEXT_TYPES,
  VALUE_TYPES,
  type Placeholder,
  type Scalar,
  type ValueType,
  type Values,
} from './values.js';

interface Condition {
  readonly name: string;
  /** The value that it compares with; null = is the name's value true. */
  readonly equals: string | null;
  readonly negated: boolean;
}

interface Line {
  readonly number: number;
  readonly condition: Condition | null;
  readonly parts: readonly (string | Placeholder)[];
}

/** A parsed template file. */
export interface Template {
  /** Path inside the pipelines folder, e.g. `sources/v4l2.gst`. */
  readonly file: string;
  readonly lines: readonly Line[];
  /** Names of all placeholders and conditions. */
  readonly names: ReadonlySet<string>;
  readonly placeholders: readonly Placeholder[];
  /** For each name that conditions compare with words: those words. */
  readonly choices: ReadonlyMap<string, ReadonlySet<string>>;
}

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly violations: readonly Violation[] };

const CONDITION = /^\?(!?)([a-z][a-z0-9_]*)(?:=([A-Za-z0-9_.-]+))?(?:\s+|$)/;
const PLACEHOLDER = /\{\{\s*([a-z][a-z0-9_]*)\s*:\s*([a-z]+)\s*(?:\(([^(){}]*)\))?\s*\}\}/g;
const PROPERTY_BEFORE = /(?:^|\s)[A-Za-z][A-Za-z0-9_-]*=$/;

/** Reads a template; all its mistakes come back, each with the line. */
export function parseTemplate(file: string, text: string): TemplateResult {
  const violations: Violation[] = [];
  const lines: Line[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const report = (message: string, value?: string): void => {
      violations.push({
        path: [file, `line ${index + 1}`],
        message,
        rule: 'template',
        ...(value === undefined ? {} : { value }),
      });
    };
    const condition = CONDITION.exec(trimmed);
    if (condition === null && trimmed.startsWith('?')) {
      report('must begin with a condition such as ?name, ?!name or ?name=word, then a blank', trimmed);
      return;
    }
    const body = trimmed.slice(condition?.[0].length ?? 0);
    lines.push({ number: index + 1, condition: conditionOf(condition), parts: parseParts(body, report) });
  });
  if (lines.length === 0)
    violations.push({ path: [file], message: 'must hold a pipeline, is empty', rule: 'template' });
  if (violations.length > 0) return { ok: false, violations };
  return { ok: true, template: { file, lines, ...summaryOf(lines) } };
}

function conditionOf(match: RegExpExecArray | null): Condition | null {
  if (match === null) return null;
  return { name: match[2] ?? '', equals: match[3] ?? null, negated: match[1] === '!' };
}

function parseParts(body: string, report: (message: string, value?: string) => void): (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let end = 0;
  for (const match of body.matchAll(PLACEHOLDER)) {
    const before = body.slice(end, match.index);
    parts.push(before);
    end = match.index + match[0].length;
    const placeholder = placeholderOf(match, report);
    if (placeholder === null) continue;
    const follows = body.charAt(end);
    const isWholeValue = PROPERTY_BEFORE.test(before) && (follows === '' || /\s/.test(follows));
    if (FREE_TEXT_TYPES.has(placeholder.type) && !isWholeValue) {
      report(`a ${placeholder.type} must be the whole value of a property, as in location=${match[0]}`, body);
    }
    parts.push(placeholder);
  }
  parts.push(body.slice(end));
  if (parts.some((part) => typeof part === 'string' && /\{\{|\}\}/.test(part))) {
    report(`has a placeholder that is not {{name:type}}; types are ${VALUE_TYPES.join(', ')}`, body);
  }
  return parts.filter((part) => part !== '');
}

function placeholderOf(match: RegExpExecArray, report: (message: string, value?: string) => void): Placeholder | null {
  const [whole, name = '', word = '', argument] = match;
  const type = VALUE_TYPES.find((candidate) => candidate === word);
  if (type === undefined) {
    const meant = didYouMean(word, VALUE_TYPES);
    report(
      `has an unknown type${meant === null ? '.' : `; did you mean ${meant}?`} Types are ${VALUE_TYPES.join(', ')}`,
      whole,
    );
    return null;
  }
  const plain: Placeholder = { name, type, range: null, choices: null };
  if (argument === undefined) return plain;
  const narrowed = narrow(plain, type, argument);
  if (narrowed === null) report('must narrow its type as int(1..10), float(0..1) or enum(a|b)', whole);
  return narrowed;
}

function narrow(plain: Placeholder, type: ValueType, argument: string): Placeholder | null {
  if (type === 'enum') {
    const choices = argument.split('|').map((choice) => choice.trim());
    return choices.every((choice) => /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(choice)) ? { ...plain, choices } : null;
  }
  const bounds = /^\s*(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*$/.exec(argument);
  if (bounds === null || (type !== 'int' && type !== 'float')) return null;
  return { ...plain, range: { lowest: Number(bounds[1]), highest: Number(bounds[2]) } };
}

function summaryOf(lines: readonly Line[]): Pick<Template, 'names' | 'placeholders' | 'choices'> {
  const placeholders = lines.flatMap((line) => line.parts.filter((part) => typeof part !== 'string'));
  const conditions = lines.flatMap((line) => (line.condition === null ? [] : [line.condition]));
  const choices = new Map<string, Set<string>>();
  for (const { name, equals } of conditions) {
    if (equals !== null) choices.set(name, (choices.get(name) ?? new Set<string>()).add(equals));
  }
  return { placeholders, choices, names: new Set([...placeholders, ...conditions].map(({ name }) => name)) };
}

export interface Filled {
  /** The lines that stand, one per line. */
  readonly text: string;
  readonly violations: readonly Violation[];
}

/**
 * The template with its values. `flags` are the renderer's own true/false conditions. A value that is missing or does
 * not fit is a violation at `path(name)`, the place where the person wrote it.
 */
export function fillTemplate(
  template: Template,
  values: Values,
  flags: ReadonlySet<string>,
  path: (name: string) => readonly (string | number)[],
): Filled {
  const violations: Violation[] = [];
  const report = (name: string, expected: string, value: Scalar | undefined): void => {
    const found =
      value === undefined
        ? { message: `is missing: must be ${expected}`, rule: 'required' }
        : { message: `must be ${expected}`, rule: 'value', value: echoOf(value) };
    violations.push({ path: path(name), ...found });
  };
  for (const [name, words] of template.choices) {
    const value = values.get(name);
    if (typeof value !== 'string' || !words.has(value)) report(name, `one of ${[...words].join(', ')}`, value);
  }
  const text = template.lines
    .filter(({ condition }) => condition === null || holds(condition, values, flags))
    .map(({ parts }) =>
      parts
        .map((part) => {
          if (typeof part === 'string') return part;
          const value = values.get(part.name);
          const encoded = value === undefined ? null : encodeValue(part, value);
          if (encoded?.ok === true) return encoded.text;
          report(part.name, encoded?.expected ?? describePlaceholder(part), value);
          return '';
        })
        .join(''),
    )
    .join('\n');
  return { text, violations };
}

function holds({ name, equals, negated }: Condition, values: Values, flags: ReadonlySet<string>): boolean {
  const value = values.get(name);
  const isTrue = equals === null ? flags.has(name) || value === true : value === equals;
  return isTrue !== negated;
}
