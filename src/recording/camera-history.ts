/** What the journal of one camera says of a match, without the lines that it was said in. */
import type { Continuation, JournalEntry } from '../camera/journal.js';

export interface SegmentHistory {
  openedEpochMs: number | null;
  openedMonoUs: number | null;
  /** As the recorder counted them when it closed the segment; null when it did not live to do so. */
  frames: number | null;
  durationMs: number | null;
}

export interface RunHistory {
  readonly stamp: string;
  readonly bootId: string;
  readonly epochMs: number;
  readonly monoUs: number;
  /** Why it followed on another one; null for one that was asked for. */
  readonly cause: string | null;
  readonly continues: Continuation | null;
  firstFrameMonoUs: number | null;
  hasEnded: boolean;
}

export class CameraHistory {
  /** By name. */
  readonly segments = new Map<string, SegmentHistory>();
  /** In order. */
  readonly runs: RunHistory[] = [];
  readonly bootIds = new Set<string>();
  framesMissed = 0;
  /** Of the first run that had one. */
  firstFrameMonoUs: number | null = null;

  static of(entries: readonly JournalEntry[]): CameraHistory {
    const history = new CameraHistory();
    for (const entry of entries) history.add(entry);
    return history;
  }

  get isEmpty(): boolean {
    return this.bootIds.size === 0;
  }

  add(entry: JournalEntry): void {
    this.bootIds.add(entry.bootId);
    const run = this.runs.at(-1);
    switch (entry.kind) {
      case 'run-started': {
        const { stamp, bootId, epochMs, monoUs, cause, continues = null } = entry;
        this.runs.push({ stamp, bootId, epochMs, monoUs, cause, continues, firstFrameMonoUs: null, hasEnded: false });
        break;
      }
      case 'first-frame':
        this.firstFrameMonoUs ??= entry.frameMonoUs;
        if (run !== undefined) run.firstFrameMonoUs = entry.frameMonoUs;
        break;
      case 'segment-opened':
        Object.assign(this.#segment(entry.name), { openedEpochMs: entry.epochMs, openedMonoUs: entry.monoUs });
        break;
      case 'segment-closed':
        Object.assign(this.#segment(entry.name), { frames: entry.frames, durationMs: entry.durationMs });
        break;
      case 'run-ended':
        this.framesMissed += entry.framesMissed;
        if (run !== undefined) run.hasEnded = true;
        break;
      case 'failed':
    }
  }

  #segment(name: string): SegmentHistory {
    const known = this.segments.get(name) ?? { openedEpochMs: null, openedMonoUs: null, frames: null, durationMs: null };
    this.segments.set(name, known);
    return known;
  }
}
