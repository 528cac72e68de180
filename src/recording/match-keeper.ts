/**
 * Keeps `match.json` and the segments of a match in order behind the recording: probes what was closed, finalises what
 * a crash left behind once nothing records, writes the manifest. All of it can be repeated; none of it is needed for
 * the recording itself.
 */
import { basename } from 'node:path';
import type { Logger } from 'pino';
import { segmentsDir } from '../camera/journal.js';
import { asTouchlineError } from '../errors.js';
import type { Prober } from '../integrity/probe.js';
import type { Clock } from '../lib/clock.js';
import { Exclusive } from '../lib/exclusive.js';
import { manifestPauseMs } from './manifest-pace.js';
import { buildManifest, type Manifest } from './manifest.js';
import { MatchFiles } from './match-files.js';
import { MatchHistory } from './match-history.js';
import { tidyMatch, type Tidied } from './tidy-match.js';
import type { ProbeResult } from './types.js';
import type { EndState, UntidyList, UntidyMatch } from './untidy-list.js';

/** While recording, the manifest follows the segments at most this often. */
const WRITE_EVERY_MS = 5000;
/** A file that was begun is told of sooner: what is being recorded is found and timed by it. */
const WRITE_SOON_MS = 1500;
/** Until a match is tried again that the disk did not let be put in order. */
const TIDY_AGAIN_MS = 60_000;

