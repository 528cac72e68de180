/** What must be read from a browser's offer before it can be answered with a camera's picture. */
import { TouchlineError } from '../../errors.js';

export interface VideoOffer {
  /** Identification of the video section. */
  readonly mid: string;
  /** Number that the browser gave to H.264, constrained baseline, packetization mode 1. */
  readonly payloadType: number;
  /** Parameters of that format as the browser wrote them. */
  readonly formatParameters: string;
}

const MAX_SDP_BYTES = 64 * 1024;

/**
 * Throws `invalid` `offer_without_h264` when the browser cannot show what the cameras encode, `offer_invalid` when the
 * text is no offer with a video section.
 */
export function readVideoOffer(sdp: string): VideoOffer {
  if (sdp.length > MAX_SDP_BYTES) throw offerError('offer_invalid', 'The offer is too long.');
  const lines = sdp.split(/\r?\n/);
  const begin = lines.findIndex((line) => line.startsWith('m=video '));
  if (begin === -1) throw offerError('offer_invalid', 'The offer has no video section.');
  const next = lines.findIndex((line, index) => index > begin && line.startsWith('m='));
  const section = lines.slice(begin, next === -1 ? undefined : next);
  const mid = section.map((line) => /^a=mid:([\w-]{1,16})\s*$/.exec(line)?.[1]).find((found) => found !== undefined);
  if (mid === undefined) throw offerError('offer_invalid', 'The video section of the offer has no mid.');
  const h264 = new Set(section.flatMap((line) => /^a=rtpmap:(\d{1,3}) H264\/90000/i.exec(line)?.[1] ?? []));
  const candidates = section.flatMap((line) => {
    const format = /^a=fmtp:(\d{1,3}) (.*)$/.exec(line);
    if (format?.[1] === undefined || format[2] === undefined || !h264.has(format[1])) return [];
    if (!/(?:^|;)\s*packetization-mode=1(?:;|\s*$)/.test(format[2])) return [];
    const profile = /profile-level-id=([0-9a-f]{6})/i.exec(format[2])?.[1] ?? '42e01f';
    return [{ payloadType: Number(format[1]), formatParameters: format[2].trim(), rank: rankOf(profile) }];
  });
  const best = candidates.sort((a, b) => a.rank - b.rank)[0];
  if (best === undefined) throw offerError('offer_without_h264', 'This browser cannot show H.264 over WebRTC. Choose HLS instead.');
  return { mid, payloadType: best.payloadType, formatParameters: best.formatParameters };
}

/** Constrained baseline first: the profile bits 42 with constraint set 1. Any other decoder takes it as well. */
function rankOf(profileLevelId: string): number {
  const profile = profileLevelId.slice(0, 2).toLowerCase();
  const constraints = Number.parseInt(profileLevelId.slice(2, 4), 16);
  if (profile === '42') return (constraints & 0x40) !== 0 ? 0 : 1;
  return 2;
}

function offerError(code: string, message: string): TouchlineError {
  return new TouchlineError({ kind: 'invalid', code, message });
}
