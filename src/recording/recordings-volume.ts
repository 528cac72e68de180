/**
 * Which folder matches are recorded to. Once the configured one lay on a disk of its own, that disk is expected there: a
 * folder below its empty mount point would fill the system's disk, and its matches would be hidden as soon as the disk is
 * mounted again. A match must not be lost for that either, so another folder takes the disk's place (decision 6).
 */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Type } from '#typebox';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { readJsonFile, writeFileDurably } from '../lib/durable-file.js';
import { isMounted, mountPointOf } from '../lib/mount-point.js';
import { compileSchema } from '../lib/schema.js';

/** A disk on USB may show up a little later than the daemon. */
const APPEARS_WITHIN_MS = 8000;
const POLL_MS = 250;
const WATCH_MS = 5000;

const rememberedVolume = compileSchema(Type.Object({ v: Type.Literal(1), folder: Type.String(), mountPoint: Type.String() }));

export interface VolumeOptions {
  /** `recordings_dir`. */
  readonly configured: string;
  readonly stateDir: string;
  /** Folder of a match that is being recorded since before this daemon; null when there is none. */
  readonly running: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

export class RecordingsVolume {
  /** Where matches are recorded while this daemon runs. */
  readonly folder: string;
  /** What must be mounted for that; null where the folder needs no disk of its own. */
  readonly mountPoint: string | null;
  readonly isSubstitute: boolean;
  /** Matches that were recorded to the substitute earlier, and its folder. */
  readonly leftBehind: { readonly folder: string; readonly matches: number } | null;
  readonly #expected: string;
  readonly #stopping = new AbortController();
  #isBack = false;

  private constructor(facts: Pick<RecordingsVolume, 'folder' | 'mountPoint' | 'isSubstitute' | 'leftBehind'> & { readonly expected: string }) {
    this.folder = facts.folder;
    this.mountPoint = facts.mountPoint;
    this.isSubstitute = facts.isSubstitute;
    this.leftBehind = facts.leftBehind;
    this.#expected = facts.expected;
  }

  /** Waits some seconds for a disk that is expected and not there. Creates nothing but its own note. */
  static async choose(options: VolumeOptions): Promise<RecordingsVolume> {
    const { stateDir, running, clock, log } = options;
    const substitute = join(stateDir, 'substitute-recordings');
    // The cameras go on where they are, and room, guard and marks are those of the disk that they write to.
    const inUse = running === null ? null : dirname(running);
    const isSubstituteInUse = inUse === substitute;
    const configured = inUse === null || isSubstituteInUse ? options.configured : inUse;
    if (configured !== options.configured) log.warn({ folder: configured, configured: options.configured }, 'the running match goes on in the folder it began in, and the configured one is taken after it');
    const note = `${stateDir}/recordings-volume.json`;
    const file = await readJsonFile(note, rememberedVolume);
    if ('reason' in file) log.error({ file: note, reason: file.reason }, 'the note about the recordings disk is unreadable');
    const expected = 'value' in file && file.value.folder === configured ? file.value.mountPoint : null;
    if (expected !== null && (isSubstituteInUse || !(await appears(expected, clock, log)))) {
      if (isSubstituteInUse) log.warn({ matchDir: running }, 'the running match goes on where it is, in the place of the recordings disk');
      else log.error({ mountPoint: expected, folder: substitute }, 'the recordings disk is not mounted: matches are recorded to the system disk');
      const volume = new RecordingsVolume({ folder: substitute, mountPoint: null, isSubstitute: true, leftBehind: null, expected });
      volume.#isBack = isSubstituteInUse && (await isMounted(expected));
      void volume.#watch(clock);
      return volume;
    }
    const mountPoint = await mountPointOf(configured);
    if (mountPoint !== '/' && mountPoint !== expected) {
      // Without the note nothing is worse than it was before there were notes.
      await writeFileDurably(note, JSON.stringify({ v: 1, folder: configured, mountPoint })).catch((error: unknown) => log.error({ err: error }, 'the recordings disk could not be noted'));
    }
    const matches = (await readdir(substitute).catch(() => [])).filter((name) => !name.startsWith('.')).length;
    const leftBehind = matches === 0 ? null : { folder: substitute, matches };
    return new RecordingsVolume({ folder: configured, mountPoint: mountPoint === '/' ? null : mountPoint, isSubstitute: false, leftBehind, expected: mountPoint });
  }

  /** What is to be told about the substitute, for people; null where there is none. Instant. */
  message(): string | null {
    if (!this.isSubstitute) return null;
    if (this.#isBack) return `The recordings disk (${this.#expected}) is back. Matches go to ${this.folder} until Touchline is restarted after the match.`;
    return `The recordings disk (${this.#expected}) is not mounted. Matches go to ${this.folder} on the system disk. Check its cable, then restart Touchline.`;
  }

  /** Why nothing can be recorded to `folder` now, for people; null when it can. */
  async absence(): Promise<string | null> {
    if (this.mountPoint === null || (await isMounted(this.mountPoint))) return null;
    return `The recordings disk (${this.mountPoint}) is not mounted any more. Check its cable; restart Touchline to record to the system disk.`;
  }

  close(): void {
    this.#stopping.abort();
  }

  async #watch(clock: Clock): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleepMs(WATCH_MS, signal).catch(() => undefined);
      if (!signal.aborted) this.#isBack = await isMounted(this.#expected);
    }
  }
}

async function appears(mountPoint: string, clock: Clock, log: Logger): Promise<boolean> {
  if (await isMounted(mountPoint)) return true;
  log.warn({ mountPoint }, 'waiting for the recordings disk');
  const deadlineMs = clock.monoMs() + APPEARS_WITHIN_MS;
  while (clock.monoMs() < deadlineMs) {
    await clock.sleepMs(POLL_MS);
    if (await isMounted(mountPoint)) return true;
  }
  return false;
}
