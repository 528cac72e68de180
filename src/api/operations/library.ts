/** What REST and WebSocket both offer about the library: wire shapes in and out. */
import { TouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import type { Library, MatchSummary } from '../../library/types.js';
import type { RecordingService } from '../../recording/types.js';
import type { DeletedBody, ProcessingStatusBody, RebuiltBody, SegmentsBody } from '../contract/library.js';
import { JsonText } from '../http/route.js';
import { presentMatch, presentProcessing, presentRemoved, presentSegments } from '../presenters/library.js';

/** A list that is not true yet is better than none: after this the client gets what is known. */
const READY_LIMIT_MS = 10_000;

/**
 * The list of all matches as JSON text, kept for as long as it is true. Every dashboard asks for it every ten seconds,
 * and a season is a megabyte: only what has changed is put into words again.
 */
export class RecordingsList {
  readonly #library: Library;
  readonly #clock: Clock;
  readonly #entries = new WeakMap<MatchSummary, string>();
  #isReady = false;
  #kept: { readonly revision: number; readonly json: JsonText } | null = null;

  constructor(library: Library, clock: Clock) {
    this.#library = library;
    this.#clock = clock;
  }

  /** `Recordings` of contract 3.6. Waits for the library to be ready, for ten seconds at most. */
  async json(): Promise<JsonText> {
    if (!this.#isReady) await this.#ready();
    const revision = this.#library.revision();
    if (this.#kept?.revision !== revision) {
      const entries = this.#library.matches().map((match) => this.#entry(match));
      this.#kept = { revision, json: new JsonText(`{"recordings":{${entries.join(',')}}}`) };
    }
    return this.#kept.json;
  }

  async #ready(): Promise<void> {
    const limit = new AbortController();
    const ready = this.#library.ready().then(() => {
      this.#isReady = true;
    });
    const late = this.#clock.sleepMs(READY_LIMIT_MS, limit.signal).catch(() => undefined);
    try {
      await Promise.race([ready, late]);
    } finally {
      limit.abort();
    }
  }

  #entry(match: MatchSummary): string {
    const known = this.#entries.get(match);
    if (known !== undefined) return known;
    const entry = `${JSON.stringify(match.matchId)}:${JSON.stringify(presentMatch(match))}`;
    this.#entries.set(match, entry);
    return entry;
  }
}

/** GET /recordings and `get_recordings`. */
export function getRecordings(list: RecordingsList): Promise<JsonText> {
  return list.json();
}

export async function segmentsOfMatch(library: Library, matchId: string): Promise<SegmentsBody> {
  return presentSegments(await named(matchId, () => library.segments(matchId)));
}

/** Throws `conflict` while the match is started, recorded or stopped (contract defect 5). */
export async function deleteRecording({ library, recording }: { readonly library: Library; readonly recording: RecordingService }, matchId: string): Promise<DeletedBody> {
  const { removal } = await recording.whileAtRest(matchId, async () => {
    const gone = Promise.withResolvers<void>();
    const begun = named(matchId, () => library.remove(matchId, gone.resolve));
    // Starts and stops wait for this, and a disk may need minutes for the files of a match.
    await Promise.race([gone.promise, begun]);
    return { removal: begun };
  });
  return presentRemoved(await removal);
}

/** An answer for every id, known or not: the dashboard asks for each match every ten seconds. */
export function processingStatus(library: Library, matchId: string): ProcessingStatusBody {
  return presentProcessing(library.archives(matchId));
}

export async function rebuildLibrary(library: Library): Promise<RebuiltBody> {
  const matches = await library.rebuild();
  return { success: true, message: `The list of matches was made again from the folders: ${matches} found`, matches };
}

/** What the library does with a match, its id in an error made fit to be shown. */
export async function named<T>(matchId: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (!(thrown instanceof TouchlineError) || thrown.code !== 'recording_not_found') throw thrown;
    throw new TouchlineError({ kind: 'not_found', code: thrown.code, message: `Recording ${shown(matchId)} not found`, cause: thrown });
  }
}

/** A little longer than an id may be. */
const SHOWN_CHARACTERS = 130;

/** An id of a stranger, who may have written it for the terminal or the page that shows it. */
function shown(matchId: string): string {
  const harmless = matchId.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
  const characters = [...harmless];
  return characters.length <= SHOWN_CHARACTERS ? harmless : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}
