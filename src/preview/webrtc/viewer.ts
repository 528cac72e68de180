/**
 * One viewer of one camera: a peer connection of its own over the UDP port that all viewers share. Encoded once, sent to
 * everybody: this only changes a few bytes of each packet.
 */
import { randomBytes } from 'node:crypto';
import type { PeerConnection, Track } from 'node-datachannel';
import type { Logger } from 'pino';
import { asTouchlineError, TouchlineError } from '../../errors.js';
import type { IceServer } from '../types.js';
import { iceServerUrls } from './ice-servers.js';
import type { WebrtcLibrary } from './library.js';
import { readVideoOffer } from './offer.js';
import { asksForKeyframe, beginsKeyframe, Rewriter } from './rtp.js';

const CLOCK_RATE = 90_000;
/** Packets that are kept to be sent again: a second of picture. Each viewer that has left costs them until memory is tidied up. */
const RESEND_PACKETS = 512;
const FRAME_TICKS = CLOCK_RATE / 30;
/** Addresses that may come before the offer; no browser has more. */
const MAX_EARLY_CANDIDATES = 32;
/** How libdatachannel says so. */
const NO_PORT = /gather local ICE candidates/;

export interface ViewerOptions {
  readonly library: WebrtcLibrary;
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
  #mid = '';
  #hasBegun = false;
  /** Ours, until the answer is on its way. */
  #candidates: string[] | null = [];
  /** The browser's, until there is an offer. */
  #early: string[] | null = [];
  #isConnected = false;
  #closed = false;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.#peer = new options.library.PeerConnection(options.sessionId, {
      iceServers: iceServerUrls(options.iceServers),
      enableIceUdpMux: true,
      portRangeBegin: options.udpPort,
      portRangeEnd: options.udpPort,
      ...(options.bindAddress === null ? {} : { bindAddress: options.bindAddress }),
    });
    this.#peer.onLocalCandidate((line) => {
      const candidate = line.replace(/^a=/, '');
      // Browsers refuse candidates that come before the answer.
      if (this.#candidates === null) options.onCandidate(candidate);
      else this.#candidates.push(candidate);
    });
    this.#peer.onStateChange((state) => {
      this.#isConnected ||= state === 'connected';
      if (state !== 'failed' && state !== 'closed' && state !== 'disconnected') return;
      if (!this.#closed) options.log.debug({ session: options.sessionId, state, wasConnected: this.#isConnected }, 'the connection to a viewer is over');
      this.#end();
    });
  }

  /** It has been, at least once. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Answers the browser's offer. Throws `invalid` for one that cannot be answered, `unavailable` when no UDP port can be had. */
  async answer(offer: string): Promise<string> {
    if (this.#track !== null) throw new TouchlineError({ kind: 'conflict', code: 'offer_repeated', message: 'This session has an offer already. Start a new one.' });
    const { mid, payloadType, formatParameters } = readVideoOffer(offer);
    const { library, udpPort, log } = this.#options;
    const ssrc = randomBytes(4).readUInt32BE(0);
    const video = new library.Video(mid, 'SendOnly');
    video.addH264Codec(payloadType, formatParameters);
    video.addSSRC(ssrc, 'touchline', 'touchline', 'video');
    const track = this.#peer.addTrack(video);
    const config = new library.RtpPacketizationConfig(ssrc, 'touchline', payloadType, CLOCK_RATE);
    const reports = new library.RtcpSrReporter(config);
    reports.addToChain(new library.RtcpNackResponder(RESEND_PACKETS));
    track.setMediaHandler(reports);
    // Without a listener the library never forgets the track, and falls over it when it is ended.
    track.onClosed(() => undefined);
    track.onOpen(() => this.#options.onKeyframeWanted());
    track.onMessage((packet) => {
      if (asksForKeyframe(packet)) this.#options.onKeyframeWanted();
    });
    this.#track = track;
    this.#mid = mid;
    this.#rewriter = new Rewriter({ ssrc, payloadType, firstSequence: randomBytes(2).readUInt16BE(0) >> 1, firstTimestamp: randomBytes(4).readUInt32BE(0) >>> 1 });
    const answered = new Promise<string>((resolve) => this.#peer.onLocalDescription((sdp) => resolve(sdp)));
    try {
      // It answers by itself: an answer that is asked for apart, and fails, takes the whole process with it.
      this.#peer.setRemoteDescription(offer, 'offer');
    } catch (thrown) {
      const error = asTouchlineError(thrown);
      if (NO_PORT.test(error.message)) {
        log.error({ err: error, udpPort }, 'no viewer can be answered');
        throw new TouchlineError({ kind: 'unavailable', code: 'no_udp_port', message: `UDP port ${udpPort} of the rig cannot be opened for WebRTC. Choose HLS, or another port in the configuration (webrtc_udp_port).`, cause: thrown });
      }
      throw new TouchlineError({ kind: 'invalid', code: 'offer_invalid', message: `The offer cannot be answered: ${error.message}`, cause: thrown });
    }
    const early = this.#early ?? [];
    this.#early = null;
    for (const candidate of early) {
      try {
        this.#add(candidate);
      } catch (error) {
        log.debug({ err: error }, 'an address of a viewer cannot be used');
      }
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
    if (candidate === '' || /\.local\b/.test(candidate)) return;
    if (this.#early === null) this.#add(candidate);
    else if (this.#early.length < MAX_EARLY_CANDIDATES) this.#early.push(candidate);
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

  #add(candidate: string): void {
    try {
      this.#peer.addRemoteCandidate(candidate, this.#mid);
    } catch (error) {
      throw new TouchlineError({ kind: 'invalid', code: 'candidate_invalid', message: `The candidate cannot be used: ${asTouchlineError(error).message}`, cause: error });
    }
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
