/** What is known of one match from its folder, read on from where it was read before: a match may have thousands of files. */
import { readdir, stat, type FileHandle } from 'node:fs/promises';
import { segmentsDir } from '../camera/journal.js';
import { isJournalFile, journalEntryIn } from '../camera/journal-lines.js';
import { parseSegmentName } from '../camera/segment-names.js';
import { segmentShape } from '../integrity/mp4.js';
import { CameraHistory } from './camera-history.js';
import { openJournal } from './journal-reader.js';
import type { Manifest, ManifestSegment, SegmentFile } from './manifest.js';

const PIECE_BYTES = 64 * 1024;
const NEW_LINE = 0x0a;

export interface CameraFacts {
  readonly camera: number;
  readonly history: CameraHistory;
  /** Those of which something may be new. */
  readonly files: readonly SegmentFile[];
  /** Those of which everything stands in the manifest before, in their order. */
  readonly settled: readonly ManifestSegment[];
}

/**
 * Read again and again, it holds what came since the manifest in which the rest stands: of thousands of segments each is kept once.
 */
export class MatchHistory {
  readonly matchDir: string;
  readonly #cameraIds: readonly number[];
  #journals: readonly JournalReading[] = [];
  /** Names that no journal knows, as the folder had them at the first look; null before that. */
  #others: readonly string[] | null = null;
  /** Of the manifest that holds what is settled. */
  #base: Manifest['cameras'] | null = null;

  constructor(matchDir: string, cameraIds: readonly number[]) {
    this.matchDir = matchDir;
    this.#cameraIds = cameraIds;
    this.#begin();
  }

  /**
   * As it is now; one call at a time. What cannot be read is left out. The folder itself is read the first time: what is added to it
   * later, a journal tells of.
   *
   * @param previous the manifest before; when it is not the one that was settled with, everything is read anew
   */
  async read(previous: Manifest | null): Promise<readonly CameraFacts[]> {
    if (this.#base !== null && previous?.cameras !== this.#base) this.#begin();
    // Before the folder: whoever opens a segment may do so at any moment.
    const histories = await Promise.all(this.#journals.map((journal) => journal.read().catch(() => journal.history)));
    this.#others ??= await this.#unknown(histories);
    const others = this.#others;
    return Promise.all(
      this.#journals.map(async ({ camera, history }) => {
        const own = others.filter((name) => parseSegmentName(name)?.camera === camera);
        const settled = (this.#base?.[String(camera)]?.segments ?? []).filter((segment) => isSettled(segment) && !history.segments.has(segment.name));
        return { camera, history, files: await this.#files(new Set([...history.segments.keys(), ...own])), settled };
      }),
    );
  }

  /** This manifest is on the disk: what is settled in it need not be kept beside it. Answers with the names of what that was. */
  settle(manifest: Manifest): readonly string[] {
    this.#base = manifest.cameras;
    const others = new Set(this.#others);
    const names: string[] = [];
    for (const { camera, history } of this.#journals) {
      for (const segment of manifest.cameras[String(camera)]?.segments ?? []) {
        const isKept = history.segments.has(segment.name) || others.has(segment.name);
        if (!isKept || !isSettled(segment)) continue;
        history.segments.delete(segment.name);
        others.delete(segment.name);
        names.push(segment.name);
      }
    }
    this.#others = [...others];
    return names;
  }

  #begin(): void {
    this.#journals = this.#cameraIds.map((camera) => new JournalReading(this.matchDir, camera));
    this.#others = null;
    this.#base = null;
  }

  async #unknown(histories: readonly CameraHistory[]): Promise<readonly string[]> {
    const names = await readdir(segmentsDir(this.matchDir)).catch(() => []);
    return names.filter((name) => !histories.some(({ segments }) => segments.has(name)));
  }

  async #files(names: ReadonlySet<string>): Promise<readonly SegmentFile[]> {
    const files: SegmentFile[] = [];
    for (const name of names) {
      const path = `${segmentsDir(this.matchDir)}/${name}`;
      const facts = await stat(path).catch(() => null);
      if (facts === null) continue;
      files.push({ name, bytes: facts.size, finalised: (await segmentShape(path).catch(() => 'unreadable' as const)) === 'finalised' });
    }
    return files;
  }
}

/** Nobody writes to it any more, and all that is asked about it is known. */
function isSettled({ finalised, frames, opened_epoch_ms: openedEpochMs, integrity }: ManifestSegment): boolean {
  return finalised && frames !== null && openedEpochMs !== null && integrity.checked;
}

/** The journal of one camera, which only ever grows. */
class JournalReading {
  readonly camera: number;
  readonly #matchDir: string;
  history = new CameraHistory();
  #inode = -1;
  #readBytes = 0;
  /** A line whose end is not there yet. */
  #begun = Buffer.alloc(0);

  constructor(matchDir: string, camera: number) {
    this.camera = camera;
    this.#matchDir = matchDir;
  }

  /** Rejects when the disk does. */
  async read(): Promise<CameraHistory> {
    const handle = await openJournal(this.#matchDir, this.camera);
    try {
      await this.#follow(handle);
    } finally {
      await handle.close();
    }
    return this.history;
  }

  async #follow(handle: FileHandle): Promise<void> {
    const facts = await handle.stat();
    if (!isJournalFile(facts)) return;
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
