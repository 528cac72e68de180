/**
 * One viewer of one camera: a peer connection of its own over the UDP port that all viewers share. Encoded once, sent to
 * everybody: this only changes a few bytes of each packet.
 */
import { randomBytes } from 'node:crypto';
import ndc, { type PeerConnection, type Track } from 'node-datachannel';
import type { Logger } from 'pino';
import { asTouchlineError, TouchlineError } from '../../errors.js';
import type { IceServer } from '../types.js';
import { iceServerUrls } from './ice-servers.js';
import { readVideoOffer } from './offer.js';
import { asksForKeyframe, beginsKeyframe, Rewriter } from './rtp.js';

const CLOCK_RATE = 90_000;
/** Packets that are kept to be sent again; about two seconds of picture. */
const RESEND_PACKETS = 1024;
const FRAME_TICKS = CLOCK_RATE / 30;

export interface ViewerOptions {
  readonly sessionId: string;
  /** UDP port of the daemon, the same for all viewers. */
  readonly udpPort: number;
  /** Address to listen on; null = all. */
  readonly bindAddress: string | null;
  readonly iceServers: readonly IceServer[];
  readonly log: Logger;
  /** It needs a picture that can be decoded without the ones before. */
  readonly onKeyframeWanted: () => void;
  readonly onCandidate: (candidate: string) => void;
  /** The connection is over, from either side. */
  readonly onEnd: () => void;
}

export class Viewer {
  readonly #options: ViewerOptions;
  readonly #peer: PeerConnection;
  #track: Track | null = null;
  #rewriter: Rewriter | null = null;
  #mid: string | null = null;
  #hasBegun = false;
  #candidates: string[] | null = [];
  #closed = false;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.#peer = new ndc.PeerConnection(options.sessionId, {
      iceServers: iceServerUrls(options.iceServers),
      enableIceUdpMux: true,
      portRangeBegin: options.udpPort,
      portRangeEnd: options.udpPort,
      ...(options.bindAddress === null ? {} : { bindAddress: options.bindAddress }),
      disableAutoNegotiation: true,
    });
    this.#peer.onLocalCandidate((line) => {
      const candidate = line.replace(/^a=/, '');
      // Browsers refuse candidates that come before the answer.
      if (this.#candidates === null) options.onCandidate(candidate);
      else this.#candidates.push(candidate);
    });
    this.#peer.onStateChange((state) => {
      if (state === 'failed' || state === 'closed' || state === 'disconnected') this.#end();
    });
  }

  /** Answers the browser's offer. Throws `invalid` for one that cannot be answered. */
  async answer(offer: string): Promise<string> {
    if (this.#track !== null) throw new TouchlineError({ kind: 'conflict', code: 'offer_repeated', message: 'This session has an offer already. Start a new one.' });
    const { mid, payloadType, formatParameters } = readVideoOffer(offer);
    const ssrc = randomBytes(4).readUInt32BE(0);
    const video = new ndc.Video(mid, 'SendOnly');
    video.addH264Codec(payloadType, formatParameters);
    video.addSSRC(ssrc, 'touchline', 'touchline', 'video');
    const track = this.#peer.addTrack(video);
    const config = new ndc.RtpPacketizationConfig(ssrc, 'touchline', payloadType, CLOCK_RATE);
    const reports = new ndc.RtcpSrReporter(config);
    reports.addToChain(new ndc.RtcpNackResponder(RESEND_PACKETS));
    track.setMediaHandler(reports);
    track.onOpen(() => this.#options.onKeyframeWanted());
    track.onMessage((packet) => {
      if (asksForKeyframe(packet)) this.#options.onKeyframeWanted();
    });
    this.#track = track;
    this.#mid = mid;
    this.#rewriter = new Rewriter({ ssrc, payloadType, firstSequence: randomBytes(2).readUInt16BE(0) >> 1, firstTimestamp: randomBytes(4).readUInt32BE(0) >>> 1 });
    const answered = new Promise<string>((resolve) => this.#peer.onLocalDescription((sdp) => resolve(sdp)));
    try {
      this.#peer.setRemoteDescription(offer, 'offer');
      this.#peer.setLocalDescription('answer');
    } catch (error) {
      throw new TouchlineError({ kind: 'invalid', code: 'offer_invalid', message: `The offer cannot be answered: ${asTouchlineError(error).message}`, cause: error });
    }
    return answered;
  }

  /** The answer is on its way: candidates may follow. */
  answerSent(): void {
    const held = this.#candidates ?? [];
    this.#candidates = null;
    for (const candidate of held) this.#options.onCandidate(candidate);
  }

  addCandidate(candidate: string): void {
    // The end of the list, and addresses that browsers hide behind names that only the local network may resolve: the
    // browser finds the rig by the rig's own candidates.
    if (candidate === '' || /\.local\b/.test(candidate) || this.#mid === null) return;
    try {
      this.#peer.addRemoteCandidate(candidate, this.#mid);
    } catch (error) {
      throw new TouchlineError({ kind: 'invalid', code: 'candidate_invalid', message: `The candidate cannot be used: ${asTouchlineError(error).message}`, cause: error });
    }
  }

  /** One packet of the camera; never waits and never throws. What the network does not take is lost, as UDP has it. */
  send(packet: Buffer): void {
    const track = this.#track;
    if (this.#closed || track === null || this.#rewriter === null || !track.isOpen()) return;
    if (!this.#hasBegun && !beginsKeyframe(packet)) return;
    this.#hasBegun = true;
    try {
      track.sendMessageBinary(this.#rewriter.rewrite(packet, FRAME_TICKS));
    } catch (error) {
      this.#options.log.debug({ err: error }, 'a packet could not be sent to a viewer');
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#track?.close();
    this.#peer.close();
  }

  #end(): void {
    if (this.#closed) return;
    // Not from inside the library's own callback.
    setImmediate(() => {
      this.close();
      this.#options.onEnd();
    });
  }
}

/** Ends the library's own threads, which would keep the process alive. After this there can be no viewer any more. */
export function endWebrtc(): void {
  ndc.cleanup();
}
