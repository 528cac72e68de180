/** What a host leaves to the next one, what that finds, and whether it goes on with it. Nothing here touches the camera. */
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import type { Failure } from '../protocol.js';
import type { HostFiles, Intent } from './intent.js';
import type { JournalWriter } from './journal-writer.js';
import { requireDisk } from './recorded-run.js';

/** The disk may be what broke: it gets this long, and no veto. */
const LAST_WORDS_MS = 300;

export interface LeftBehind {
  /** Of this boot; null when the last host did not fail. */
  readonly failure: Failure | null;
  /** To be gone on with; null: there is nothing, or it cannot be yet. */
  readonly resume: { readonly intent: Intent; readonly cause: string; readonly resumes: number } | null;
}

/** Removes an intent that is not of this boot. Never rejects over a file or a disk that is not as it should be. */
export async function leftBehind({ files, bootId, log }: { readonly files: HostFiles; readonly bootId: string; readonly log: Logger }): Promise<LeftBehind> {
  const { intent, corrupt } = await files.readIntent();
  if (corrupt !== null) log.error({ reason: corrupt }, 'intent file is unreadable, starting idle');
  const found = await files.readFailure();
  const failure = found?.bootId === bootId ? found : null;
  if (intent === null || intent.bootId !== bootId) {
    await dropIntent(files, log);
    return { failure, resume: null };
  }
  const missing = await requireDisk(intent.spec).then(() => null, (error: unknown) => error);
  if (missing !== null) {
    // The intent stays; the daemon asks again, and hears why it cannot be, until the disk is back.
    log.error({ err: missing, matchId: intent.spec.matchId }, 'cannot resume the recording yet');
    return { failure, resume: null };
  }
  const cause = failure?.code ?? 'host_died';
  const resumes = intent.resumes + 1;
  log.warn({ matchId: intent.spec.matchId, reason: cause, resumes }, 'resuming the recording after a crash');
  return { failure, resume: { intent, cause, resumes } };
}

/** What ends is not resumed. A disk that refuses is no reason to go on recording, or to keep the camera. */
export async function dropIntent(files: HostFiles, log: Logger): Promise<void> {
  await files.clearIntent().catch((error: unknown) => log.error({ err: error }, 'the intent could not be removed'));
}

/** Before a host ends itself: why, for the next one. Never rejects. */
export async function leaveBehind(failure: Failure, { files, journal, clock }: { readonly files: HostFiles; readonly journal: JournalWriter | null; readonly clock: Clock }): Promise<void> {
  const written = Promise.allSettled([files.writeFailure(failure), journal?.flushed()]);
  await Promise.race([written, clock.sleepMs(LAST_WORDS_MS)]);
}
