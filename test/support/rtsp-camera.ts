/**
 * An IP camera for tests: one H.264 test picture over RTSP with the RTP packets in the same connection (RFC 2326,
 * section 10.12), which is what `protocols=tcp` asks for. Each client gets an encoder of its own.
 */
import { createServer, type Socket } from 'node:net';
import { execa } from '#execa';

export interface RtspCamera {
  readonly url: string;
  close(): Promise<void>;
}

const SDP = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=camera',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:video',
  '',
].join('\r\n');

export interface RtspPicture {
  readonly width: number;
  readonly height: number;
  /** Noise that fills this rate; without it, a test card that needs next to nothing. */
  readonly bitrateKbps?: number;
  /** While this is so, a client gets only what lies between two keyframes, as one does that joins in the middle. */
  readonly isMidGop?: () => boolean;
}

/** With `password`, the address carries `admin:<password>`; the camera does not ask for it. */
export async function startRtspCamera(picture: RtspPicture, password = ''): Promise<RtspCamera> {
  const sockets = new Set<Socket>();
  const encoders = new Set<ReturnType<typeof startEncoder>>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let buffered = '';
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (text: string) => {
      buffered += text;
      for (let end = buffered.indexOf('\r\n\r\n'); end >= 0; end = buffered.indexOf('\r\n\r\n')) {
        // Receiver reports come in between, as binary frames that begin with a dollar sign.
        const head = buffered.slice(0, end).replace(/^[^]*?(?=[A-Z_]+ rtsp:)/, '');
        buffered = buffered.slice(end + 4);
        socket.write(answerTo(head));
        if (!head.startsWith('PLAY')) continue;
        const encoder = startEncoder(picture, socket);
        encoders.add(encoder);
        socket.once('close', () => encoder.kill('SIGKILL'));
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `rtsp://${password === '' ? '' : `admin:${password}@`}127.0.0.1:${port}/stream`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([...encoders].map((encoder) => (encoder.kill('SIGKILL'), encoder)));
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function answerTo(head: string): string {
  const method = head.split(' ')[0] ?? '';
  const sequence = /^CSeq:\s*(\d+)/im.exec(head)?.[1] ?? '0';
  const lines = [`RTSP/1.0 200 OK`, `CSeq: ${sequence}`];
  if (method === 'OPTIONS') lines.push('Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER');
  if (method === 'SETUP') lines.push('Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1;timeout=60');
  if (method === 'PLAY') lines.push('Session: 1', 'Range: npt=0-');
  const body = method === 'DESCRIBE' ? SDP : '';
  if (body !== '') lines.push('Content-Type: application/sdp', `Content-Length: ${body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** RTP packets, each with its length in front (RFC 4571), become interleaved frames: the same with `$` and a channel. */
function startEncoder({ width, height, bitrateKbps, isMidGop = () => false }: RtspPicture, socket: Socket) {
  const pipeline = [
    ...`videotestsrc is-live=true ${bitrateKbps === undefined ? '' : 'pattern=snow'} !`.split(' ').filter((word) => word !== ''),
    `video/x-raw,format=I420,width=${width},height=${height},framerate=30/1`,
    ...`! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 bitrate=${bitrateKbps ?? 2048} ! rtph264pay config-interval=-1 pt=96`.split(
      ' ',
    ),
    ...'! rtpstreampay ! fdsink fd=1 sync=false'.split(' '),
  ];
  const encoder = execa('gst-launch-1.0', ['-q', ...pipeline], { encoding: 'buffer', reject: false, buffer: false });
  let pending = Buffer.alloc(0);
  let sequence = 0;
  encoder.stdout.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const packet = pending.subarray(2, end);
      if (!isMidGop() || !isKeyframe(packet)) {
        // What is left out was never sent: no packet is missing.
        packet.writeUInt16BE((sequence = (sequence + 1) % 0x10000), 2);
        socket.write(Buffer.concat([Buffer.from('$\0', 'latin1'), pending.subarray(0, end)]));
      }
      pending = pending.subarray(end);
    }
  });
  return encoder;
}

/** A slice of an IDR picture, or a fragment of one (RFC 6184, sections 5.4 and 5.8), behind an RTP header of 12 bytes. */
function isKeyframe(packet: Buffer): boolean {
  const [IDR, FRAGMENT] = [5, 28];
  const type = packet.readUInt8(12) & 0x1f;
  return (type === FRAGMENT ? packet.readUInt8(13) & 0x1f : type) === IDR;
}
