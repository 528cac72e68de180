import type { Clip } from '../time-line.js';

/** A file that was finished meanwhile breaks what was fetched of it before; that is no reason to give up. */
const ATTEMPTS = 3;
const RETRY_MS = 800;
/** A seek that lands so close has arrived. */
const NEAR_SECONDS = 0.5;
/** At the very end of a file there is no future, and nothing to wait for. */
const END_SECONDS = 0.3;

/** One video element and the file in it. */
export class VideoSlot {
  readonly #video: HTMLVideoElement;
  readonly #urlOf: (clip: Clip) => string;
  readonly #onChange: () => void;
  readonly #ended = new AbortController();
  #clip: Clip | null = null;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(video: HTMLVideoElement, urlOf: (clip: Clip) => string, onChange: () => void) {
    this.#video = video;
    this.#urlOf = urlOf;
    this.#onChange = onChange;
    const { signal } = this.#ended;
    for (const event of ['loadeddata', 'canplay', 'seeked', 'waiting', 'ended']) video.addEventListener(event, onChange, { signal });
    video.addEventListener('error', () => this.#broke(), { signal });
  }

  get clip(): Clip | null {
    return this.#clip;
  }

  get seconds(): number {
    return this.#video.currentTime;
  }

  get isSeeking(): boolean {
    return this.#video.seeking;
  }

  /** Of what was there of the file when it was fetched; null before that is known. */
  get durationSeconds(): number | null {
    return this.#video.readyState >= HTMLMediaElement.HAVE_METADATA && Number.isFinite(this.#video.duration) ? this.#video.duration : null;
  }

  get hasFailed(): boolean {
    return this.#attempts >= ATTEMPTS;
  }

  /** It shows the moment that it was asked for, and can go on from there. */
  get hasPicture(): boolean {
    const { readyState, seeking, currentTime, duration } = this.#video;
    if (seeking || this.#clip === null) return false;
    return readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || (readyState === HTMLMediaElement.HAVE_CURRENT_DATA && currentTime > duration - END_SECONDS);
  }

  holds(clip: Clip): boolean {
    return this.#clip?.name === clip.name && this.#clip.camera === clip.camera;
  }

  isAt(seconds: number): boolean {
    const limit = this.durationSeconds;
    return limit !== null && Math.abs(this.#video.currentTime - Math.min(seconds, limit)) < NEAR_SECONDS;
  }

  load(clip: Clip, atSeconds: number): void {
    clearTimeout(this.#retry);
    this.#attempts = 0;
    this.#clip = clip;
    this.#open(clip, atSeconds);
  }

  seek(seconds: number): void {
    if (!this.#video.seeking) this.#video.currentTime = Math.max(0, seconds);
  }

  play(rate: number): void {
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
    // A pause that comes before it has begun is no failure.
    if (this.#video.paused) void this.#video.play().catch(() => undefined);
  }

  pause(): void {
    if (!this.#video.paused) this.#video.pause();
  }

  setSeen(isSeen: boolean): void {
    this.#video.toggleAttribute('data-seen', isSeen);
  }

  clear(): void {
    clearTimeout(this.#retry);
    this.#ended.abort();
    this.#clip = null;
    // Otherwise the browser goes on fetching.
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #open(clip: Clip, atSeconds: number): void {
    this.#video.preload = 'auto';
    this.#video.src = `${this.#urlOf(clip)}${this.#attempts === 0 ? '' : `&attempt=${this.#attempts}`}`;
    this.#video.currentTime = Math.max(0, atSeconds);
  }

  #broke(): void {
    this.#attempts += 1;
    const clip = this.#clip;
    const { currentTime } = this.#video;
    if (clip !== null && !this.hasFailed) this.#retry = setTimeout(() => this.#open(clip, currentTime), RETRY_MS);
    this.#onChange();
  }
}
