/**
 * The camera host: one camera, at most one pipeline, and crash-only. It keeps what it is doing in an intent file;
 * whatever goes wrong with the pipeline ends the process, and the next one goes on with a new segment. There is no
 * second way of recovering, so the one there is gets used and tested all the time.
 *
 * Invariants: frames flow only while an intent with this run exists; a run that is being stopped or was aborted is
 * never resumed; requests are carried out one after the other.
 */
import type { Logger } from 'pino';
import { TouchlineError } from '../../errors.js';
import { bootId, type Clock } from '../../lib/clock.js';
import { Exclusive } from '../../lib/exclusive.js';
import type { JournalEntry } from '../journal.js';
import type { Failure, HostPhase, HostState, Params, RecordingSpec, Result, StopReport } from '../protocol.js';
import type { GstPipeline } from './gst.js';
import type { HostFiles } from './intent.js';
import type { JournalWriter } from './journal-writer.js';
import { nextPace, UNPACED } from './pace.js';
import { Pictures } from './pictures.js';
import type { ProgressFacts } from './progress.js';
import { Pulse } from './pulse.js';
import { buildRun, endRun } from './recorded-run.js';
import { inUse, notShown, wrongPhase } from './refusals.js';
import { dropIntent, leaveBehind, leftBehind } from './resume.js';
import type { PipelineRun } from './run.js';
import { stallOf, type Stall } from './stall.js';
import { waitUntil } from './wait-until.js';

/** Enough for the answer to leave the process. */
const REPLY_MS = 50;
const OPEN_TIMEOUT_MS = 10_000;

export interface HostListener {
  state(state: HostState): void;
  journal(entry: JournalEntry): void;
}

export interface HostOptions {
  readonly camera: number;
  readonly softwareVersion: string;
  readonly files: HostFiles;
  readonly createPipeline: (description: string) => GstPipeline;
  readonly clock: Clock;
  readonly log: Logger;
  readonly listener: HostListener;
  /** Nobody spaces out the restarts of this process, so it does that itself. */
  readonly isPacing: boolean;
  /** Ends the process without cleaning up. Never returns. */
  readonly die: () => never;
  /** Ends the process in good order. */
  readonly leave: () => void;
}

