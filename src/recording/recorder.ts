/**
 * The recording service: one recording at a time over all cameras. Starts and stops run one after the other; what
 * people ask meanwhile is answered at once from what is known.
 *
 * Invariants: a match that is being recorded is stored before the first frame is taken; the mutex is held exactly as
 * long as a recording is started, runs or is being stopped; a refused request changes nothing.
 */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { JournalEntry } from '../camera/journal.js';
import { asTouchlineError, TouchlineError } from '../errors.js';
import { Exclusive } from '../lib/exclusive.js';
import type { Lease } from '../mutex/camera-mutex.js';
import { ActiveRecording } from './active.js';
import { Announcer } from './announcer.js';
import { recover } from './adopt.js';
import { endMatch } from './end-match.js';
import { Guards } from './guards.js';
import { MarkBook } from './mark-book.js';
import { freeMatchId, holderOf, placeOf } from './match-place.js';
import type { MatchMarks } from './marks.js';
import { startFloorBytes } from './policy.js';
import { NOT_RECORDING, protectedRefusal } from './outcome.js';
import { bytesPerSecond, measuredBytesPerSecond } from './bit-rate.js';
import { hoursThatFit, spaceRefusal } from './space.js';
import { planStart, startCameras } from './start.js';
import type { RecorderOptions } from './recorder-options.js';
import { notStarted, refused, started } from './start-result.js';
import { healthOf, statusOf } from './status.js';
import type { StoredRecording } from './store.js';
import type { CameraId, LastStop, MutexState, RecordingEvents, Room, StopReason, RecordingHealth, RecordingService, RecordingStatus, StartRequest, StartResult, StopResult } from './types.js';

type Phase = 'idle' | 'starting' | 'recording' | 'stopping';

