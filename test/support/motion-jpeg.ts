import { connect, type Socket } from 'node:net';
import type { Rig } from './rig.js';

/** Reads /video/stream as a browser's <img> does. */
export class MotionJpeg {
  readonly socket: Socket;
  #text = '';
  #pictures: string[] = [];
  isOver = false;

  constructor(rig: Rig, camera: number) {
    const { hostname, port } = new URL(rig.url);
    this.socket = connect(Number(port), hostname);
    this.socket.setEncoding('latin1');
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.isOver = true;
    });
    this.socket.on('data', (chunk: string) => {
      this.#text += chunk;
      const parts = this.#text.split('--touchline-picture\r\n');
      this.#text = parts.pop() ?? '';
      this.#pictures.push(...parts.filter((part) => part.startsWith('Content-Type: image/jpeg')));
    });
    this.socket.write(`GET /video/stream?path=cam${camera} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  }

  /** How many whole pictures have come, and how many of them differ from each other. */
  get pictures(): { readonly count: number; readonly different: number } {
    return { count: this.#pictures.length, different: new Set(this.#pictures).size };
  }
}
