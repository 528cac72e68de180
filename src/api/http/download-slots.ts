import { TouchlineError } from '../../errors.js';

/** A few of something at a time, over all clients. */
export class DownloadSlots {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns what gives the slot back. Throws `busy` `too_many_downloads` when all are taken. */
  take(): () => void {
    if (this.#taken >= this.#limit) {
      throw new TouchlineError({
        kind: 'busy',
        code: 'too_many_downloads',
        message: `${this.#limit} whole matches are being downloaded already, and more would take the disk from the recording: try again when one has finished, or download single files`,
      });
    }
    this.#taken += 1;
    let isOurs = true;
    return () => {
      if (isOurs) this.#taken -= 1;
      isOurs = false;
    };
  }
}
