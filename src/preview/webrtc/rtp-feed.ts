/** Packets of one camera's live picture, as they come from its host over the loopback interface. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isRtp } from './rtp.js';

/** A keyframe comes as one burst; what does not fit here is lost. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Packets to viewers in one turn of the event loop, some 2 ms: a keyframe for ten viewers makes nobody else wait for its end. */
const SENDS_PER_TURN = 80;
/** More than a second of picture behind is worth nothing. */
const MAX_WAITING = 2048;
/** Where packets go that nobody waits for (RFC 863). */
const DISCARD_PORT = 9;

export class RtpFeed {
  /** Where the camera's host sends the packets. */
  readonly port: number;
  readonly #socket: Socket | null;
  readonly #receivers = new Set<(packet: Buffer) => void>();
  #waiting: Buffer[] = [];
  #isDue = false;
  #packets = 0;

  private constructor(socket: Socket | null) {
    this.#socket = socket;
    this.port = socket?.address().port ?? DISCARD_PORT;
    socket?.on('message', (packet, from) => {
      // Anybody on this machine may send to the port, nobody else; what is no RTP goes no further.
      if (from.address !== '127.0.0.1' || !isRtp(packet)) return;
      this.#packets += 1;
      if (this.#receivers.size === 0 || this.#waiting.length >= MAX_WAITING) return;
      this.#waiting.push(packet);
      this.#pass();
    });
  }

  /** Never rejects: without a UDP port, nothing comes and `isOpen` is false. */
  static async open(): Promise<RtpFeed> {
    const socket = createSocket('udp4');
    try {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    } catch {
      socket.close();
      return new RtpFeed(null);
    }
    socket.on('error', () => undefined);
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // The system's limit is smaller; it works with what there is.
    }
    return new RtpFeed(socket);
  }

  /** How many packets have come. */
  get packets(): number {
    return this.#packets;
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  /** Returns how to stop receiving. */
  receive(receiver: (packet: Buffer) => void): () => void {
    this.#receivers.add(receiver);
    return () => this.#receivers.delete(receiver);
  }

  close(): void {
    this.#receivers.clear();
    this.#socket?.close();
  }

  /** Soon: when what has come to the other sockets has been taken as well. */
  #pass(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const now = Math.max(1, Math.floor(SENDS_PER_TURN / Math.max(1, this.#receivers.size)));
      for (const packet of this.#waiting.splice(0, now)) {
        for (const receive of this.#receivers) receive(packet);
      }
      if (this.#waiting.length > 0) this.#pass();
    });
  }
}