export interface KeeperOptions {
  readonly cameraIds: readonly number[];
  readonly prober: Prober;
  readonly probeTimeoutMs: () => number;
  readonly softwareVersion: string;
  readonly untidy: UntidyList;
  /** Whether the disk of this match folder is there, so that a folder that is not there was removed. */
  readonly isDiskOf: (matchDir: string) => Promise<boolean>;
  /** Files in this match folder have changed. */
  readonly onFiles: (matchDir: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export class MatchKeeper {
  /** Every change of a `match.json` goes through here. */
  readonly files: MatchFiles;
  readonly #options: KeeperOptions;
  readonly #work = new Exclusive();
  readonly #stopping = new AbortController();
  readonly #probes = new Map<string, Map<string, ProbeResult>>();
  /** Folder of the match that is being started or recorded: its files are somebody else's, and no repair competes with it. */
  #recording: string | null = null;
  #repairing: AbortController | null = null;
  #writeTimer: NodeJS.Timeout | null = null;
  #tidyTimer: NodeJS.Timeout | null = null;
  #writeDueMonoMs = 0;
  /** Of the newest manifest. */
  #writeTookMs = 0;
  /** Of the match that is recorded. */
  #history: MatchHistory | null = null;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.files = new MatchFiles((matchDir, previous) => this.#firstManifest(matchDir, previous), options.log);
  }

  /** A segment was closed: look at it, and bring the manifest up to date in a while. */
  segmentClosed(matchDir: string, name: string): void {
    this.#background(async () => {
      await this.#probe(matchDir, name);
    });
    this.#followAfter(WRITE_EVERY_MS, matchDir);
  }

  /** A segment was begun: the manifest tells of it in a moment. */
  segmentOpened(matchDir: string): void {
    this.#followAfter(WRITE_SOON_MS, matchDir);
  }

  /** A recording is about to begin there: ends repairs, and keeps them away until `wayIsFree` or `ended`. */
  makeWay(matchDir: string): void {
    if (this.#recording !== matchDir) this.files.attend(matchDir);
    if (this.#recording !== matchDir) this.#beginHistory(matchDir);
    this.#recording = matchDir;
    this.#repairing?.abort();
  }

  /** Nothing is being started or recorded any more. */
  wayIsFree(): void {
    this.#recording = null;
    if (this.#tidyTimer !== null) clearTimeout(this.#tidyTimer);
    this.#tidyTimer = null;
    if (this.#options.untidy.all().length > 0) this.#background(() => this.#tidyAll());
  }

  /** Manifest of a match that has just begun. */
  started(matchDir: string): void {
    this.makeWay(matchDir);
    // The same match may be continued.
    this.#options.untidy.remove(matchDir);
    this.#follow(matchDir);
    // Its first files are begun in these moments.
    this.segmentOpened(matchDir);
  }

  /** Notes that the match is over, on the disk when this resolves: whoever comes next finishes what `ended` does not. */
  async over(matchDir: string, state: EndState, endedEpochMs = this.#options.clock.nowEpochMs()): Promise<void> {
    this.#noteEnd(matchDir, state, endedEpochMs);
    await this.#options.untidy.saved();
  }

  /** How it ended, by the note that is there already or by a new one. One that was stopped in order stays that, whatever was cut off then. */
  #noteEnd(matchDir: string, state: EndState, endedEpochMs: number): Pick<UntidyMatch, 'state' | 'endedEpochMs'> {
    const { untidy } = this.#options;
    const noted = untidy.all().find((match) => match.matchDir === matchDir && (match.state === state || match.state === 'finished'));
    if (noted !== undefined) return noted;
    untidy.add({ matchDir, state, endedEpochMs });
    return { state, endedEpochMs };
  }

  /** The manifest is on the disk when this resolves; probing and repairing the rest goes on behind it. */
  async ended(matchDir: string, state: EndState, probes: ReadonlyMap<string, ProbeResult>): Promise<void> {
    if (this.#writeTimer !== null) clearTimeout(this.#writeTimer);
    this.#writeTimer = null;
    for (const [name, probe] of probes) this.#remember(matchDir, name, probe);
    const history = this.#history;
    const noted = this.#noteEnd(matchDir, state, this.#options.clock.nowEpochMs());
    this.wayIsFree();
    await this.#write(matchDir, noted.state, noted.endedEpochMs);
    // The next recording may have begun meanwhile, with another one.
    if (this.#history === history) this.#history = null;
    this.files.release(matchDir);
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await this.#work.idle();
  }

  async stop(): Promise<void> {
    if (this.#writeTimer !== null) clearTimeout(this.#writeTimer);
    if (this.#tidyTimer !== null) clearTimeout(this.#tidyTimer);
    this.#stopping.abort();
    this.#repairing?.abort();
    await this.#work.idle();
    await this.#options.untidy.saved();
  }

  #followAfter(waitMs: number, matchDir: string): void {
    const pauseMs = manifestPauseMs(waitMs, this.#writeTookMs);
    const dueMonoMs = performance.now() + pauseMs;
    if (this.#writeTimer !== null && this.#writeDueMonoMs <= dueMonoMs) return;
    if (this.#writeTimer !== null) clearTimeout(this.#writeTimer);
    this.#writeDueMonoMs = dueMonoMs;
    this.#writeTimer = setTimeout(() => {
      this.#writeTimer = null;
      this.#follow(matchDir);
    }, pauseMs);
  }

  /** The manifest as the recording goes, unless it ended before its turn came. */
  #follow(matchDir: string): void {
    this.#background(async () => {
      if (this.#recording !== matchDir) return;
      const startedMonoMs = performance.now();
      await this.#write(matchDir, 'recording', null);
      this.#writeTookMs = performance.now() - startedMonoMs;
    });
  }

  #background(task: () => Promise<void>): void {
    this.#work
      .run(async () => {
        if (!this.#stopping.signal.aborted) await task();
      })
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'keeping the match in order failed'));
  }

  async #probe(matchDir: string, name: string): Promise<ProbeResult> {
    const probe = await this.#options.prober.probe(`${segmentsDir(matchDir)}/${name}`, this.#options.probeTimeoutMs());
    this.#remember(matchDir, name, probe);
    if (probe.ok === false) this.#options.log.error({ segment: name, error: probe.error }, 'segment failed its integrity check');
    return probe;
  }

  #remember(matchDir: string, name: string, probe: ProbeResult): void {
    const known = this.#probes.get(matchDir) ?? new Map<string, ProbeResult>();
    known.set(name, probe);
    this.#probes.set(matchDir, known);
  }

  /** A match that a new recording interrupts here comes up again after that one. */
  async #tidyAll(): Promise<void> {
    for (const { matchDir, state, endedEpochMs } of this.#options.untidy.all()) {
      if (this.#recording !== null || this.#stopping.signal.aborted) return;
      try {
        const outcome = await this.#tidy(matchDir);
        if (outcome === 'interrupted' || this.#recording !== null) return;
        if (outcome === 'later') {
          this.#tidyAgain();
          continue;
        }
        await this.#write(matchDir, state, endedEpochMs);
      } catch (error) {
        const isGone = asTouchlineError(error).code === 'folder_missing';
        // One that cannot be written now comes up again, and one whose disk is not there; one that was removed must not.
        if (!isGone) this.#options.log.error({ err: error, matchDir }, 'keeping the match in order failed');
        if (!isGone || !(await this.#options.isDiskOf(matchDir))) {
          this.#tidyAgain();
          continue;
        }
      }
      this.#options.untidy.remove(matchDir);
      this.#probes.delete(matchDir);
    }
  }

  #beginHistory(matchDir: string): void {
    this.#writeTookMs = 0;
    this.#history = new MatchHistory(matchDir, this.#options.cameraIds);
  }

  /** Unless a match ends first: then it comes up by itself. */
  #tidyAgain(): void {
    if (this.#stopping.signal.aborted) return;
    this.#tidyTimer ??= setTimeout(() => {
      this.#tidyTimer = null;
      if (this.#recording === null) this.#background(() => this.#tidyAll());
    }, TIDY_AGAIN_MS);
  }

  async #tidy(matchDir: string): Promise<Tidied> {
    const repairing = new AbortController();
    this.#repairing = repairing;
    try {
      const manifest = await this.files.manifest(matchDir).catch(() => null);
      const sound = new Set(Object.values(manifest?.cameras ?? {}).flatMap(({ segments }) => segments.filter(({ integrity }) => integrity.ok === true).map(({ name }) => name)));
      return await tidyMatch(matchDir, {
        isProbed: (name) => sound.has(name) || this.#probes.get(matchDir)?.get(name)?.ok === true,
        probe: (name) => this.#probe(matchDir, name),
        signal: repairing.signal,
        log: this.#options.log,
      });
    } finally {
      this.#repairing = null;
    }
  }

  async #write(matchDir: string, state: Manifest['state'], endedEpochMs: number | null): Promise<void> {
    let made: Manifest | null = null;
    await this.files.renew(matchDir, async (previous) => (made = await this.#manifest(matchDir, state, endedEpochMs, previous)));
    if (made !== null) this.#settle(matchDir, state, made);
    this.#options.onFiles(matchDir);
  }

  #followed(matchDir: string, state: Manifest['state']): MatchHistory | null {
    return state === 'recording' && this.#history?.matchDir === matchDir ? this.#history : null;
  }

  /** From now on the manifest alone knows these. */
  #settle(matchDir: string, state: Manifest['state'], manifest: Manifest): void {
    const settled = this.#followed(matchDir, state)?.settle(manifest) ?? [];
    for (const name of settled) this.#probes.get(matchDir)?.delete(name);
  }

  /** Of a match that is marked before it has a file, or that came from elsewhere. */
  #firstManifest(matchDir: string, previous: Manifest | null): Promise<Manifest> {
    const untidy = this.#options.untidy.all().find((match) => match.matchDir === matchDir);
    const state = this.#recording === matchDir ? 'recording' : (untidy?.state ?? 'finished');
    return this.#manifest(matchDir, state, untidy?.endedEpochMs ?? null, previous);
  }

  async #manifest(matchDir: string, state: Manifest['state'], endedEpochMs: number | null, previous: Manifest | null): Promise<Manifest> {
    // What the match ends with is looked at, and not remembered; nor is anything of others.
    const history = this.#followed(matchDir, state) ?? new MatchHistory(matchDir, this.#options.cameraIds);
    const cameras = await history.read(previous);
    return buildManifest({
      matchId: basename(matchDir),
      softwareVersion: this.#options.softwareVersion,
      state,
      endedEpochMs,
      cameras,
      probes: this.#probes.get(matchDir) ?? new Map(),
      previous,
    });
  }
}