export class Recorder implements RecordingService {
  readonly #options: RecorderOptions;
  readonly #operations = new Exclusive();
  readonly events = new EventEmitter<RecordingEvents>();
  readonly marks: MatchMarks;
  readonly #announcer: Announcer;
  readonly #guards: Guards;
  #lastStop: LastStop | null = null;
  #phase: Phase = 'idle';
  #active: ActiveRecording | null = null;
  #lease: Lease | null = null;
  #startingMatchId: string | null = null;
  #isEnding = false;
  #soon: NodeJS.Immediate | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#announcer = new Announcer(this.events, options.log);
    const { cameras, recordingsDir, keeper, hasMatch, clock } = options;
    this.marks = new MarkBook({ cameraIds: cameras.map(({ id }) => id), recordingsDir, files: keeper.files, hasMatch, current: () => this.#currentMatch(), clock });
    keeper.files.events.on('marks', () => this.#announce());
    this.#guards = new Guards({
      overload: options.guard,
      health: () => this.health(),
      space: () => options.policy().space,
      room: () => this.#room(),
      onReserve: (match) => void this.#operations.run(() => this.#endForSpace(match.matchDir)),
      onChange: () => this.#announce(),
      announcer: this.#announcer,
      clock,
      log: options.log,
    });
    for (const camera of options.cameras) {
      camera.on('journal', (entry) => this.#onJournal(entry));
      camera.on('state', () => this.#announceSoon());
      camera.on('lost', () => this.#announceSoon());
    }
  }

  /** Finds out what the hosts are recording and goes on with it. Call once, before anything is asked. */
  adopt(): Promise<void> {
    return this.#operations.run(async () => {
      const { cameras, log, keeper } = this.#options;
      const found = await recover({ ...this.#options, policy: this.#options.policy(), pipeline: (camera) => this.#options.pipeline(camera).text });
      if (found.ended !== null) {
        const { recording, reason, gapMs, lastEpochMs } = found.ended;
        this.#announcer.tell('interrupted', { ...placeOf(recording), reason, gapMs });
        await keeper.over(recording.matchDir, 'interrupted', lastEpochMs);
        if (found.running === null) await this.#options.store.clear().catch((error: unknown) => log.error({ err: error }, 'the state file of the interrupted match could not be removed'));
        await keeper.ended(recording.matchDir, 'interrupted', new Map()).catch((error: unknown) => log.error({ err: error }, 'match.json of the interrupted match could not be written'));
      }
      if (found.running === null) {
        for (const camera of cameras) camera.want({ kind: 'idle' });
        keeper.wayIsFree();
        return;
      }
      this.#lease = this.#options.mutex.acquire('recording', holderOf(found.running.matchId));
      if (found.running.stopping) {
        log.warn({ matchId: found.running.matchId }, 'ending a recording whose stop was cut off');
        this.#active = this.#activate(found.running);
        await this.#stop('cut_off');
        for (const camera of cameras) camera.want({ kind: 'idle' });
        return;
      }
      keeper.makeWay(found.running.matchDir);
      this.#begin(found.running);
      if (found.interruption === null) {
        log.info({ matchId: found.running.matchId }, 'adopted the running recording');
        this.#announcer.tell('adopted', placeOf(found.running));
        return;
      }
      const count = found.running.interruptionCount ?? 1;
      log.warn({ matchId: found.running.matchId, ...found.interruption, count }, 'took up the recording of a match that had been interrupted');
      keeper.started(found.running.matchDir);
      this.#announcer.tell('resumed', { ...placeOf(found.running), interruption: found.interruption, count });
    });
  }

  status(): RecordingStatus {
    const { clock, keeper, volume } = this.#options;
    const { hoursLeft, freeBytes } = this.#room();
    return statusOf({
      active: this.#active,
      phase: this.#phase,
      policy: this.#options.policy(),
      nowMonoUs: clock.monoUs(),
      guard: this.#guards.overload,
      hoursLeft,
      marksCount: keeper.files.marksCount,
      disk: { space: this.#guards.space, freeBytes, isSubstitute: volume.isSubstitute, message: volume.message() },
      lastStop: this.#lastStop,
      cameraStackRepair: this.#options.cameraStackRepair.status(),
    });
  }

  mutexState(): MutexState {
    return this.#options.mutex.state();
  }

  health(): Promise<RecordingHealth> {
    const { clock, prober } = this.#options;
    const { probeTimeoutMs } = this.#options.policy();
    return healthOf({ active: this.#active, clock, prober, probeTimeoutMs, targetBytesPerSecond: (camera) => this.#targetBytesPerSecond(camera) });
  }

  async start(request: StartRequest): Promise<StartResult> {
    const current = this.#currentMatchId();
    if (current !== null && !request.force && this.#phase !== 'stopping') return refused('already_recording', `Already recording match: ${current}`, this.#options.policy());
    return this.#operations.run(() => this.#start(request));
  }

  async stop(request: { readonly force: boolean }): Promise<StopResult> {
    const refusal = this.#stopRefusal(request.force);
    if (refusal !== null) return refusal;
    return this.#operations.run(() => this.#stopRefusal(request.force) ?? this.#stop('requested'));
  }

  whileAtRest<T>(matchId: string, action: () => Promise<T>): Promise<T> {
    const refuse = (): void => {
      if (this.#currentMatchId() !== matchId) return;
      throw new TouchlineError({ kind: 'conflict', code: 'match_is_recording', message: `Match ${matchId} is being recorded: stop the recording first.` });
    };
    return this.#operations.pending === 0 ? this.#operations.run(() => (refuse(), action())) : (refuse(), this.#operations.run(() => (refuse(), action())));
  }

  /**
   * Ends a running recording before the daemon ends the hosts; a start or stop under way is waited for. From now on,
   * starts are refused.
   */
  async shutdown(): Promise<void> {
    this.#isEnding = true;
    await this.#operations.run(async () => {
      if (this.#active !== null) await this.#stop('shutdown');
    });
    await this.#options.keeper.stop();
  }

  /** Leaves the recording to the hosts. */
  async detach(): Promise<void> {
    await this.#operations.idle();
    this.#guards.end();
    this.#options.heartbeat.pause();
    this.#active?.close();
    await this.#options.keeper.stop();
  }

  async #start(request: StartRequest): Promise<StartResult> {
    const { cameras, clock, log, mutex, store, volume, recordingsDir } = this.#options;
    if (this.#isEnding) throw new TouchlineError({ kind: 'unavailable', code: 'shutting_down', message: 'Touchline is being ended: start the recording again when it is back.' });
    const policy = this.#options.policy();
    const current = this.#currentMatchId();
    if (current !== null && !request.force) return refused('already_recording', `Already recording match: ${current}`, policy);
    // Everything that can fail without touching the running recording is tried before it is stopped.
    const pipelines = new Map(cameras.map((camera) => [camera.id, this.#options.pipeline(camera.id).text]));
    const noDisk = await volume.absence();
    if (noDisk !== null) return refused('recordings_disk_missing', noDisk, policy);
    const noSpace = spaceRefusal(await this.#options.space.read(), startFloorBytes(policy));
    if (noSpace !== null) return refused('low_space', noSpace, policy);

    const replaced = this.#active === null ? null : await this.#stop('replaced');
    const matchId = request.matchId ?? freeMatchId(recordingsDir, clock);
    this.#lease = mutex.acquire('recording', holderOf(matchId), { displace: true });
    this.#phase = 'starting';
    this.#startingMatchId = matchId;
    this.#announce();
    const matchDir = join(recordingsDir, matchId);
    this.#options.keeper.makeWay(matchDir);
    try {
      const plan = planStart({ matchId, matchDir, mountPoint: volume.mountPoint, pipelines }, request.processAfterRecording, policy);
      const outcome = await startCameras(plan, { cameras, store, clock, log });
      if (outcome.stored === null) {
        this.#end();
        const answer = notStarted(outcome, policy, replaced);
        log.error({ matchId, errors: Object.fromEntries(answer.cameraErrors) }, 'recording could not be started');
        this.#announcer.tell('notStarted', { matchId, matchDir, errors: answer.cameraErrors });
        return answer;
      }
      this.#begin(outcome.stored);
      this.#options.keeper.started(outcome.stored.matchDir);
      log.info({ matchId, cameras: outcome.started, firstFrameOffsetMs: outcome.firstFrameOffsetMs }, 'recording started');
      this.#announcer.tell('started', placeOf(outcome.stored));
      return started(outcome, outcome.stored, replaced);
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      this.#startingMatchId = null;
    }
  }

  /** Where the disk has gone since its room was looked at, the match goes on when it comes back. */
  async #endForSpace(matchDir: string): Promise<void> {
    if (this.#active?.stored.matchDir === matchDir && (await this.#options.volume.absence()) === null) await this.#stop('no_space');
  }

  async #stop(reason: StopReason): Promise<StopResult> {
    const { clock, log } = this.#options;
    const active = this.#active;
    if (active === null) return NOT_RECORDING;
    this.#phase = 'stopping';
    active.stopping = true;
    this.#guards.end();
    this.#announce();
    try {
      const result = await endMatch(active, this.#options.policy(), this.#options);
      this.#lastStop = { matchId: active.stored.matchId, reason, epochMs: clock.nowEpochMs(), success: result.success, message: result.message };
      this.#announcer.tell('stopped', result, reason);
      this.#announcer.tell('files', placeOf(active.stored));
      return result;
    } catch (thrown) {
      const error = asTouchlineError(thrown);
      log.error({ err: error }, 'stopping the recording failed');
      return { success: false, message: `Error stopping recording: ${error.message}`, code: 'stop_failed', protected: false, outcome: null };
    } finally {
      this.#end();
    }
  }

  #begin(stored: StoredRecording): void {
    const { cameras } = this.#options;
    this.#active = this.#activate(stored);
    this.#phase = 'recording';
    for (const camera of cameras) {
      const spec = stored.cameras.find((recorded) => recorded.camera === camera.id)?.spec;
      camera.want(spec === undefined ? { kind: 'idle' } : { kind: 'recording', spec });
    }
    this.#guards.begin(placeOf(stored));
    this.#options.heartbeat.begin(stored);
    this.#announce();
  }

  #activate(stored: StoredRecording): ActiveRecording {
    const { cameras, clock, policy } = this.#options;
    return new ActiveRecording(stored, cameras, policy().recoveryMaxAttempts, clock);
  }

  #end(): void {
    this.#options.keeper.wayIsFree();
    this.#options.heartbeat.pause();
    this.#active?.close();
    this.#active = null;
    this.#lease?.release();
    this.#lease = null;
    this.#phase = 'idle';
    this.#announce();
  }

  #onJournal(entry: JournalEntry): void {
    const active = this.#active;
    if (active === null || active.cameras.get(entry.camera)?.spec.runId !== entry.runId) return;
    if (entry.kind === 'segment-opened' || entry.kind === 'segment-closed') this.#announcer.tell('files', placeOf(active.stored));
    if (entry.kind === 'segment-closed') {
      const { camera, name, durationMs, frames, bytes, finalised } = entry;
      this.#announcer.tell('segment', { ...placeOf(active.stored), camera, name, durationMs, frames, bytes, finalised });
    }
    if (this.#phase !== 'recording') return;
    if (entry.kind === 'segment-opened') this.#options.keeper.segmentOpened(active.stored.matchDir);
    if (entry.kind === 'segment-closed') this.#options.keeper.segmentClosed(active.stored.matchDir, entry.name);
  }

  /** When all that the cameras have said by now is read: each is told as it is, not as it was before that. */
  #announceSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = null;
      this.#announce();
    });
  }

  #announce(): void {
    this.#announcer.look(this.status(), this.mutexState(), this.#active === null ? null : placeOf(this.#active.stored));
  }

  #currentMatchId(): string | null {
    return this.#currentMatch()?.matchId ?? null;
  }

  #currentMatch(): { readonly matchId: string; readonly startedMonoUs: number | null } | null {
    if (this.#active !== null) return this.#active.stored;
    return this.#startingMatchId === null ? null : { matchId: this.#startingMatchId, startedMonoUs: null };
  }

  /** A recording that is just being started is protected like one that has run for no time. */
  #stopRefusal(force: boolean): StopResult | null {
    if (this.#active === null && this.#phase !== 'starting') return NOT_RECORDING;
    const { protectionMs } = this.#options.policy();
    const durationMs = this.#active === null ? 0 : (this.#options.clock.monoUs() - this.#active.stored.startedMonoUs) / 1000;
    return force || durationMs >= protectionMs ? null : protectedRefusal(protectionMs, durationMs);
  }

  /** Instant. */
  #room(): Room {
    const { space, cameras } = this.#options;
    const freeBytes = space.latest()?.freeBytes ?? null;
    const recorded = this.#active?.cameras;
    const ids = recorded === undefined ? cameras.map(({ id }) => id) : [...recorded.keys()];
    const rate = bytesPerSecond(ids.map((id) => ({ measured: measuredBytesPerSecond(recorded?.get(id)?.status()), target: this.#targetBytesPerSecond(id) })));
    return { freeBytes, hoursLeft: freeBytes === null ? null : hoursThatFit(freeBytes, rate) };
  }

  #targetBytesPerSecond(camera: CameraId): number {
    return ((this.#options.pipeline(camera).bitrateKbps ?? 0) * 1000) / 8;
  }
}
