import { copyFile, type FileHandle, open, readdir, stat, truncate } from 'node:fs/promises';
import { errnoOf } from '../lib/file-error.js';
import { scanHostLog, type NvvicLine } from './host-log-scan.js';

/** A place in a log that survives its being renamed. */
export interface LogPlace {
  readonly inode: number;
  readonly offset: number;
}

export interface NvvicFinding extends NvvicLine {
  readonly camera: number;
  /** False for a line that was there before anybody looked. */
  readonly isLive: boolean;
  /** Behind the line. */
  readonly place: LogPlace;
}

interface Followed {
  inode: number;
  offset: number;
  lastOwnLine: string | null;
  isLive: boolean;
}

const LOG_NAME = /^camera(\d{1,3})\.log$/;
const CHUNK_BYTES = 256 * 1024;
const CHUNKS_PER_LOOK = 4;
/** A reader that is so far behind goes on near the end: newer lines matter more than all lines. */
const MAX_BEHIND_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;
/** A camera stack that complains of each frame must not take the room of the match that it records. */
const MAX_LOG_BYTES = 8 * 1024 * 1024;

/**
 * Follows the logs of the camera hosts in a folder and reports what their camera stacks complain about. Each look costs
 * a stat per log, and reads only what is new, in bounded pieces. A log that was put aside (`camera0.log.1`) is read to
 * its end first. One that grew too large is copied there and emptied: its host, which appends to it, may record for
 * hours before it starts again.
 */
export class HostLogFollower {
  readonly #logDir: string;
  readonly #resume: ReadonlyMap<number, LogPlace>;
  readonly #report: (finding: NvvicFinding) => void;
  readonly #followed = new Map<number, Followed>();

  /** `resume`: up to where each camera's log was followed before. */
  constructor(logDir: string, resume: ReadonlyMap<number, LogPlace>, report: (finding: NvvicFinding) => void) {
    this.#logDir = logDir;
    this.#resume = resume;
    this.#report = report;
  }

  /** One look at every log. Rejects when a log cannot be read; the next look goes on where this one was. */
  async look(): Promise<void> {
    for (const name of await readdir(this.#logDir)) {
      const digits = LOG_NAME.exec(name)?.[1];
      if (digits !== undefined) await this.#lookAt(Number(digits), `${this.#logDir}/${name}`);
    }
  }

  async #lookAt(camera: number, path: string): Promise<void> {
    const now = await statOrNull(path);
    if (now === null) return;
    let state = this.#followed.get(camera);
    if (state === undefined) {
      const before = this.#resume.get(camera);
      state = { inode: before?.inode ?? now.inode, offset: before?.offset ?? 0, lastOwnLine: null, isLive: false };
      this.#followed.set(camera, state);
    }
    if (state.inode !== now.inode) {
      const old = await statOrNull(`${path}.1`);
      if (old?.inode === state.inode && !(await this.#readNew(camera, `${path}.1`, state, old.size))) return;
      state.inode = now.inode;
      state.offset = 0;
    }
    if (now.size < state.offset) state.offset = 0;
    if (await this.#readNew(camera, path, state, now.size)) state.isLive = true;
    if (now.size <= MAX_LOG_BYTES) return;
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
    state.offset = 0;
  }

  /** Whether everything up to `size` has been seen. */
  async #readNew(camera: number, path: string, state: Followed, size: number): Promise<boolean> {
    if (size <= state.offset) return true;
    if (size - state.offset > MAX_BEHIND_BYTES) state.offset = size - CHUNK_BYTES;
    const file = await open(path, 'r');
    try {
      for (let chunk = 0; chunk < CHUNKS_PER_LOOK; chunk += 1) {
        const text = await wholeLines(file, state.offset);
        if (text.length === 0) return true;
        const { found, lastOwnLine } = scanHostLog(text, state.lastOwnLine);
        for (const line of found) this.#report({ ...line, camera, isLive: state.isLive, place: { inode: state.inode, offset: state.offset + line.end } });
        state.lastOwnLine = lastOwnLine;
        state.offset += text.length;
      }
      return state.offset >= size;
    } finally {
      await file.close();
    }
  }
}

/** What is there from `offset` on, up to the last newline; a line that fills a whole chunk is taken as it is. */
async function wholeLines(file: FileHandle, offset: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(CHUNK_BYTES), length: CHUNK_BYTES, position: offset });
  const text = buffer.subarray(0, bytesRead);
  const newline = text.lastIndexOf(NEWLINE);
  return newline < 0 && bytesRead === CHUNK_BYTES ? text : text.subarray(0, newline + 1);
}

async function statOrNull(path: string): Promise<{ readonly inode: number; readonly size: number } | null> {
  try {
    const { ino, size } = await stat(path);
    return { inode: ino, size };
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}
