/** What the relay of live pictures must get right to the bit. */
import t from 'tap';
import { iceServerUrls } from '../../src/preview/webrtc/ice-servers.js';
import { readVideoOffer } from '../../src/preview/webrtc/offer.js';
import { asksForKeyframe, beginsKeyframe, isRtp, Rewriter, sequenceOf, ssrcOf, timestampOf } from '../../src/preview/webrtc/rtp.js';

function packet(fields: { readonly sequence?: number; readonly timestamp?: number; readonly ssrc?: number; readonly marker?: boolean; readonly payload?: readonly number[] }): Buffer {
  const { sequence = 0, timestamp = 0, ssrc = 1, marker = false, payload = [0x41, 0] } = fields;
  const head = Buffer.alloc(12);
  head.writeUInt8(0x80, 0);
  head.writeUInt8((marker ? 0x80 : 0) | 96, 1);
  head.writeUInt16BE(sequence, 2);
  head.writeUInt32BE(timestamp, 4);
  head.writeUInt32BE(ssrc, 8);
  return Buffer.concat([head, Buffer.from(payload)]);
}

t.test('packets keep their order and their distance for a viewer, in numbers of its own', async (t) => {
  const rewriter = new Rewriter({ ssrc: 77, payloadType: 108, firstSequence: 65_533, firstTimestamp: 4_294_967_000 });
  const sent = [10, 11, 13, 14].map((sequence) => rewriter.rewrite(packet({ sequence, timestamp: sequence * 3000, marker: sequence === 14 }), 3000));
  t.same(sent.map(sequenceOf), [65_534, 65_535, 1, 2], 'a lost packet stays a gap, and the number wraps');
  t.same(sent.map((one) => (timestampOf(one) - timestampOf(sent[0] ?? one)) >>> 0), [0, 3000, 9000, 12_000]);
  t.same(sent.map(ssrcOf), [77, 77, 77, 77]);
  t.same(sent.map((one) => one.readUInt8(1)), [108, 108, 108, 0x80 | 108], 'the marker stays');
});

t.test('a new source goes on where the old one ended, and the source itself is not changed', async (t) => {
  const rewriter = new Rewriter({ ssrc: 1, payloadType: 96, firstSequence: 100, firstTimestamp: 1000 });
  rewriter.rewrite(packet({ sequence: 7, timestamp: 50_000, ssrc: 5 }), 3000);
  const original = packet({ sequence: 60_000, timestamp: 9, ssrc: 6 });
  const next = rewriter.rewrite(original, 3000);
  t.equal(sequenceOf(next), 102);
  t.equal(timestampOf(next), 7000);
  t.equal(sequenceOf(original), 60_000, 'other viewers get the same packet');
});

t.test('a keyframe is known by its first packet, however it is packed', async (t) => {
  const begins = (...payload: number[]): boolean => beginsKeyframe(packet({ payload }));
  t.ok(begins(0x67, 0x42), 'parameter set');
  t.ok(begins(0x65, 0x88), 'whole picture');
  t.ok(begins(0x7c, 0x85, 0, 0), 'first fragment of a picture');
  t.ok(begins(0x78, 0x00, 0x02, 0x67, 0x42), 'aggregate that begins with a parameter set');
  t.notOk(begins(0x7c, 0x05, 0, 0), 'a later fragment');
  t.notOk(begins(0x41, 0x9a), 'a picture that needs others');
  t.notOk(begins(0x7c), 'a fragment that is cut off');
});

t.test('a viewer that asks for a keyframe is heard, among other reports', async (t) => {
  const report = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]);
  const pli = Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
  const nack = Buffer.from([0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0]);
  t.ok(asksForKeyframe(pli));
  t.ok(asksForKeyframe(Buffer.concat([report, nack, pli])));
  t.notOk(asksForKeyframe(Buffer.concat([report, nack])));
  for (let length = 0; length < pli.length; length += 1) t.doesNotThrow(() => asksForKeyframe(pli.subarray(0, length)));
  t.notOk(isRtp(Buffer.alloc(5)));
});

const SECTION = ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'm=video 9 UDP/TLS/RTP/SAVPF 96 102 104 106', 'a=mid:video-1', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:102 H264/90000', 'a=fmtp:102 packetization-mode=0;profile-level-id=42e01f', 'a=rtpmap:104 H264/90000', 'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640034', 'a=rtpmap:106 H264/90000', 'a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'];

t.test('of what a browser offers, constrained baseline in packets is taken', async (t) => {
  t.match(readVideoOffer(SECTION.join('\r\n')), { mid: 'video-1', payloadType: 106, formatParameters: /42e01f/ });
  t.match(readVideoOffer(SECTION.slice(0, -2).join('\n')), { payloadType: 104 }, 'otherwise any that comes in packets');
  t.throws(() => readVideoOffer(SECTION.slice(0, 8).join('\n')), { code: 'offer_without_h264' });
  t.throws(() => readVideoOffer('v=0'), { code: 'offer_invalid' });
  t.throws(() => readVideoOffer(''), { code: 'offer_invalid' });
  t.throws(() => readVideoOffer(SECTION.filter((line) => !line.startsWith('a=mid:video')).join('\n')), { code: 'offer_invalid' });
});

t.test('the password of a TURN server reaches the library whole', async (t) => {
  t.same(iceServerUrls([{ urls: ['stun:a:1'] }, { urls: ['turn:b:2?transport=udp'], username: 'u@x', credential: 'p:/w' }]), ['stun:a:1', 'turn:u%40x:p%3A%2Fw@b:2?transport=udp']);
});
