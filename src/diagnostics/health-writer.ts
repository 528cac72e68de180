import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { PatientQuestion } from '../lib/patient-question.js';
import type { BoardReading } from '../telemetry/board.js';
import type { SystemSample } from '../telemetry/system.js';
import type { EventLog } from './event-log.js';
import { healthLine, sameIssues } from './health-line.js';
import type { RecordingWatch, WatchedRecording } from './recording-watch.js';

export interface HealthWriterOptions {
  readonly recording: WatchedRecording;
  readonly watch: RecordingWatch;
  readonly system: { latest(): SystemSample | null };
  readonly board: { peek(): BoardReading };
  readonly file: EventLog;
  readonly clock: Clock;
  readonly intervalMs: number;
}

/** A question that takes longer is not waited for; a disk hangs, and the line says so. */
const ANSWER_MS = 4000;
const NO_ANSWER = { healthy: false, issues: ['The health of the recording could not be found out: the disk of the recordings does not answer'] };

interface Verdict {
  readonly healthy: boolean;
  readonly issues: readonly string[];
}

/** Keeps the health log: one line per interval, and one at each change of what is recorded and how well. */
export class HealthWriter {
  readonly #options: HealthWriterOptions;
  readonly #verdict: PatientQuestion<Verdict>;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #shown: { readonly state: string; readonly issues: readonly string[] } | null = null;

  constructor(options: HealthWriterOptions) {
    this.#options = options;
    this.#verdict = new PatientQuestion(options.clock, () => this.#ask());
  }

  /** Looks, and writes a line if one is due. */
  async look(): Promise<void> {
    const { recording, system, board, file, clock, intervalMs } = this.#options;
    const sample = system.latest();
    const before = recording.status();
    const verdict = before.phase === 'recording' ? await this.#verdict.ask(ANSWER_MS, NO_ANSWER) : { healthy: true, issues: [] };
    const status = recording.status();
    // A verdict over a recording that is being stopped by now would call the stop a fault.
    if (status.phase !== before.phase || status.matchId !== before.matchId) return;
    const state = `${status.phase} ${status.matchId}`;
    const isDue = clock.monoMs() - this.#writtenAtMs >= intervalMs;
    if (!isDue && this.#shown?.state === state && sameIssues(this.#shown.issues, verdict.issues)) return;
    this.#writtenAtMs = clock.monoMs();
    this.#shown = { state, issues: verdict.issues };
    file.append(healthLine({ status, system: sample, board: board.peek(), ...verdict }, clock.nowEpochMs()));
  }

  /** Never rejects. */
  async #ask(): Promise<Verdict> {
    const { recording, watch } = this.#options;
    try {
      const health = await recording.health();
      watch.lookAtHealth(health);
      return health;
    } catch (thrown) {
      return { healthy: false, issues: [asTouchlineError(thrown).message] };
    }
  }
}
