import { type ReadonlySignal, signal } from '@preact/signals';
import type { Clip } from '../time-line.js';
import { correctionOf } from './drift.js';
import { VideoSlot } from './video-slot.js';

/** `gap`: this camera has no picture at that moment. `failed`: it has a file that does not play here. */
export type DeckState = 'loading' | 'picture' | 'gap' | 'failed';

export interface Instruction {
  /** What to show; null in a gap. */
  readonly clip: Clip | null;
  /** What comes after it: fetched while there is time. */
  readonly next: Clip | null;
  readonly atSeconds: number;
  readonly speed: number;
  /** `held`: it is to run, and the other camera is not ready. */
  readonly motion: 'running' | 'held' | 'still';
}

/** A picture that stands still is this close to where it should be: less than half a frame. */
const EXACT_SECONDS = 0.015;
/** The file that comes next is fetched so long before. */
const FETCH_AHEAD_SECONDS = 8;
/** A file that grew is fetched again when so much more of it plays. */
const GROWN_SECONDS = 0.3;
/** So long before what was fetched of a growing file ends, more of it is fetched, */
const RENEW_AHEAD_SECONDS = 4;
/** and so long before it ends, that takes over. */
const HANDOVER_SECONDS = 0.3;
/** A file that was fetched again and had not grown is left alone until so much more should be there. */
const FRUITLESS_SECONDS = 4;
/** A camera whose file does not grow although the match goes on keeps the others waiting for so long. */
const PATIENCE_MS = 5000;
const AT_END_SECONDS = 0.05;

/**
 * The picture of one camera: two video elements, of which one is seen. The other fetches the next file, or another one that was
 * jumped to, and takes over when it has its first picture, so that nothing flickers where one file ends and the next begins.
 */
export class CameraDeck {
  readonly #state = signal<DeckState>('loading');
  #front: VideoSlot;
  #back: VideoSlot;
  #renewFromSeconds = 0;
  #shortSinceMs: number | null = null;

  /** @param urlOf address of a clip for a video element */
  constructor(elements: readonly [HTMLVideoElement, HTMLVideoElement], urlOf: (clip: Clip) => string, onChange: () => void) {
    this.#front = new VideoSlot(elements[0], urlOf, onChange);
    this.#back = new VideoSlot(elements[1], urlOf, onChange);
    this.#front.setSeen(true);
    this.#back.setSeen(false);
  }

  get state(): ReadonlySignal<DeckState> {
    return this.#state;
  }

  /** Whether the clock may go on: there is a picture, or there is none to wait for. */
  get isReady(): boolean {
    return this.#state.value !== 'loading';
  }

  /** To be called again and again; does what brings the picture nearer to where it should be. */
  follow({ clip, next, atSeconds, speed, motion }: Instruction): void {
    if (clip === null) {
      this.#front.pause();
      this.#fetchAhead(next, atSeconds, speed);
      this.#state.value = 'gap';
      return;
    }
    const slot = this.#slotWith(clip, atSeconds - clip.startSeconds);
    if (slot === null) {
      this.#front.pause();
      this.#state.value = this.#back.hasFailed ? 'failed' : 'loading';
      return;
    }
    const targetSeconds = atSeconds - clip.startSeconds;
    place(slot, targetSeconds, speed, motion);
    this.#state.value = slot.hasFailed ? 'failed' : !slot.hasPicture ? 'loading' : this.#stateAtEnd(clip, targetSeconds);
    if (!slot.hasPicture) return;
    const renewAt = this.#renewAtSeconds(clip);
    // What goes on in the same file comes before the next file.
    if (renewAt === null) this.#fetchAhead(next, atSeconds, speed);
    else if (renewAt - targetSeconds < RENEW_AHEAD_SECONDS * speed) this.#renew(clip, Math.max(targetSeconds, renewAt));
  }

  close(): void {
    this.#front.clear();
    this.#back.clear();
  }

