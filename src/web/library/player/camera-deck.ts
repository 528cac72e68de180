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

/**
 * The picture of one camera: two video elements, of which one is seen. The other fetches the next file, or another one that was
 * jumped to, and takes over when it has its first picture, so that nothing flickers where one file ends and the next begins.
 */
export class CameraDeck {
  readonly #state = signal<DeckState>('loading');
  #front: VideoSlot;
  #back: VideoSlot;

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
    place(slot, atSeconds - clip.startSeconds, speed, motion);
    this.#state.value = slot.hasFailed ? 'failed' : slot.hasPicture ? 'picture' : 'loading';
    if (slot.hasPicture) this.#fetchAhead(next, atSeconds, speed);
  }

  close(): void {
    this.#front.clear();
    this.#back.clear();
  }

  /** The one that is seen, when it has this file; otherwise the other one is made to have it, and changes places when it is ready. */
  #slotWith(clip: Clip, targetSeconds: number): VideoSlot | null {
    if (this.#front.holds(clip) && !this.#isOutgrown(clip, targetSeconds)) return this.#front;
    const isOther = !this.#back.holds(clip) || (this.#front.holds(clip) && this.#back.clip?.version === this.#front.clip?.version);
    if (isOther) this.#back.load(clip, targetSeconds);
    else if (!this.#back.isAt(targetSeconds)) this.#back.seek(targetSeconds);
    if (!this.#back.hasPicture || !this.#back.isAt(targetSeconds)) return null;
    [this.#front, this.#back] = [this.#back, this.#front];
    this.#front.setSeen(true);
    this.#back.setSeen(false);
    this.#back.pause();
    return this.#front;
  }

  /** What was fetched of a growing file ends here, and by now there is more. */
  #isOutgrown(clip: Clip, targetSeconds: number): boolean {
    const fetched = this.#front.durationSeconds;
    return fetched !== null && targetSeconds > fetched - 0.1 && clip.endSeconds - clip.startSeconds > fetched + GROWN_SECONDS && this.#front.clip?.version !== clip.version;
  }

  #fetchAhead(next: Clip | null, atSeconds: number, speed: number): void {
    if (next === null || this.#back.holds(next) || next.startSeconds - atSeconds > FETCH_AHEAD_SECONDS * speed) return;
    this.#back.load(next, 0);
  }
}

function place(slot: VideoSlot, targetSeconds: number, speed: number, motion: Instruction['motion']): void {
  const limit = slot.durationSeconds;
  if (limit === null || slot.isSeeking) return;
  // Shorter than it should be: its last picture stays.
  const target = Math.min(targetSeconds, limit);
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
