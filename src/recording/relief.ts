/** What the overload guard's steps do. */
import type { EncoderRelief } from './encoder-relief.js';
import type { ReliefStep } from './types.js';

const SLOWER_SHARE = 0.4;
/** A picture of this share is still good to look at, and an encoder has noticeably less to do. */
const BITRATE_SHARE = 0.6;

export interface PictureLimit {
  /** Of the configured number of small pictures a second. */
  readonly rateShare: number;
  readonly suspended: boolean;
}

export class Relief {
  readonly #encoders: readonly EncoderRelief[];
  #limitPictures: (limit: PictureLimit) => void = () => undefined;
  #steps: readonly ReliefStep[] = [];

  constructor(encoders: readonly EncoderRelief[]) {
    this.#encoders = encoders;
  }

  /** Whoever makes small pictures, once he is there. */
  pictures(limit: (limit: PictureLimit) => void): void {
    this.#limitPictures = limit;
    this.take(this.#steps);
  }

  /** Makes exactly these steps true. */
  take(steps: readonly ReliefStep[]): void {
    this.#steps = steps;
    this.#limitPictures({ rateShare: steps.includes('slower_pictures') ? SLOWER_SHARE : 1, suspended: steps.includes('no_pictures') });
    for (const encoder of this.#encoders) encoder.set(steps.includes('lower_bitrate') ? BITRATE_SHARE : 1);
  }
}
