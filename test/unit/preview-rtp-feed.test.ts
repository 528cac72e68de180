/** A burst of packets for many viewers: nobody loses any, and nobody else waits for its end. */
import { createSocket } from 'node:dgram';
import t from 'tap';
import { RtpFeed } from '../../src/preview/webrtc/rtp-feed.js';
import { sequenceOf } from '../../src/preview/webrtc/rtp.js';
import { until } from '../support/rig.js';

const VIEWERS = 10;
/** As many as a keyframe has at 4 Mbit/s. */
const BURST = 100;
/** Packets to viewers between two turns of somebody else; the system hands over 32 packets at once. */
const AT_MOST = 160;

function packet(sequence: number): Buffer {
  const buffer = Buffer.alloc(1200);
  buffer.writeUInt8(0x80, 0);
  buffer.writeUInt16BE(sequence, 2);
  return buffer;
}

t.test('a keyframe for ten viewers reaches them whole and in order, and the daemon takes turns meanwhile', async (t) => {
  const feed = await RtpFeed.open();
  t.teardown(() => feed.close());
  const got: number[][] = Array.from({ length: VIEWERS }, () => []);
  for (const mine of got) feed.receive((one) => mine.push(sequenceOf(one)));
  const sent = (): number => got.reduce((sum, mine) => sum + mine.length, 0);
  let before = 0;
  let most = 0;
  let isOver = false;
  const somebodyElse = (): void => {
    most = Math.max(most, sent() - before);
    before = sent();
    if (!isOver) setImmediate(somebodyElse);
  };
  somebodyElse();
  const sender = createSocket('udp4');
  for (let sequence = 0; sequence < BURST; sequence += 1) sender.send(packet(sequence), feed.port, '127.0.0.1');
  await until(() => got.every((mine) => mine.length === BURST), 'everything has come');
  isOver = true;
  sender.close();
  for (const mine of got) t.strictSame(mine, Array.from({ length: BURST }, (_none, index) => index));
  t.ok(most <= AT_MOST, `${most} of ${BURST * VIEWERS} at once`);
});

t.test('whoever has left gets nothing more, not even what waits', async (t) => {
  const feed = await RtpFeed.open();
  t.teardown(() => feed.close());
  let mine = 0;
  let others = 0;
  const leave = feed.receive(() => {
    mine += 1;
    if (mine === 1) leave();
  });
  feed.receive(() => (others += 1));
  const sender = createSocket('udp4');
  for (let sequence = 0; sequence < 5; sequence += 1) sender.send(packet(sequence), feed.port, '127.0.0.1');
  await until(() => others === 5, 'the others have everything');
  sender.close();
  t.equal(mine, 1);
});
