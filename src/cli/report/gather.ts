import { spawn } from 'node:child_process';

/** What one source gave. */
export interface Gathered {
  readonly text: string;
  /** What is missing from the text, or why there is none; null when it is complete. */
  readonly note: string | null;
  /** It did not end by itself: asking it again would cost as long. */
  readonly hangs: boolean;
}

export interface GatherOptions {
  /** Of a longer output, the end is kept. */
  readonly limitBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

const MAX_NOTE_CHARS = 300;

/**
 * Runs a program and keeps the end of what it prints. Never rejects, and comes back after `timeoutMs` whatever the
 * program does: one that waits for a dead disk cannot even be killed. Texts are cut at ends of lines, because half a line
 * may hold half a secret, which nothing recognises.
 */
export function gather(command: string, args: readonly string[], { limitBytes, timeoutMs, signal, env }: GatherOptions): Promise<Gathered> {
  return new Promise((resolve) => {
    const output = new Tail(limitBytes);
    const complaints = new Tail(4096);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C', SYSTEMD_PAGER: '', ...env } });
    let isOver = false;
    const finish = (why: string | null, hangs: boolean): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      const isCutShort = why !== null && hangs;
      const text = output.lines(isCutShort);
      const cut = output.isCut ? [`only the last ${output.kept} bytes`] : [];
      const said = why === null ? [] : [[why, complaints.lines(false).trim().replaceAll('\n', '; ')].filter((part) => part !== '').join(': ')];
      const note = [...cut, ...said].join('; ').slice(0, MAX_NOTE_CHARS);
      resolve({ text, note: note === '' ? null : note, hangs });
    };
    const giveUp = (why: string): void => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      finish(why, true);
    };
    const onAbort = (): void => giveUp('interrupted');
    const timer = setTimeout(() => giveUp(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => complaints.add(chunk));
    child.once('error', (error) => finish('code' in error && error.code === 'ENOENT' ? `there is no ${command} here` : error.message, false));
    child.once('close', (code, killedBy) => finish(code === 0 ? null : `ended with ${code ?? killedBy}`, false));
  });
}

/** The end of a stream. */
class Tail {
  readonly #limitBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  isCut = false;
  /** After `lines`: how much was left of a cut one. */
  kept = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let first = this.#chunks[0]; first !== undefined && this.#bytes - first.length >= this.#limitBytes; first = this.#chunks[0]) {
      this.#chunks.shift();
      this.#bytes -= first.length;
      this.isCut = true;
    }
  }

  /** Whole lines within the limit. @param isTorn whether the last one may be half */
  lines(isTorn: boolean): string {
    const all = Buffer.concat(this.#chunks);
    const surplus = Math.max(0, all.length - this.#limitBytes);
    this.isCut ||= surplus > 0;
    const from = this.isCut ? all.indexOf('\n', Math.max(0, surplus - 1)) + 1 : 0;
    const to = isTorn ? all.lastIndexOf('\n') + 1 : all.length;
    const text = this.isCut && from === 0 ? '' : all.subarray(from, Math.max(from, to)).toString('utf8');
    this.kept = Buffer.byteLength(text);
    return text;
  }
}
