/** A network between a viewer and the rig that loses packets: UDP both ways, as each viewer's own way to the rig. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** RTP with video, of all that shares the port: DTLS begins otherwise (RFC 7983), RTCP has types of 192 and more (RFC 5761). */
const isVideo = (packet: Buffer): boolean => packet.length > 12 && packet.readUInt8(0) >> 6 === 2 && (packet.readUInt8(1) < 192 || packet.readUInt8(1) > 223);

export class LossyPath {
  readonly port: number;
  /** Sequence numbers of the video packets that were lost, in order. */
  readonly lost: number[] = [];
  readonly #near: Socket;
  readonly #far: Socket;
  #viewer: RemoteInfo | null = null;
  #seen = 0;

  private constructor(near: Socket, far: Socket, rigPort: number, loses: (index: number) => boolean) {
    this.#near = near;
    this.#far = far;
    this.port = near.address().port;
    near.on('message', (packet, from) => {
      this.#viewer = from;
      far.send(packet, rigPort, '127.0.0.1');
    });
    const sent = new Set<number>();
    far.on('message', (packet) => {
      if (this.#viewer === null) return;
      if (isVideo(packet)) {
        const sequence = packet.readUInt16BE(2);
        // What is sent again comes through.
        if (!sent.has(sequence)) {
          sent.add(sequence);
          this.#seen += 1;
          if (loses(this.#seen)) {
            this.lost.push(sequence);
            return;
          }
        }
      }
      near.send(packet, this.#viewer.port, this.#viewer.address);
    });
  }

  /** @param loses whether the packet of this number, counted from 1, is lost */
  static async open(rigPort: number, loses: (index: number) => boolean): Promise<LossyPath> {
    const open = async (): Promise<Socket> => {
      const socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      return socket;
    };
    return new LossyPath(await open(), await open(), rigPort, loses);
  }

  close(): void {
    this.#near.close();
    this.#far.close();
  }
}
