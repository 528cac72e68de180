/** What a connection says about live pictures by WebRTC, and who answers it (contract 4.2, 4.6). */
import type { SignallingMessage } from '../contract/ws-client.js';
import type { SignallingReply } from '../contract/ws-server.js';

/** A connection as signalling sees it. Sessions belong to the connection that began them. */
export interface SignallingPeer {
  /** Unique in the life of the daemon. */
  readonly id: string;
  /** Does nothing when the connection is gone. */
  signal(reply: SignallingReply): void;
}

export interface Signalling {
  /** Answers through the peer, now or later; what it throws or rejects with is sent as `handler_error`. */
  handle(message: SignallingMessage, peer: SignallingPeer): Promise<void> | void;
  /** The connection is gone, with all its sessions. Must not throw. */
  left(peer: SignallingPeer): void;
}

const PANORAMA = 'panorama';

/**
 * The signalling of a rig without live pictures.
 * @param streamKinds of its cameras
 */
export function withoutLivePictures(streamKinds: () => readonly string[]): Signalling {
  return {
    handle: ({ type, data }, peer) => {
      if (type !== 'webrtc_start') {
        peer.signal({ v: 1, type: 'webrtc_error', data: { session_id: data.session_id, error: 'Unknown session_id' } });
        return;
      }
      const isKnown = data.stream_kind === PANORAMA || streamKinds().includes(data.stream_kind);
      const error = isKnown ? 'WebRTC runtime is not available' : `Unsupported stream_kind: ${data.stream_kind}`;
      peer.signal({ v: 1, type: 'webrtc_error', data: { stream_kind: data.stream_kind, error } });
    },
    left: () => undefined,
  };
}