  /** The one that is seen, when it has this file; otherwise the other one is made to have it, and changes places when it is ready. */
  #slotWith(clip: Clip, targetSeconds: number): VideoSlot | null {
    const isSame = this.#front.holds(clip);
    if (isSame && targetSeconds < (this.#renewAtSeconds(clip) ?? Number.POSITIVE_INFINITY)) return this.#front;
    if (isSame) this.#renew(clip, targetSeconds);
    else if (!this.#back.holds(clip)) this.#back.load(clip, targetSeconds);
    if (this.#back.hasPicture && !this.#back.isAt(targetSeconds)) this.#back.seek(targetSeconds);
    if (!this.#back.hasPicture || !this.#back.isAt(targetSeconds)) return null;
    const hasGrown = (this.#back.durationSeconds ?? 0) > (this.#front.durationSeconds ?? 0) + AT_END_SECONDS;
    this.#renewFromSeconds = isSame && !hasGrown ? clip.endSeconds - clip.startSeconds + FRUITLESS_SECONDS : 0;
    [this.#front, this.#back] = [this.#back, this.#front];
    this.#front.setSeen(true);
    this.#back.setSeen(false);
    this.#back.pause();
    return this.#front;
  }

  /** Where in the file the one that is seen is to be replaced, for there is more of it by now; null when it has all. */
  #renewAtSeconds(clip: Clip): number | null {
    const fetched = this.#front.durationSeconds;
    const lengthSeconds = clip.endSeconds - clip.startSeconds;
    if (fetched === null || this.#front.clip?.version === clip.version || lengthSeconds <= fetched + GROWN_SECONDS) return null;
    return clip.isGrowing && lengthSeconds < this.#renewFromSeconds ? null : fetched - HANDOVER_SECONDS;
  }

  /** Has the other one fetch the file again, unless it is at that already. */
  #renew(clip: Clip, atSeconds: number): void {
    if (!this.#back.holds(clip) || this.#back.clip?.version === this.#front.clip?.version || this.#isShorter) this.#back.load(clip, atSeconds);
  }

  /** The other one has an older state of the same file. */
  get #isShorter(): boolean {
    const [front, back] = [this.#front.durationSeconds, this.#back.durationSeconds];
    return front !== null && back !== null && back < front;
  }

  /** Where a growing file ends for now, the clock waits for the rest of it; not for a camera that writes nothing any more. */
  #stateAtEnd(clip: Clip, targetSeconds: number): DeckState {
    const isShort = clip.isGrowing && targetSeconds > (this.#front.durationSeconds ?? 0) - AT_END_SECONDS;
    this.#shortSinceMs = isShort ? (this.#shortSinceMs ?? performance.now()) : null;
    if (this.#shortSinceMs === null) return 'picture';
    return performance.now() - this.#shortSinceMs < PATIENCE_MS ? 'loading' : 'gap';
  }

  #fetchAhead(next: Clip | null, atSeconds: number, speed: number): void {
    if (next === null || this.#back.holds(next) || next.startSeconds - atSeconds > FETCH_AHEAD_SECONDS * speed) return;
    this.#back.load(next, 0);
  }
}

function place(slot: VideoSlot, targetSeconds: number, speed: number, motion: Instruction['motion']): void {
  const limit = slot.durationSeconds;
  if (limit === null || slot.isSeeking) return;
  // Shorter than it should be: its last picture stays. Begun a little later than the other camera: its first one waits.
  const target = Math.max(0, Math.min(targetSeconds, limit));
  const drift = slot.seconds - target;
  if (motion === 'running' && targetSeconds < limit) {
    const correction = correctionOf(drift, speed);
    if (correction.kind === 'seek') slot.seek(target);
    else slot.play(correction.rate);
    return;
  }
  slot.pause();
  if (motion === 'still' ? Math.abs(drift) > EXACT_SECONDS : correctionOf(drift, speed).kind === 'seek') slot.seek(target);
}
