import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { type Clip, clipAfter, clipAt, nextPictureSeconds, type TimeLine } from '../time-line.js';
import { CameraDeck, type DeckState } from './camera-deck.js';

export const SPEEDS: readonly number[] = [0.5, 1, 2];

/** Why the time stands although it is to run. `edge`: this is all that there is, and more is being recorded. */
export type Waiting = 'pictures' | 'edge' | null;

const MS_PER_SECOND = 1000;
/** Between two turns at most so much time is made up for; a page that was asleep goes on where it was. */
const LONGEST_TURN_SECONDS = 0.5;
/** A time without pictures that is shorter is waited through, a longer one is left out. */
const SHORT_GAP_SECONDS = 2;
/** At the end of what is being recorded so much must have come before it goes on, or it would stop again at once. */
const EDGE_SECONDS = 3;
const NOTHING: TimeLine = { tracks: [], lengthSeconds: 0, isOpen: false, isEstimated: false };

/**
 * Plays a match: one clock, which the pictures of all cameras follow. The clock stands while a picture is missing, so
 * that the cameras stay together; each picture is brought back to it by a small change of its speed.
 */
export class MatchPlayer {
  readonly #seconds = signal(0);
  readonly #isPlaying = signal(false);
  readonly #speed = signal(1);
  readonly #waiting = signal<Waiting>(null);
  readonly #decks = new Map<string, CameraDeck>();
  readonly #urlOf: (clip: Clip) => string;
  #timeLine: TimeLine = NOTHING;
  #frame = 0;
  #turnedMs = 0;

  /** @param urlOf address of a clip for a video element */
  constructor(urlOf: (clip: Clip) => string) {
    this.#urlOf = urlOf;
  }

  /** Where it is on the time line of the match. */
  get seconds(): ReadonlySignal<number> {
    return this.#seconds;
  }

  get isPlaying(): ReadonlySignal<boolean> {
    return this.#isPlaying;
  }

  get speed(): ReadonlySignal<number> {
    return this.#speed;
  }

  get waiting(): ReadonlySignal<Waiting> {
    return this.#waiting;
  }

  /** The same match, known better: files that were added, or that grew. */
  setTimeLine(timeLine: TimeLine): void {
    this.#timeLine = timeLine;
    this.#wake();
  }

  play(): void {
    const { lengthSeconds } = this.#timeLine;
    batch(() => {
      // From the end there is only the beginning.
      if (this.#seconds.value >= lengthSeconds && !this.#timeLine.isOpen) this.#seconds.value = 0;
      this.#isPlaying.value = true;
    });
    this.#wake();
  }

  pause(): void {
    batch(() => {
      this.#isPlaying.value = false;
      this.#waiting.value = null;
    });
    this.#wake();
  }

  toggle(): void {
    if (this.#isPlaying.value) this.pause();
    else this.play();
  }

  seek(seconds: number): void {
    this.#seconds.value = Math.min(Math.max(0, seconds), this.#timeLine.lengthSeconds);
    this.#wake();
  }

  /** @param seconds forwards, or backwards when it is negative */
  jump(seconds: number): void {
    this.seek(this.#seconds.value + seconds);
  }

  setSpeed(speed: number): void {
    this.#speed.value = speed;
    this.#wake();
  }

  /** Shows a camera in two video elements; what is returned ends that. */
  show(camera: string, elements: readonly [HTMLVideoElement, HTMLVideoElement]): { readonly state: ReadonlySignal<DeckState>; readonly close: () => void } {
    const deck = new CameraDeck(elements, this.#urlOf, () => this.#wake());
    this.#decks.set(camera, deck);
    this.#wake();
    const close = (): void => {
      deck.close();
      if (this.#decks.get(camera) === deck) this.#decks.delete(camera);
    };
    return { state: deck.state, close };
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#isPlaying.value = false;
    for (const deck of this.#decks.values()) deck.close();
    this.#decks.clear();
  }

  get #areReady(): boolean {
    return [...this.#decks.values()].every(({ isReady }) => isReady);
  }

  #wake(): void {
    if (this.#frame !== 0) return;
    this.#turnedMs = performance.now();
    this.#frame = requestAnimationFrame(() => this.#turn());
  }

  #turn(): void {
    const nowMs = performance.now();
    const elapsed = Math.min((nowMs - this.#turnedMs) / MS_PER_SECOND, LONGEST_TURN_SECONDS);
    this.#turnedMs = nowMs;
    const waiting = this.#waitingNow();
    batch(() => {
      this.#waiting.value = waiting;
      if (this.#isPlaying.value && waiting === null) this.#advance(elapsed * this.#speed.value);
    });
    this.#lead(waiting);
    const isAtRest = !this.#isPlaying.value && this.#areReady;
    this.#frame = isAtRest ? 0 : requestAnimationFrame(() => this.#turn());
  }

  #waitingNow(): Waiting {
    if (!this.#isPlaying.value) return null;
    const left = this.#timeLine.lengthSeconds - this.#seconds.value;
    if (this.#timeLine.isOpen && left < (this.#waiting.value === 'edge' ? EDGE_SECONDS : 0.01)) return 'edge';
    return this.#areReady ? null : 'pictures';
  }

  #advance(bySeconds: number): void {
    const { lengthSeconds, tracks, isOpen } = this.#timeLine;
    const from = this.#seconds.value + bySeconds;
    const picture = nextPictureSeconds(tracks, from);
    const to = picture !== null && picture - from > SHORT_GAP_SECONDS ? picture : from;
    this.#seconds.value = Math.min(to, lengthSeconds);
    if (to >= lengthSeconds && !isOpen) this.#isPlaying.value = false;
  }

  #lead(waiting: Waiting): void {
    const atSeconds = this.#seconds.value;
    const motion = !this.#isPlaying.value ? 'still' : waiting === null ? 'running' : 'held';
    for (const [camera, deck] of this.#decks) {
      const track = this.#timeLine.tracks.find((each) => each.camera === camera);
      const clip = track === undefined ? null : this.#clipAtOrBefore(track, atSeconds);
      const next = track === undefined ? null : clipAfter(track, Math.max(atSeconds, clip?.startSeconds ?? 0));
      deck.follow({ clip, next, atSeconds, speed: this.#speed.value, motion });
    }
  }

  /** At the very end the last picture stays. */
  #clipAtOrBefore(track: TimeLine['tracks'][number], seconds: number): Clip | null {
    const last = track.clips.at(-1);
    return clipAt(track, seconds) ?? (last !== undefined && seconds >= this.#timeLine.lengthSeconds && last.endSeconds >= seconds - SHORT_GAP_SECONDS ? last : null);
  }
}
