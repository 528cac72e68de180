/** What is known of one match from its folder, read on from where it was read before: a match may have thousands of files. */
import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { journalPath, segmentsDir } from '../camera/journal.js';
import { journalEntryIn } from '../camera/journal-lines.js';
import { parseSegmentName } from '../camera/segment-names.js';
import { CameraHistory } from './camera-history.js';
import { FinalFiles } from './final-files.js';
import type { SegmentFile } from './manifest.js';

// Non-blocking, because opening a FIFO in the file's place would otherwise wait for a writer.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const PIECE_BYTES = 64 * 1024;
const NEW_LINE = 0x0a;

export interface CameraFacts {
  readonly camera: number;
  readonly history: CameraHistory;
  readonly files: readonly SegmentFile[];
}

export class MatchHistory {
  readonly matchDir: string;
  readonly #journals: readonly JournalReading[];
  readonly #finals = new FinalFiles();
  /** Names that no journal knows, as the folder had them at the first look; null before that. */
  #others: readonly string[] | null = null;

  constructor(matchDir: string, cameraIds: readonly number[]) {
    this.matchDir = matchDir;
    this.#journals = cameraIds.map((camera) => new JournalReading(matchDir, camera));
  }

  /**
   * As it is now; one call at a time. What cannot be read is left out. The folder itself is read the first time: what is added to it
   * later, a journal tells of.
   */
  async read(): Promise<readonly CameraFacts[]> {
    // After the journals: whoever opens a segment may do so at any moment.
    const histories = await Promise.all(this.#journals.map((journal) => journal.read().catch(() => journal.history)));
    this.#others ??= await this.#unknown(histories);
    const others = this.#others;
    return Promise.all(
      this.#journals.map(async ({ camera, history }) => {
        const own = others.filter((name) => parseSegmentName(name)?.camera === camera);
        return { camera, history, files: await this.#files(history, new Set([...history.segments.keys(), ...own])) };
      }),
    );
  }

  async #unknown(histories: readonly CameraHistory[]): Promise<readonly string[]> {
    const names = await readdir(segmentsDir(this.matchDir)).catch(() => []);
    return names.filter((name) => !histories.some(({ segments }) => segments.has(name)));
  }

  async #files(history: CameraHistory, names: ReadonlySet<string>): Promise<readonly SegmentFile[]> {
    const files: SegmentFile[] = [];
    for (const name of names) {
      const file = await this.#finals.look(segmentsDir(this.matchDir), name, history.segments.get(name)?.frames != null);
      if (file !== null) files.push(file);
    }
    return files;
  }
}

/** The journal of one camera, which only ever grows. */
class JournalReading {
  readonly camera: number;
  readonly #path: string;
  history = new CameraHistory();
  #inode = -1;
  #readBytes = 0;
  /** A line whose end is not there yet. */
  #begun = Buffer.alloc(0);

  constructor(matchDir: string, camera: number) {
    this.camera = camera;
    this.#path = journalPath(matchDir, camera);
  }

  /** Rejects when the disk does. */
  async read(): Promise<CameraHistory> {
    const handle = await open(this.#path, FLAGS);
    try {
      await this.#follow(handle);
    } finally {
      await handle.close();
    }
    return this.history;
  }

  async #follow(handle: FileHandle): Promise<void> {
    const facts = await handle.stat();
    if (!facts.isFile()) return;
    // Another file, or one that was cut: nothing of what was read is in it for certain.
    if (facts.ino !== this.#inode || facts.size < this.#readBytes) this.#begin(facts.ino);
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(1, facts.size - this.#readBytes)));
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, piece.length, this.#readBytes);
      if (bytesRead === 0) return;
      this.#readBytes += bytesRead;
      this.#take(piece.subarray(0, bytesRead));
    }
  }

  #begin(inode: number): void {
    this.history = new CameraHistory();
    this.#inode = inode;
    this.#readBytes = 0;
    this.#begun = Buffer.alloc(0);
  }

  #take(piece: Buffer): void {
    let from = 0;
    for (let end = piece.indexOf(NEW_LINE); end >= 0; end = piece.indexOf(NEW_LINE, from)) {
      const entry = journalEntryIn(Buffer.concat([this.#begun, piece.subarray(from, end)]).toString());
      if (entry !== null) this.history.add(entry);
      this.#begun = Buffer.alloc(0);
      from = end + 1;
    }
    this.#begun = Buffer.concat([this.#begun, piece.subarray(from)]);
  }
}
