/** A viewer without a screen: signalling as contract 4.6 has it, a real peer connection, and packets that are counted. */
import ndc, { type PeerConnection, type Track } from 'node-datachannel';
import { isObject } from '../../src/lib/json-schema.js';
import { type Frame, WsClient } from './ws-client.js';

const PAYLOAD_TYPE = 102;
const BASELINE = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';
const LIMIT_MS = 10_000;

export const dataOf = (frame: Frame): Readonly<Record<string, unknown>> => (isObject(frame['data']) ? frame['data'] : {});

/** Sends a signalling message and waits for its answer. Throws what `webrtc_error` says. */
export async function ask(client: WsClient, message: Frame, answer: string, belongs: (data: Readonly<Record<string, unknown>>) => boolean): Promise<Readonly<Record<string, unknown>>> {
  const from = client.frames.length;
  client.send({ v: 1, ...message });
  const frame = await client.next(
    (one) => (one['type'] === answer || one['type'] === 'webrtc_error') && belongs(dataOf(one)),
    `${answer} after ${String(message['type'])}`,
    from,
    LIMIT_MS,
  );
  if (frame['type'] === 'webrtc_error') throw new Error(String(dataOf(frame)['error']));
  return dataOf(frame);
}

/** Opens a session: what `webrtc_session_ready` says. */
export function startSession(client: WsClient, streamKind: string, form: 'data' | 'flat' = 'data'): Promise<Readonly<Record<string, unknown>>> {
  const fields = { stream_kind: streamKind };
  return ask(client, { type: 'webrtc_start', ...(form === 'data' ? { data: fields } : fields) }, 'webrtc_session_ready', (data) => data['stream_kind'] === streamKind);
}

export class HeadlessViewer {
  readonly session: string;
  readonly #client: WsClient;
  readonly #peer: PeerConnection;
  readonly #track: Track;
  readonly #stopListening: () => void;
  /** The rig's addresses, until its answer has been taken: they follow it that closely. */
  #early: string[] | null = [];
  /** Our addresses, likewise: this library fails when it is reached before it has the answer whose fingerprint it checks. */
  #held: string[] | null = [];
  #isLeaving = false;
  #packets = 0;
  #bytes = 0;

  private constructor(client: WsClient, session: string) {
    this.#client = client;
    this.session = session;
    this.#peer = new ndc.PeerConnection(session, { iceServers: [], disableAutoNegotiation: true });
    const video = new ndc.Video('video', 'RecvOnly');
    video.addH264Codec(PAYLOAD_TYPE, BASELINE);
    this.#track = this.#peer.addTrack(video);
    // The library falls over tracks without it when it is ended.
    this.#track.onClosed(() => undefined);
    this.#track.setMediaHandler(new ndc.RtcpReceivingSession());
    this.#track.onMessage((packet) => {
      this.#packets += 1;
      this.#bytes += packet.length;
    });
    this.#peer.onLocalCandidate((candidate) => {
      if (this.#held === null) this.#sendCandidate(candidate);
      else this.#held.push(candidate);
    });
    const take = (): void => {
      const frame = client.frames.at(-1) ?? {};
      const data = dataOf(frame);
      if (frame['type'] !== 'webrtc_ice_candidate' || data['session_id'] !== session) return;
      if (this.#early === null) this.#peer.addRemoteCandidate(String(data['candidate']), 'video');
      else this.#early.push(String(data['candidate']));
    };
    client.socket.on('message', take);
    this.#stopListening = () => client.socket.off('message', take);
  }

  /** Resolves when the answer has been taken; packets come soon. Throws what the daemon refuses with. */
  static async join(client: WsClient, streamKind: string): Promise<HeadlessViewer> {
    const { session_id: session } = await startSession(client, streamKind);
    const viewer = new HeadlessViewer(client, String(session));
    try {
      await viewer.#negotiate(streamKind);
    } catch (error) {
      viewer.vanish();
      throw error;
    }
    return viewer;
  }

  /** Media packets that came so far. */
  get packets(): number {
    return this.#packets;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get state(): string {
    return this.#peer.state();
  }

  /** Says goodbye and waits for the daemon to let go. */
  async leave(): Promise<void> {
    // An address that is found only now would be refused.
    this.#isLeaving = true;
    const ended = ask(this.#client, { type: 'webrtc_stop', data: { session_id: this.session } }, 'webrtc_state', (data) => data['session_id'] === this.session && data['state'] !== 'candidate_added');
    await ended.finally(() => this.vanish());
  }

  /** Ends the peer connection without a word over the WebSocket. */
  vanish(): void {
    this.#stopListening();
    this.#track.close();
    this.#peer.close();
  }

  async #negotiate(streamKind: string): Promise<void> {
    const described = new Promise<string>((resolve) => this.#peer.onLocalDescription((sdp) => resolve(sdp)));
    this.#peer.setLocalDescription('offer');
    const { sdp } = await ask(
      this.#client,
      { type: 'webrtc_offer', data: { session_id: this.session, stream_kind: streamKind, sdp: await described } },
      'webrtc_answer',
      (data) => data['session_id'] === this.session,
    );
    this.#peer.setRemoteDescription(String(sdp), 'answer');
    for (const candidate of this.#early ?? []) this.#peer.addRemoteCandidate(candidate, 'video');
    this.#early = null;
    for (const candidate of this.#held ?? []) this.#sendCandidate(candidate);
    this.#held = null;
  }

  #sendCandidate(candidate: string): void {
    if (this.#isLeaving) return;
    this.#client.send({ v: 1, type: 'webrtc_ice_candidate', data: { session_id: this.session, candidate, sdpMLineIndex: 0 } });
  }
}
