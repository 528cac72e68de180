/** RTP and RTCP as far as a relay must know them (RFC 3550, RFC 4585). Packets are changed in place. */

const HEADER_BYTES = 12;
const RTCP_PAYLOAD_FEEDBACK = 206;
const RTCP_PLI = 1;
const RTCP_FIR = 4;
const H264_IDR = 5;
const H264_SPS = 7;
const H264_STAP_A = 24;
const H264_FU_A = 28;

export function isRtp(packet: Buffer): boolean {
  return packet.length > HEADER_BYTES && packet.readUInt8(0) >> 6 === 2;
}

export const sequenceOf = (packet: Buffer): number => packet.readUInt16BE(2);
export const timestampOf = (packet: Buffer): number => packet.readUInt32BE(4);
export const ssrcOf = (packet: Buffer): number => packet.readUInt32BE(8);

/** Whether a picture that needs no other begins in this packet (RFC 6184). */
export function beginsKeyframe(packet: Buffer): boolean {
  const first = packet.readUInt8(HEADER_BYTES) & 0x1f;
  if (first === H264_IDR || first === H264_SPS) return true;
  if (packet.length <= HEADER_BYTES + 3) return false;
  if (first === H264_FU_A) {
    const header = packet.readUInt8(HEADER_BYTES + 1);
    return (header & 0x80) !== 0 && (header & 0x1f) === H264_IDR;
  }
  return first === H264_STAP_A && [H264_IDR, H264_SPS].includes(packet.readUInt8(HEADER_BYTES + 3) & 0x1f);
}

/** Whether a viewer asks for a keyframe in this compound RTCP packet. */
export function asksForKeyframe(packet: Buffer): boolean {
  for (let at = 0; at + 4 <= packet.length; ) {
    const format = packet.readUInt8(at) & 0x1f;
    const type = packet.readUInt8(at + 1);
    if (type === RTCP_PAYLOAD_FEEDBACK && (format === RTCP_PLI || format === RTCP_FIR)) return true;
    at += 4 * (packet.readUInt16BE(at + 2) + 1);
  }
  return false;
}

/**
 * Rewrites a camera's packets for one viewer. Numbers and timestamps go on without a jump when the camera's process was
 * replaced, because a decoder takes a jump back for old packets and waits for ever.
 */
export class Rewriter {
  readonly #ssrc: number;
  readonly #payloadType: number;
  #source: number | null = null;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  #lastSequence: number;
  #lastTimestamp: number;

  constructor(options: { readonly ssrc: number; readonly payloadType: number; readonly firstSequence: number; readonly firstTimestamp: number }) {
    this.#ssrc = options.ssrc;
    this.#payloadType = options.payloadType;
    this.#lastSequence = options.firstSequence;
    this.#lastTimestamp = options.firstTimestamp;
  }

  /** @param frameTicks timestamp units from one frame to the next, for the step between two sources */
  rewrite(packet: Buffer, frameTicks: number): Buffer {
    const source = ssrcOf(packet);
    if (source !== this.#source) {
      this.#source = source;
      this.#sequenceOffset = (this.#lastSequence + 1 - sequenceOf(packet)) & 0xffff;
      this.#timestampOffset = (this.#lastTimestamp + frameTicks - timestampOf(packet)) >>> 0;
    }
    const sequence = (sequenceOf(packet) + this.#sequenceOffset) & 0xffff;
    const timestamp = (timestampOf(packet) + this.#timestampOffset) >>> 0;
    this.#lastSequence = sequence;
    this.#lastTimestamp = timestamp;
    const rewritten = Buffer.from(packet);
    rewritten.writeUInt8((packet.readUInt8(1) & 0x80) | this.#payloadType, 1);
    rewritten.writeUInt16BE(sequence, 2);
    rewritten.writeUInt32BE(timestamp, 4);
    rewritten.writeUInt32BE(this.#ssrc, 8);
    return rewritten;
  }
}
