import type { Logger } from 'pino';

export type UndoStep = () => Promise<unknown> | unknown;

/** What undoes one step of a start. */
export interface Undo {
  /** In an orderly end. */
  readonly end: UndoStep;
  /** Where a recording is to go on without this daemon; default `end`. */
  readonly leave?: UndoStep;
}

/** Backwards; what fails does not keep the rest from being undone. Resolves with whether all went well. */
export async function unwind(undo: UndoStep[], log: Logger): Promise<boolean> {
  let clean = true;
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      await step();
    } catch (error) {
      clean = false;
      log.error({ err: error }, 'ending a part failed');
    }
  }
  return clean;
}
