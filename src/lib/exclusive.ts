/**
 * Runs tasks one at a time, in the order of their calls. A task that fails rejects its own caller and nobody else's.
 * A task must not wait for another task of the same runner: it would wait for ever.
 */
export class Exclusive {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** Resolves or rejects as `task` does, once everything that was called before has ended. */
  run<T>(task: () => Promise<T> | T): Promise<T> {
    this.waiting += 1;
    const result = this.tail.then(task).finally(() => {
      this.waiting -= 1;
    });
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Tasks running or waiting. */
  get pending(): number {
    return this.waiting;
  }

  /** Resolves when nothing runs or waits any more, tasks added meanwhile included. */
  async idle(): Promise<void> {
    while (this.waiting > 0) await this.tail;
  }
}
