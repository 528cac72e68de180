/**
 * Small pictures of what the cameras do while they record, or while their live picture is shown. They are an extra: they
 * are refused rather than take time that a recording needs, and nothing that a viewer does reaches the recording.
 */
import { randomUUID } from 'node:crypto';
import { TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import type { MonitoredCamera, MonitorLimit } from './monitored-camera.js';
import type { StillsFolder } from './stills-folder.js';
import type { MonitorService, MonitorStream, Still, StillsViewer } from './types.js';

const MAX_STILLS_VIEWERS = 16;
/** A viewer without a new picture for this long is let go, so that it can say so. Longer than a camera process takes to come back. */
const SILENCE_MS = 5000;
const PATROL_MS = 1000;
const SNAPSHOT_MS = 3000;
/** With `auto`, above this many percent of all processors together nobody new gets a picture. */
const BUSY_PERCENT = 92;

export interface MonitorOptions {
  readonly cameras: readonly MonitoredCamera[];
  readonly mode: () => MonitorService['mode'];
  /** Whether the profile can make small pictures. */
  readonly isPossible: boolean;
  readonly stills: (onStill: (camera: number, still: Still) => void) => StillsFolder;
  /** Load of all processors together; null when not known. */
  readonly cpuPercent: () => number | null;
  readonly clock: Clock;
}

interface Watching {
  readonly camera: number;
  readonly viewer: StillsViewer;
  lastMonoMs: number;
}

export class Monitor implements MonitorService {
  readonly #options: MonitorOptions;
  readonly #stills: StillsFolder;
  readonly #watching = new Map<string, Watching>();
  /** Cameras that did nothing at the last look. */
  #idle: ReadonlySet<number> = new Set();
  #isSuspended = false;
  #snapshots = 0;
  #patrol: NodeJS.Timeout | null = null;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#stills = options.stills((camera, still) => this.#onStill(camera, still));
  }

  get mode(): MonitorService['mode'] {
    return this.#options.mode();
  }

  watchStills(id: number, viewer: StillsViewer): () => void {
    if (this.#watching.size >= MAX_STILLS_VIEWERS + this.#snapshots) throw new TouchlineError({ kind: 'busy', code: 'too_many_viewers', message: `There are ${MAX_STILLS_VIEWERS} viewers already. Close one first.` });
    return this.#watch(id, viewer);
  }

  #watch(id: number, viewer: StillsViewer): () => void {
    const camera = this.#admit(id, 'stills');
    const user = randomUUID();
    this.#watching.set(user, { camera: id, viewer, lastMonoMs: this.#options.clock.monoMs() });
    this.#patrol ??= setInterval(() => this.#endSilent(), PATROL_MS);
    // A folder that cannot be made shows as a picture that does not come.
    void this.prepare().then(() => {
      if (this.#watching.has(user)) camera.use('stills', user);
    });
    return () => this.#leave(user);
  }

  /** Makes room for the stills; never rejects. */
  prepare(): Promise<void> {
    return this.#stills.open();
  }

  async snapshot(id: number): Promise<Still> {
    const next = Promise.withResolvers<Still>();
    const none = (): void => next.reject(new TouchlineError({ kind: 'timeout', code: 'monitor_no_picture', message: `Camera ${id} gave no picture within ${SNAPSHOT_MS / 1000} s.` }));
    const leave = this.#watch(id, { still: next.resolve, ended: none });
    // Over in a moment: it takes nobody's place.
    this.#snapshots += 1;
    const cancel = new AbortController();
    void this.#options.clock.sleepMs(SNAPSHOT_MS, cancel.signal).then(none, () => undefined);
    try {
      return await next.promise;
    } finally {
      cancel.abort();
      this.#snapshots -= 1;
      leave();
    }
  }

  /** The stream of a camera for WebRTC viewers; null for one that is not there. */
  stream(id: number): MonitorStream | null {
    const camera = this.#options.cameras.find((one) => one.id === id);
    if (camera === undefined) return null;
    return {
      camera: id,
      refuse: () => void this.#admitStream(camera),
      join: (user) => this.#admitStream(camera).use('stream', user),
      leave: (user) => camera.leave('stream', user),
      wantKeyframe: () => camera.wantKeyframe(),
    };
  }

  /** Makes room for a recording that is more than the machine can do, and gives it back. */
  limit(limit: MonitorLimit): void {
    this.#isSuspended = limit.suspended;
    for (const camera of this.#options.cameras) camera.limit(limit);
    if (limit.suspended) this.dismiss();
  }

  /** Lets every viewer of stills go. */
  dismiss(): void {
    for (const user of [...this.#watching.keys()]) this.#end(user);
  }

  async close(): Promise<void> {
    this.dismiss();
    for (const camera of this.#options.cameras) camera.close();
    await this.#stills.close();
  }

  #admitStream(camera: MonitoredCamera): MonitoredCamera {
    const { id, isRecording } = camera;
    if (!isRecording) throw new TouchlineError({ kind: 'conflict', code: 'nothing_recorded', message: `Camera ${id} does not record now; main_cam${id} is its live picture.` });
    return this.#admit(id, 'stream');
  }

  #admit(id: number, picture: 'stills' | 'stream'): MonitoredCamera {
    const camera = this.#options.cameras.find((one) => one.id === id);
    if (camera === undefined) throw new TouchlineError({ kind: 'not_found', code: 'no_such_camera', message: `There is no camera ${id}.` });
    if (this.mode === 'off') throw new TouchlineError({ kind: 'unavailable', code: 'monitor_off', message: 'Small pictures are switched off (monitor_mode).' });
    if (!this.#options.isPossible) throw new TouchlineError({ kind: 'unavailable', code: 'monitor_unavailable', message: 'This profile makes no small pictures.' });
    if (!camera.isRunning) throw new TouchlineError({ kind: 'conflict', code: 'camera_not_running', message: `Camera ${id} does not run now. Start a recording or the preview.` });
    if (this.#isSuspended) throw new TouchlineError({ kind: 'busy', code: 'monitor_no_time', message: 'The rig is overloaded: recording comes first. Try again later.' });
    const load = this.#options.cpuPercent();
    if (this.mode === 'auto' && load !== null && load >= BUSY_PERCENT && !camera.isOn(picture)) {
      throw new TouchlineError({ kind: 'busy', code: 'monitor_no_time', message: `The processor is at ${Math.round(load)} %: recording comes first. Try again later.` });
    }
    return camera;
  }

  #onStill(camera: number, still: Still): void {
    for (const watching of [...this.#watching.values()]) {
      if (watching.camera !== camera) continue;
      watching.lastMonoMs = still.monoMs;
      watching.viewer.still(still);
    }
  }

  #endSilent(): void {
    const limitMonoMs = this.#options.clock.monoMs() - SILENCE_MS;
    // Twice in a row: between a live picture and the recording that takes its camera, viewers stay.
    const idle = this.#options.cameras.filter(({ isIdle }) => isIdle).map(({ id }) => id);
    for (const [user, { camera, lastMonoMs }] of [...this.#watching]) {
      if (lastMonoMs < limitMonoMs || (this.#idle.has(camera) && idle.includes(camera))) this.#end(user);
    }
    this.#idle = new Set(idle);
  }

  #end(user: string): void {
    const watching = this.#watching.get(user);
    this.#leave(user);
    watching?.viewer.ended();
  }

  #leave(user: string): void {
    const watching = this.#watching.get(user);
    if (!this.#watching.delete(user)) return;
    this.#options.cameras.find(({ id }) => id === watching?.camera)?.leave('stills', user);
    if (this.#watching.size > 0 || this.#patrol === null) return;
    clearInterval(this.#patrol);
    this.#patrol = null;
    this.#idle = new Set();
  }
}
