/** A viewer made with werift, a second WebRTC library that shares no code with the daemon's. */
import { execa } from '#execa';
import { H264RtpPayload, RTCPeerConnection, type RtpPacket, useH264 } from 'werift';
import { ask, dataOf, startSession } from './webrtc-client.js';
import { readFrameStamps } from './framestamp.js';
import type { Frame, WsClient } from './ws-client.js';

const SPS = 7;

export interface WeriftOptions {
  /** Fields inside `data`, or beside `type` (contract 4.2). */
  readonly form: 'data' | 'flat';
  /** Addresses one by one after the offer, one by one before it, all of them in it, or none at all. */
  readonly candidates: 'trickled' | 'early' | 'gathered' | 'none';
  /** What becomes of an address of the rig on its way. */
  readonly rewrite?: (candidate: string) => string;
}

export class WeriftViewer {
  readonly session: string;
  /** In the order in which they came. */
  readonly packets: RtpPacket[] = [];
  readonly answer: string;
  readonly #peer: RTCPeerConnection;
  readonly #stopListening: () => void;

  private constructor(session: string, answer: string, peer: RTCPeerConnection, stopListening: () => void) {
    this.session = session;
    this.answer = answer;
    this.#peer = peer;
    this.#stopListening = stopListening;
    const [transceiver] = peer.getTransceivers();
    transceiver?.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => this.packets.push(packet.clone())));
  }

  static async join(client: WsClient, streamKind: string, { form, candidates, rewrite = (candidate) => candidate }: WeriftOptions): Promise<WeriftViewer> {
    const message = (type: string, fields: Frame): Frame => (form === 'data' ? { type, data: fields } : { type, ...fields });
    const { session_id: session } = await startSession(client, streamKind, form);
    const peer = new RTCPeerConnection({ codecs: { video: [useH264()] }, iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false });
    peer.addTransceiver('video', { direction: 'recvonly' });
    const own: string[] = [];
    peer.onIceCandidate.subscribe((candidate) => {
      if (candidate !== undefined) own.push(candidate.candidate);
    });
    const theirs: string[] = [];
    let isAnswered = false;
    const take = (): void => {
      const frame = client.frames.at(-1) ?? {};
      if (frame['type'] !== 'webrtc_ice_candidate' || dataOf(frame)['session_id'] !== session) return;
      const candidate = rewrite(String(dataOf(frame)['candidate']));
      if (isAnswered) void peer.addIceCandidate({ candidate, sdpMLineIndex: 0 });
      else theirs.push(candidate);
    };
    client.socket.on('message', take);
    await peer.setLocalDescription(await peer.createOffer());
    const whole = peer.localDescription?.sdp ?? '';
    const bare = whole.replaceAll(/^a=(?:candidate:|end-of-candidates).*\r?\n/gm, '');
    const trickle = (): void => {
      for (const candidate of own) client.send({ v: 1, ...message('webrtc_ice_candidate', { session_id: session, stream_kind: streamKind, candidate, sdpMLineIndex: 0 }) });
    };
    if (candidates === 'early') trickle();
    const offer = message('webrtc_offer', { session_id: session, stream_kind: streamKind, sdp: candidates === 'gathered' ? whole : bare });
    const { sdp } = await ask(client, offer, 'webrtc_answer', (data) => data['session_id'] === session);
    if (candidates === 'trickled') trickle();
    const viewer = new WeriftViewer(String(session), String(sdp), peer, () => client.socket.off('message', take));
    await peer.setRemoteDescription({ type: 'answer', sdp: String(sdp) });
    isAnswered = true;
    for (const candidate of theirs) await peer.addIceCandidate({ candidate, sdpMLineIndex: 0 });
    return viewer;
  }

  get state(): string {
    return this.#peer.connectionState;
  }

  /** RTP times, in seconds, of the keyframes that came. */
  get keyframes(): readonly number[] {
    return [...new Set(this.packets.filter(({ payload }) => typeOf(payload) === SPS).map(({ header }) => header.timestamp / 90_000))];
  }

  /** Picture loss indication: a keyframe, please. */
  async askForKeyframe(): Promise<void> {
    const [transceiver] = this.#peer.getTransceivers();
    await transceiver?.receiver.sendRtcpPLI(this.packets.at(-1)?.header.ssrc ?? 0);
  }

  /** Packets that have not come although later ones have. */
  get missingPackets(): number {
    const numbers = this.#ordered().map(({ header }) => header.sequenceNumber);
    return numbers.slice(1).reduce((missing, number, index) => missing + ((number - (numbers[index] ?? 0) - 1) & 0xffff), 0);
  }

  /** Which frames of the camera a decoder finds in what came, put in order first. */
  async counters(width: number, height: number): Promise<readonly (number | null)[]> {
    const ordered = this.#ordered();
    const begin = ordered.findIndex(({ payload }) => typeOf(payload) === SPS);
    let fragment: Buffer | undefined;
    const units: Buffer[] = [];
    for (const { payload } of ordered.slice(begin)) {
      const unit = H264RtpPayload.deSerialize(payload, fragment);
      fragment = unit.fragment;
      if (unit.payload !== undefined) units.push(unit.payload);
    }
    const { stdout } = await execa('ffmpeg', ['-v', 'error', '-f', 'h264', '-i', '-', '-f', 'rawvideo', '-pix_fmt', 'gray', '-fps_mode', 'passthrough', '-'], { input: Buffer.concat(units), encoding: 'buffer' });
    return readFrameStamps(stdout, width, height);
  }

  #ordered(): readonly RtpPacket[] {
    return [...new Map(this.packets.map((packet) => [packet.header.sequenceNumber, packet])).values()].sort(byNumber);
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#peer.close();
  }
}

/** Numbers wrap. */
const byNumber = (a: RtpPacket, b: RtpPacket): number => ((a.header.sequenceNumber - b.header.sequenceNumber + 0x8000) & 0xffff) - 0x8000;

/** Type of the NAL unit, also of one that comes in fragments; 0 for a later fragment. */
function typeOf(payload: Buffer): number {
  const type = payload.readUInt8(0) & 0x1f;
  if (type !== 28) return type;
  const header = payload.readUInt8(1);
  return (header & 0x80) === 0 ? 0 : header & 0x1f;
}
