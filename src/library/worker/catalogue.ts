/**
 * The catalogue on disk: what was last seen of each match, so that a start need not look at every file. It is never
 * the truth: whatever is wrong with it, it is thrown away and made again from the folders.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { Type } from '#typebox';
import { compileSchema } from '../../lib/schema.js';
import { removeCatalogue } from '../catalogue-file.js';
import type { MatchSummary } from '../types.js';
import type { Say } from './protocol.js';

/** Grows with every change of the table or of what a summary holds: a catalogue of another version is made anew. */
const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 1000;

const CREATE = `
  CREATE TABLE match (
    match_id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    unsettled INTEGER NOT NULL,
    summary TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
const SELECT = 'SELECT match_id, fingerprint, unsettled, summary, checksum FROM match';
const PUT = 'INSERT OR REPLACE INTO match (match_id, fingerprint, unsettled, summary, checksum) VALUES (?, ?, ?, ?, ?)';
const REMOVE = 'DELETE FROM match WHERE match_id = ?';

const Size = Type.Integer({ minimum: 0 });
const summaryText = compileSchema(
  Type.Union([
    Type.Null(),
    Type.Object({
      matchId: Type.String({ minLength: 1 }),
      cameras: Type.Array(Type.Object({ group: Type.String(), segmentCount: Size, bytes: Size, firstModifiedEpochMs: Type.Number() })),
      files: Type.Array(Type.Object({ name: Type.String(), bytes: Size, modifiedEpochMs: Type.Number() })),
      totalBytes: Size,
      segmentCount: Size,
      oldestSegmentEpochMs: Type.Union([Type.Number(), Type.Null()]),
    }),
  ]),
);
const rows = compileSchema(
  Type.Array(Type.Object({ match_id: Type.String(), fingerprint: Type.String(), unsettled: Type.Integer(), summary: Type.String(), checksum: Type.Integer() })),
);
const complaints = compileSchema(Type.Array(Type.Object({ quick_check: Type.String() })));
const versions = compileSchema(Type.Array(Type.Object({ user_version: Type.Integer() })));

export interface KnownMatch {
  readonly matchId: string;
  readonly fingerprint: string;
  /** It was being written when it was last looked at. */
  readonly unsettled: boolean;
  /** Null for a folder in which nothing counts. */
  readonly summary: MatchSummary | null;
}

/** Nothing here throws: without a file (no room, no permission, a broken disk) the catalogue lives in memory alone. */
export class Catalogue {
  readonly #file: string;
  readonly #say: Say;
  #store: Store | null = null;
  #isInTransaction = false;

  constructor(file: string, say: Say) {
    this.#file = file;
    this.#say = say;
  }

  /** What an earlier run knew; nothing when there is no catalogue that can be trusted. */
  open(): readonly KnownMatch[] {
    if (!existsSync(this.#file)) {
      // What a crash left beside it, and a link that leads nowhere, would be in the way.
      this.clear();
      return [];
    }
    try {
      this.#store = new Store(this.#file);
      return this.#store.read();
    } catch (thrown) {
      this.#say('warn', 'the catalogue of recordings cannot be used and is made anew from the folders', { file: this.#file, reason: reasonOf(thrown) });
      this.clear();
      return [];
    }
  }

  /** Throws the file away and begins another one. */
  clear(): void {
    this.close();
    try {
      removeCatalogue(this.#file);
    } catch (thrown) {
      this.#giveUp(thrown);
      return;
    }
    this.#create();
  }

  put(match: KnownMatch): void {
    this.#write((store) => store.put(match));
  }

  remove(matchId: string): void {
    this.#write((store) => store.remove(matchId));
  }

  /** What `work` writes is one transaction. */
  together(work: () => void): void {
    this.#write((store) => store.begin());
    this.#isInTransaction = this.#store !== null;
    try {
      work();
    } finally {
      if (this.#isInTransaction) this.#write((store) => store.commit());
      this.#isInTransaction = false;
    }
  }

  close(): void {
    try {
      this.#store?.close();
    } catch (thrown) {
      this.#say('warn', 'the catalogue of recordings was not closed in order', { reason: reasonOf(thrown) });
    }
    this.#store = null;
  }

  #create(): void {
    try {
      this.#store = new Store(this.#file);
      this.#store.create();
    } catch (thrown) {
      this.#giveUp(thrown);
    }
  }

  #write(change: (store: Store) => void): void {
    if (this.#store === null) return;
    try {
      change(this.#store);
    } catch (thrown) {
      this.#giveUp(thrown);
    }
  }

  #giveUp(thrown: unknown): void {
    this.#say('warn', 'the catalogue of recordings cannot be kept on disk; it is kept in memory until the next start', { file: this.#file, reason: reasonOf(thrown) });
    this.#isInTransaction = false;
    this.close();
  }
}

/** The database itself: throws whatever is wrong with it. */
class Store {
  readonly #db: DatabaseSync;
  #put: StatementSync | null = null;
  #remove: StatementSync | null = null;

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  }

  create(): void {
    this.#configure();
    this.#db.exec(CREATE);
  }

  read(): KnownMatch[] {
    const version = versions.assert(plain(this.#db.prepare('PRAGMA user_version').all()), 'catalogue_damaged')[0]?.user_version;
    if (version !== SCHEMA_VERSION) throw new Error(`it is of version ${version}, not ${SCHEMA_VERSION}`);
    const complaint = complaints.assert(plain(this.#db.prepare('PRAGMA quick_check(1)').all()), 'catalogue_damaged')[0]?.quick_check;
    if (complaint !== 'ok') throw new Error(complaint ?? 'it cannot be checked');
    this.#configure();
    return rows.assert(plain(this.#db.prepare(SELECT).all()), 'catalogue_damaged').map((row) => {
      const summary = summaryText.parseJson(row.summary);
      const isSound = summary.ok && row.checksum === checksumOf(row.match_id, row.fingerprint, row.unsettled, row.summary);
      if (!isSound || (summary.value !== null && summary.value.matchId !== row.match_id)) throw new Error('an entry is damaged');
      return { matchId: row.match_id, fingerprint: row.fingerprint, unsettled: row.unsettled !== 0, summary: summary.value };
    });
  }

  put({ matchId, fingerprint, unsettled, summary }: KnownMatch): void {
    const text = JSON.stringify(summary);
    const flag = unsettled ? 1 : 0;
    this.#put ??= this.#db.prepare(PUT);
    this.#put.run(matchId, fingerprint, flag, text, checksumOf(matchId, fingerprint, flag, text));
  }

  remove(matchId: string): void {
    this.#remove ??= this.#db.prepare(REMOVE);
    this.#remove.run(matchId);
  }

  begin(): void {
    this.#db.exec('BEGIN');
  }

  commit(): void {
    this.#db.exec('COMMIT');
  }

  close(): void {
    this.#db.close();
  }

  #configure(): void {
    // Never waits for the disk, which belongs to the recording: what a power cut damages is found by the checks above.
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
  }
}

/** SQLite has none of its own, so that a changed byte in a number would go unnoticed. */
function checksumOf(...parts: readonly (string | number)[]): number {
  return crc32(parts.join('\n'));
}

/** Rows come without a prototype, which the schema check would not take for plain objects. */
function plain(found: readonly object[]): object[] {
  return found.map((row) => ({ ...row }));
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
