/** Signalling of live pictures over WebRTC (contract 4.6): sessions belong to the connection that began them. */
import { asTouchlineError } from '../../errors.js';
import type { WebrtcSessions } from '../../preview/webrtc/sessions.js';
import type { SignallingMessage } from '../contract/ws-client.js';
import type { Signalling, SignallingPeer } from './signalling.js';

type Message<T extends SignallingMessage['type']> = Extract<SignallingMessage, { readonly type: T }>;

export function liveSignalling(sessions: WebrtcSessions): Signalling {
  return {
    handle: async (message, peer) => {
      try {
        if (message.type === 'webrtc_start') await start(sessions, message, peer);
        else if (message.type === 'webrtc_offer') await offer(sessions, message, peer);
        else if (message.type === 'webrtc_ice_candidate') candidate(sessions, message, peer);
        else await stop(sessions, message, peer);
      } catch (thrown) {
        const { message: error, code } = asTouchlineError(thrown);
        const about = message.type === 'webrtc_start' ? { stream_kind: message.data.stream_kind } : { session_id: message.data.session_id };
        peer.signal({ v: 1, type: 'webrtc_error', data: { ...about, error, code } });
      }
    },
    left: (peer) => void sessions.closeConnection(peer.id),
  };
}

async function start(sessions: WebrtcSessions, { data }: Message<'webrtc_start'>, peer: SignallingPeer): Promise<void> {
  const kind = data.stream_kind;
  let sessionId = '';
  const started = await sessions.start(peer.id, kind, {
    candidate: (text) => peer.signal({ v: 1, type: 'webrtc_ice_candidate', data: { session_id: sessionId, stream_kind: kind, candidate: text, sdpMLineIndex: 0 } }),
    ended: () => peer.signal({ v: 1, type: 'webrtc_state', data: { session_id: sessionId, state: 'stopped' } }),
  });
  sessionId = started.sessionId;
  const iceServers = started.iceServers.map(({ urls, ...rest }) => ({ urls: [...urls], ...rest }));
  peer.signal({ v: 1, type: 'webrtc_session_ready', data: { success: true, session_id: sessionId, stream_kind: kind, camera_id: started.camera, ice_servers: iceServers } });
}

async function offer(sessions: WebrtcSessions, { data }: Message<'webrtc_offer'>, peer: SignallingPeer): Promise<void> {
  const { sdp, streamKind } = await sessions.offer(peer.id, data.session_id, data.sdp);
  peer.signal({ v: 1, type: 'webrtc_answer', data: { success: true, session_id: data.session_id, stream_kind: streamKind, sdp } });
  sessions.answerSent(data.session_id);
}

function candidate(sessions: WebrtcSessions, { data }: Message<'webrtc_ice_candidate'>, peer: SignallingPeer): void {
  sessions.candidate(peer.id, data.session_id, data.candidate);
  peer.signal({ v: 1, type: 'webrtc_state', data: { session_id: data.session_id, state: 'candidate_added' } });
}

async function stop(sessions: WebrtcSessions, { data }: Message<'webrtc_stop'>, peer: SignallingPeer): Promise<void> {
  await sessions.stop(peer.id, data.session_id);
  peer.signal({ v: 1, type: 'webrtc_state', data: { session_id: data.session_id, state: 'stopped' } });
}
