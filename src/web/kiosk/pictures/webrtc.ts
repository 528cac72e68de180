import type { MessageOf } from '../../rig/messages.js';
import { RigError } from '../../rig/rig-error.js';
import type { RigSocket } from '../../rig/socket.js';

export interface WebrtcPicture {
  /** Ends it here and at the rig. Idempotent. */
  close(): void;
}

export interface WebrtcListener {
  readonly onStream: (stream: MediaStream) => void;
  /** No picture any more, or none at all; called once at most, and not after `close`. */
  readonly onEnd: (error: RigError) => void;
}

/**
 * One live picture over WebRTC, with the signalling of docs/websocket.md: the page asks for a session and offers, the rig answers.
 * It ends with its socket, because the rig ends the session then.
 */
export function openWebrtc(socket: RigSocket, streamKind: string, listener: WebrtcListener): WebrtcPicture {
  const leave: (() => void)[] = [];
  let peer: RTCPeerConnection | null = null;
  let session: string | null = null;
  let isOver = false;
  let isAsked = false;

  const close = (): void => {
    if (isOver) return;
    isOver = true;
    for (const stop of leave) stop();
    // The rig may be about to answer: what nobody takes is given back, or the camera would encode for nobody.
    if (session === null && isAsked) returnNext(socket, streamKind);
    if (session !== null) socket.send('webrtc_stop', { session_id: session, stream_kind: streamKind });
    peer?.close();
  };
  const end = (code: string, words: string): void => {
    if (isOver) return;
    close();
    listener.onEnd(new RigError(code, words));
  };
  const attempt = (step: Promise<unknown>): void => {
    step.catch((error: unknown) => end('webrtc_failed', error instanceof Error ? error.message : String(error)));
  };
  const begin = async ({ data }: MessageOf<'webrtc_session_ready'>): Promise<void> => {
    session = data.session_id;
    const connection = new RTCPeerConnection({ iceServers: data.ice_servers });
    peer = connection;
    const { receiver } = connection.addTransceiver('video', { direction: 'recvonly' });
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate === null || isOver) return;
      socket.send('webrtc_ice_candidate', { session_id: session, stream_kind: streamKind, candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex });
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'failed') end('webrtc_failed', 'The connection for the picture could not be made.');
    });
    await connection.setLocalDescription(await connection.createOffer());
    if (isOver) return;
    socket.send('webrtc_offer', { session_id: session, stream_kind: streamKind, sdp: connection.localDescription?.sdp });
    listener.onStream(new MediaStream([receiver.track]));
  };

  leave.push(
    socket.on('webrtc_session_ready', (message) => {
      if (session === null && message.data.stream_kind === streamKind && socket.claim(message.data.session_id)) attempt(begin(message));
    }),
    socket.on('webrtc_answer', ({ data }) => {
      if (data.session_id === session && peer !== null) attempt(peer.setRemoteDescription({ type: 'answer', sdp: data.sdp }));
    }),
    socket.on('webrtc_ice_candidate', ({ data }) => {
      if (data.session_id === session && peer !== null) attempt(peer.addIceCandidate({ candidate: data.candidate, sdpMLineIndex: data.sdpMLineIndex }));
    }),
    socket.on('webrtc_state', ({ data }) => {
      if (data.session_id === session && data.state === 'stopped') end('picture_ended', 'The picture was ended.');
    }),
    socket.on('webrtc_error', ({ data }) => {
      const isOurs = data.session_id === undefined ? session === null && data.stream_kind === streamKind : data.session_id === session;
      if (isOurs) end(data.code ?? 'webrtc_refused', data.error);
    }),
  );
  isAsked = socket.send('webrtc_start', { stream_kind: streamKind });
  if (!isAsked) queueMicrotask(() => end('no_connection', 'There is no connection to the rig.'));
  return { close };
}

/** Takes the next session of this kind that nobody else takes, and ends it. */
function returnNext(socket: RigSocket, streamKind: string): void {
  const asked = socket.openings;
  const leave = [
    socket.on('webrtc_session_ready', ({ data }) => {
      const isLate = socket.openings !== asked;
      if (!isLate && (data.stream_kind !== streamKind || !socket.claim(data.session_id))) return;
      for (const stop of leave) stop();
      if (isLate) return;
      socket.send('webrtc_stop', { session_id: data.session_id, stream_kind: streamKind });
    }),
    socket.on('webrtc_error', ({ data }) => {
      if (data.session_id === undefined && data.stream_kind === streamKind) for (const stop of leave) stop();
    }),
  ];
}
