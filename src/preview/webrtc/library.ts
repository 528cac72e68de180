/** The WebRTC library, which is native code and may be missing for a machine: the rig records all the same. */
import type ndc from 'node-datachannel';
import type { Logger } from 'pino';
import { asTouchlineError } from '../../errors.js';

export type WebrtcLibrary = typeof ndc;

/** Null, and said in the log, when it cannot be loaded. */
export async function loadWebrtc(log: Logger): Promise<WebrtcLibrary | null> {
  try {
    return (await import('node-datachannel')).default;
  } catch (error) {
    log.error({ err: asTouchlineError(error) }, 'the WebRTC library cannot be loaded: live pictures are shown over HLS only');
    return null;
  }
}