export class CameraHost {
  readonly #options: HostOptions;
  readonly #startedMonoUs: number;
  readonly #serial = new Exclusive();
  readonly #pictures: Pictures;
  readonly #pulse: Pulse;
  readonly #bootId = bootId();
  #phase: HostPhase = 'idle';
  #run: PipelineRun | null = null;
  #journal: JournalWriter | null = null;
  #lastFailure: Failure | null = null;
  #pipelines = 0;
  #failing = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#startedMonoUs = options.clock.monoUs();
    this.#pictures = new Pictures({ ...options, onChange: () => this.#push(), onFailure: (code, message) => void this.#fail(code, message) });
    this.#pulse = new Pulse({
      ...options,
      phase: () => this.#phase,
      stall: () => this.#stall(),
      onStall: ({ code, message }) => void this.#fail(code, message),
      pipelines: () => this.#pipelines + this.#pictures.pipelines,
      isQuiet: () => this.#serial.pending === 0,
      say: () => this.#push(),
    });
  }

  /**
   * Goes on with what the previous host was doing, if it was recording in this boot. Resolves when `state` tells
   * the truth about that; the resume itself goes on behind it.
   */
  async start(): Promise<void> {
    this.#pulse.start();
    const { files } = this.#options;
    const { failure, resume } = await leftBehind({ ...this.#options, bootId: this.#bootId });
    this.#lastFailure = failure;
    if (resume === null) return;
    const { intent, cause, resumes } = resume;
    const isKnown = Promise.withResolvers<void>();
    void this.#serial.run(async () => {
      try {
        const run = await this.#build(intent.spec, resumes);
        isKnown.resolve();
        const { pace, waitMs } = this.#options.isPacing ? nextPace(intent, this.#options.clock.monoUs()) : UNPACED;
        // Before the camera is touched: what ends the process may be just that.
        await files.writeIntent({ ...intent, ...pace, resumes });
        if (waitMs > 0) await this.#options.clock.sleepMs(waitMs);
        await this.#open(run, cause);
        this.#play();
      } catch (error) {
        await this.#fail(error instanceof TouchlineError ? error.code : 'resume_failed', error instanceof Error ? error.message : String(error));
      }
    });
    await isKnown.promise;
  }

  prepare(spec: Params<'prepare'>): Promise<Result<'prepare'>> {
    return this.#serial.run(async () => {
      if (this.#run !== null || this.#pictures.isLive) throw inUse({ camera: this.#options.camera, phase: this.#phase });
      try {
        await this.#open(await this.#build(spec, 0), null);
      } catch (error) {
        const run = this.#forget();
        // Each pipeline that is left keeps a worker, and may keep the camera. It may also hang: not before the answer.
        if (run !== null) setImmediate(() => void this.#serial.run(() => run.release()));
        // It is asked again and again while a camera is not there, and has no quiet moment.
        if (this.#pulse.isWornOut) void this.#serial.run(() => this.#options.clock.sleepMs(REPLY_MS).then(this.#options.leave));
        throw error;
      }
      return { preparedMonoUs: this.#options.clock.monoUs() };
    });
  }

  go(params: Params<'go'>): Promise<Result<'go'>> {
    return this.#serial.run(async () => {
      // A resume may have been faster than the daemon that asks for it.
      const playedMonoUs = this.#run?.spec.runId === params.runId ? this.#run.playedMonoUs : null;
      if (playedMonoUs !== null) return { playedMonoUs };
      const run = this.#expect(params.runId, 'prepared');
      await this.#options.files.clearFailure();
      this.#lastFailure = null;
      await this.#options.files.writeIntent({ v: 1, bootId: this.#bootId, spec: run.spec, resumes: 0 });
      await waitUntil(this.#options.clock, params.atMonoUs);
      return { playedMonoUs: this.#play() };
    });
  }

  stop(params: Params<'stop'>): Promise<Result<'stop'>> {
    return this.#serial.run(async () => {
      const run = this.#expect(params.runId, 'running');
      return this.#stop(run, params.eosTimeoutMs, false);
    });
  }

  live(spec: Params<'live'>): Promise<Result<'live'>> {
    return this.#serial.run(async () => {
      const playedMonoUs = this.#pictures.shownSince(spec.runId);
      if (playedMonoUs !== null) return { playedMonoUs };
      if (this.#run !== null || this.#pictures.isLive) throw inUse({ camera: this.#options.camera, phase: this.#phase });
      this.#phase = 'live';
      try {
        return await this.#pictures.show(spec);
      } catch (error) {
        this.#forget();
        throw error;
      }
    });
  }

  async encode(params: Params<'encode'>): Promise<Result<'encode'>> {
    this.#pictures.encode(params);
    return {};
  }

  watch(params: Params<'watch'>): Promise<Result<'watch'>> {
    return this.#serial.run(() => {
      const isShown = this.#pictures.isLiveWith(params.runId) || (this.#phase === 'running' && this.#run?.spec.runId === params.runId);
      if (!isShown) throw notShown(this.#options, params.runId);
      this.#pictures.watch(params);
      this.#push();
      return {};
    });
  }

  async tune(params: Params<'tune'>): Promise<Result<'tune'>> {
    this.#expect(params.runId, 'running').tune(params.bitrateShare);
    this.#push();
    return {};
  }

  async keyframe(params: Params<'keyframe'>): Promise<Result<'keyframe'>> {
    if (this.#pictures.isLiveWith(params.runId) || this.#run?.spec.runId === params.runId) this.#pictures.keyframe(params.runId);
    return {};
  }

  abort(params: Params<'abort'>): Promise<Result<'abort'>> {
    // In the queue before this one it may be waited for.
    this.#pictures.giveUp(params.runId);
    return this.#serial.run(async () => {
      if (this.#pictures.isLiveWith(params.runId)) {
        this.#pictures.end();
        this.#forget();
        return {};
      }
      await dropIntent(this.#options.files, this.#options.log);
      if (this.#run?.spec.runId === params.runId) {
        // What was written stays as it is: fragments make it playable.
        this.#pictures.end();
        this.#run.release();
        this.#forget();
      }
      return {};
    });
  }

  async describe(): Promise<Result<'describe'>> {
    return { spec: this.#run?.spec ?? null };
  }

  shutdown(params: Params<'shutdown'>): Promise<Result<'shutdown'>> {
    return this.#serial.run(async () => {
      if (this.#run !== null && this.#phase === 'running') await this.#stop(this.#run, params.eosTimeoutMs, false);
      await dropIntent(this.#options.files, this.#options.log);
      return {};
    });
  }

  /** SIGTERM of a supervisor: finalise, but leave the intent, so that whoever starts us again goes on. */
  interrupt(eosTimeoutMs: number): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#run !== null && this.#phase === 'running') await this.#stop(this.#run, eosTimeoutMs, true);
      this.#pulse.stop();
    });
  }

  get phase(): HostPhase {
    return this.#phase;
  }

  state(): HostState {
    return {
      camera: this.#options.camera,
      pid: process.pid,
      softwareVersion: this.#options.softwareVersion,
      startedMonoUs: this.#startedMonoUs,
      phase: this.#phase,
      run: this.#run?.state() ?? null,
      ...this.#pictures.state(),
      lastFailure: this.#lastFailure,
    };
  }

  /** What the service manager's watchdog is fed from. */
  progress(): ProgressFacts {
    return { phase: this.#phase, flow: this.#run?.flow() ?? null };
  }

  async #build(spec: RecordingSpec, resumes: number): Promise<PipelineRun> {
    this.#pipelines += 1;
    const { run, journal } = await buildRun({
      ...this.#options,
      spec,
      resumes,
      bootId: this.#bootId,
      onEntry: (entry) => this.#options.listener.journal(entry),
      onChange: () => this.#push(),
      onFailure: (code, message) => void this.#onPipelineFailure(code, message),
    });
    this.#run = run;
    this.#journal = journal;
    this.#phase = 'prepared';
    return run;
  }

  async #open(run: PipelineRun, cause: string | null): Promise<void> {
    await run.open(OPEN_TIMEOUT_MS);
    const { continues } = run.spec;
    this.#journal?.append({ kind: 'run-started', stamp: run.stamp, resumes: run.resumes, cause: cause ?? (continues === undefined ? null : 'machine_restarted'), ...(continues === undefined ? {} : { continues }) });
    this.#push();
  }

  #play(): number {
    const run = this.#expect(null, 'prepared');
    this.#phase = 'running';
    const playedMonoUs = run.play();
    this.#push();
    // What broke between opening and now was nobody's request.
    if (run.failure !== null) void this.#fail(run.failure.code, run.failure.message);
    return playedMonoUs;
  }

  async #stop(run: PipelineRun, eosTimeoutMs: number, keepIntent: boolean): Promise<StopReport> {
    const { log } = this.#options;
    this.#phase = 'stopping';
    this.#push();
    if (!keepIntent) await dropIntent(this.#options.files, this.#options.log);
    const { report, forced } = await endRun(run, this.#journal, eosTimeoutMs);
    if (forced) {
      log.error({ report }, 'the camera did not end, leaving it to a fresh host');
      // In the queue, so that nothing begins in a process that is about to end.
      void this.#serial.run(() => this.#options.clock.sleepMs(REPLY_MS).then(this.#options.die));
    } else {
      this.#releaseSoon(run);
    }
    return report;
  }

  /**
   * The files are final, so nobody has to wait for the camera stack to shut down, which may hang for good; whoever
   * needs the camera next waits in the queue, and a hung host is found by its silence.
   */
  #releaseSoon(run: PipelineRun): void {
    setImmediate(() => {
      void this.#serial.run(() => {
        this.#pictures.end();
        run.release();
        this.#forget();
      });
    });
  }

  async #onPipelineFailure(code: string, message: string): Promise<void> {
    // Before play an error belongs to the request that prepares; while stopping it is part of the stop's report.
    if (this.#phase === 'running') await this.#fail(code, message);
  }

  async #fail(code: string, message: string): Promise<void> {
    if (this.#failing) return;
    this.#failing = true;
    const { clock, log, files, die } = this.#options;
    log.error({ code, reason: message, phase: this.#phase }, 'the pipeline broke, handing over to a fresh host');
    const failure: Failure = { code, message, monoUs: clock.monoUs(), epochMs: clock.nowEpochMs(), bootId: this.#bootId };
    this.#lastFailure = failure;
    this.#journal?.append({ kind: 'failed', code, message });
    this.#push();
    await leaveBehind(failure, { files, journal: this.#journal, clock });
    die();
  }

  #stall(): Stall | null {
    const run = this.#run;
    if (run === null || this.#phase !== 'running' || run.playedMonoUs === null) return this.#pictures.stall();
    const stall = stallOf({
      spec: run.spec,
      sincePlayMs: (this.#options.clock.monoUs() - run.playedMonoUs) / 1000,
      sourceAgeMs: run.frameAgeMs('source_meter'),
      encodedAgeMs: run.frameAgeMs('encoded_meter'),
      isDiskBehind: () => run.isDiskBehind(),
    });
    return stall ?? this.#pictures.stall();
  }

  #push(): void {
    this.#pulse.said();
    this.#options.listener.state(this.state());
  }

  /** What was forgotten. */
  #forget(): PipelineRun | null {
    const run = this.#run;
    this.#pulse.idle();
    this.#run = null;
    this.#journal = null;
    this.#phase = 'idle';
    this.#push();
    return run;
  }

  #expect(runId: string | null, phase: HostPhase): PipelineRun {
    const run = this.#run;
    if (run === null || this.#phase !== phase || (runId !== null && run.spec.runId !== runId)) {
      throw wrongPhase({ camera: this.#options.camera, phase: this.#phase, runId: run?.spec.runId ?? null }, { phase, runId });
    }
    return run;
  }
}
