import type { Clock } from '../../lib/clock.js';
import { httpCall } from '../http-call.js';
import type { ReportArchive } from './archive.js';
import { gather, type Gathered } from './gather.js';
import { DAEMON_PATHS, fileSource, findFiles, type Folder, type ProgramSource } from './sources.js';

const MIB = 1024 ** 2;
/** Of the texts together, before they are compressed. */
const TOTAL_BYTES = 50 * MIB;
const ANSWER_TIMEOUT_MS = 5_000;
/** However many sources are slow, a technician waits no longer. */
const PATIENCE_MS = 180_000;
/** With less room than this, the rest is named and not taken. */
const LEAST_BYTES = 64 * 1024;
/** Rotated logs included, a folder of ours has far fewer. */
const MAX_FILES = 40;

/** A file of the report, or one that is not in it. */
export interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** What is missing, or why all of it is; null when it is complete. */
  readonly note: string | null;
}

export interface CollectorOptions {
  readonly archive: ReportArchive;
  readonly hide: (text: string) => string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Fills the archive, one source after the other, and remembers what it could not get. Never throws for a source. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #entries: Entry[] = [];
  readonly #hanging = new Set<string>();
  readonly #startedMs: number;
  #left = TOTAL_BYTES;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monoMs();
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Takes the text without its secrets; of more than there is room for, the end. */
  add(name: string, text: string, note: string | null): void {
    const { archive, hide, clock } = this.#options;
    const hidden = hide(text);
    const bytes = Buffer.byteLength(hidden);
    if (bytes > this.#left) return this.miss(name, 'the report is full');
    this.#left -= bytes;
    this.#entries.push({ name, bytes, note });
    if (bytes > 0) archive.add(name, hidden, new Date(clock.nowEpochMs()));
  }

  /** The list of what is there and what is not, however full it is. Last. */
  close(name: string, text: string): void {
    const { archive, hide, clock } = this.#options;
    archive.add(name, hide(text), new Date(clock.nowEpochMs()));
  }

  miss(name: string, why: string): void {
    this.#entries.push({ name, bytes: 0, note: why });
  }

  async programs(sources: readonly ProgramSource[]): Promise<void> {
    for (const source of sources) {
      const { text, note } = await this.run(source);
      if (text === '') this.miss(source.name, note ?? 'empty');
      else this.add(source.name, text, note);
    }
  }

  /** Of a program that did not end once, nothing more is asked. */
  async run({ name: _name, command, args, limitBytes, timeoutMs }: ProgramSource, env: Readonly<Record<string, string>> = {}): Promise<Gathered> {
    const { clock, signal } = this.#options;
    const leftMs = PATIENCE_MS - (clock.monoMs() - this.#startedMs);
    const refused = this.#hanging.has(command) ? `${command} did not end before` : leftMs <= 0 ? 'it took too long to come to this' : this.#left < LEAST_BYTES ? 'the report is full' : null;
    if (refused !== null) return { text: '', note: refused, hangs: false };
    const gathered = await gather(command, args, { limitBytes: Math.min(limitBytes, this.#left), timeoutMs: Math.min(timeoutMs, leftMs), signal, env });
    // A file that hangs says nothing about other files.
    if (gathered.hangs && command !== 'tail' && command !== 'find') this.#hanging.add(command);
    return gathered;
  }

  /** The newest files of a folder that are wanted from it. */
  async folder(folder: Folder): Promise<void> {
    const found = await this.run(findFiles(folder));
    if (found.note !== null) this.miss(`${folder.into}/`, `${folder.path}: ${found.note}`);
    const names = newestFirst(found.text);
    if (names.length === 0 && found.note === null) this.miss(`${folder.into}/`, `${folder.path}: no files`);
    if (names.length > MAX_FILES) this.miss(`${folder.into}/`, `${folder.path}: only the newest ${MAX_FILES} of ${names.length} files`);
    await this.programs(names.slice(0, MAX_FILES).map((name) => fileSource(`${folder.into}/${entryName(name)}`, `${folder.path}/${name}`)));
  }

  /** What the daemon says of itself; when it does not answer once, it is not asked again. */
  async daemon(url: string): Promise<void> {
    const { signal } = this.#options;
    let silent: string | null = null;
    for (const [name, path] of DAEMON_PATHS) {
      if (silent === null) {
        try {
          const { text } = await httpCall(`${url}${path}`, { method: 'GET', timeoutMs: ANSWER_TIMEOUT_MS, signal });
          this.add(name, text, null);
          continue;
        } catch (thrown) {
          silent = `${url}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
        }
      }
      this.miss(name, silent);
    }
  }
}

/** Names out of `<mtime> <name>` entries that end with NUL, the newest first, each once. */
export function newestFirst(text: string): readonly string[] {
  const found = text.split('\0').flatMap((entry) => {
    const at = entry.indexOf(' ');
    return at > 0 ? [{ time: Number(entry.slice(0, at)), name: entry.slice(at + 1) }] : [];
  });
  return [...new Set(found.sort((a, b) => b.time - a.time).map(({ name }) => name))];
}

/** Any file name as one that every unpacker takes. */
function entryName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}@.+_-]/gu, '_').replaceAll('..', '_');
}
