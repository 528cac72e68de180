import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { catalogueFile } from './catalogue-file.js';
import { MatchReader } from './match-reader.js';
import { Matches } from './matches.js';
import { Remover } from './remove.js';
import type { Library, LibraryEvents } from './types.js';
import { CatalogueThread } from './worker/client.js';
import type { ThreadSettings } from './worker/protocol.js';

const DEFAULTS = { compareEveryMs: 15_000, rereadMatches: 10, gatherMs: 300, settledAfterMs: 120_000 };
const ARCHIVES = { cam0: 'cam0_archive.mp4', cam1: 'cam1_archive.mp4' };

export interface LibraryOptions {
  readonly recordingsDir: string;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default 15,000: how often the folders are compared with the list, whatever the watcher saw. */
  readonly compareEveryMs?: number;
  /** Default 10: matches that each comparison reads anew although nothing in their folders has moved. */
  readonly rereadMatches?: number;
}

/** Opens the library of a recordings folder; resolves at once, `ready` tells when the list is true. */
export async function openLibrary(options: LibraryOptions): Promise<Library> {
  const { recordingsDir, stateDir, clock, log } = options;
  const events = new EventEmitter<LibraryEvents>();
  const matches = new Matches();
  const reader = new MatchReader(recordingsDir, log);
  const remover = new Remover(recordingsDir, log);
  const firstReady = Promise.withResolvers<void>();
  const tell = (hasChanged: boolean): void => {
    if (hasChanged) events.emit('changed');
  };
  const settings: ThreadSettings = {
    ...DEFAULTS,
    recordingsDir,
    catalogueFile: catalogueFile(stateDir),
    compareEveryMs: options.compareEveryMs ?? DEFAULTS.compareEveryMs,
    rereadMatches: options.rereadMatches ?? DEFAULTS.rereadMatches,
  };
  const thread = new CatalogueThread({
    settings,
    clock,
    log,
    onChanged: (changed, gone) => tell(matches.apply(changed, gone)),
    onReady: (matchIds) => {
      tell(matches.keepOnly(matchIds));
      firstReady.resolve();
    },
  });
  void remover.finishInterrupted();

  /** Until the thread has seen that the folder is gone, it may say that the match is there. */
  const forget = async (matchId: string): Promise<void> => {
    tell(matches.hide(matchId));
    const now = await thread.look(matchId).catch(() => null);
    matches.show(matchId);
    if (now !== null) tell(matches.apply([now], []));
  };

  return {
    events,
    ready: () => firstReady.promise,
    matches: () => matches.all(),
    revision: () => matches.revision,
    touched: (matchId) => thread.touched(matchId),
    segments: (matchId) => reader.segments(matchId),
    has: (matchId) => reader.has(matchId),
    openSegment: (matchId, name) => reader.openSegment(matchId, name),
    openFile: (matchId, name) => reader.openFile(matchId, name),
    openAll: (matchId) => reader.openAll(matchId),
    remove: (matchId, onGone) =>
      remover.remove(matchId, () => {
        void forget(matchId);
        onGone?.();
      }),
    archives: (matchId) => {
      const names = new Set(matches.get(matchId)?.files.map(({ name }) => name));
      return { cam0: names.has(ARCHIVES.cam0), cam1: names.has(ARCHIVES.cam1) };
    },
    rebuild: () => thread.rebuild(),
    close: () => thread.close(),
  };
}
