/** Reading of rendered pipeline text: its elements, its form for a shell, its form for a log. */
import { redactUrl } from '../lib/redact.js';

const QUOTED = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'`;
const WORD = String.raw`(?:\\.|[^\s\\])+`;
/** An assignment, a quoted text or a word: what the pipeline parser takes as one, blanks in quotes included. */
const TOKEN = new RegExp(String.raw`[A-Za-z0-9_%:-]+\s*=\s*(?:${QUOTED}|${WORD})|${QUOTED}|${WORD}`, 'gs');
const FACTORY = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** An element of a pipeline in the order of the text. */
export interface PipelineElement {
  readonly factory: string;
  /** Its `name=`, or the name that GStreamer gives it (`queue0`, `queue1` … per factory, in one fresh process). */
  readonly name: string;
}

export const tokensOf = (text: string): string[] => text.match(TOKEN) ?? [];

/** The elements of a linear or branched pipeline text; caps, properties and pad references are left out. */
export function parseElements(text: string): PipelineElement[] {
  const found: { factory: string; name: string | null }[] = [];
  for (const token of tokensOf(text)) {
    const name = /^name\s*=\s*["']?([^"']+)["']?$/.exec(token)?.[1];
    const current = found.at(-1);
    if (name !== undefined && current !== undefined) current.name = name;
    else if (FACTORY.test(token)) found.push({ factory: token, name: null });
  }
  const counts = new Map<string, number>();
  return found.map(({ factory, name }) => {
    const index = counts.get(factory) ?? 0;
    counts.set(factory, index + 1);
    return { factory, name: name ?? `${factory}${index}` };
  });
}

/** Factory names used in a pipeline text, each once, in the order of the text. */
export const elementsOf = (text: string): string[] => [...new Set(parseElements(text).map(({ factory }) => factory))];

/** The pipeline as a command for a shell, one line per element. */
export function toShellCommand(text: string): string {
  const words = tokensOf(text).map(shellWord);
  return `gst-launch-1.0 -e ${words.join(' ')}`.replaceAll(" '!' ", " \\\n  '!' ");
}

/** The pipeline's tokens as gst-launch-1.0 wants them, one argument each. */
export const toArguments = tokensOf;

const shellWord = (word: string): string =>
  /^[A-Za-z0-9_=:.,/+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** The text with the credentials of stream addresses hidden: for everything that is printed, logged or sent. */
export const redactPipeline = (text: string): string => redactUrl(text);
