/** test/support/webrtc-viewers.ts as seen by whoever started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Type from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { until } from './rig.js';

const counts = compileSchema(Type.Object({ packets: Type.Array(Type.Integer()), bytes: Type.Integer() }));

export class ViewerProcess {
  readonly #child: ChildProcess;
  #received: { readonly packets: readonly number[]; readonly bytes: number } = { packets: [], bytes: 0 };
  #complaint = '';

  private constructor(url: string, streamKind: string, viewers: number) {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, 'webrtc-viewers.js'), url, streamKind, String(viewers)], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr, stdin } = this.#child;
    stdin?.on('error', () => undefined);
    stderr?.on('data', (chunk: Buffer) => (this.#complaint += chunk.toString()));
    if (stdout !== null) {
      createInterface({ input: stdout }).on('line', (line) => {
        const read = counts.parseJson(line);
        if (read.ok) this.#received = read.value;
      });
    }
  }

  /** Resolves when every viewer gets packets. */
  static async start(url: string, streamKind: string, viewers: number): Promise<ViewerProcess> {
    const process = new ViewerProcess(url, streamKind, viewers);
    try {
      await until(() => process.#isOver() || (process.packets.length === viewers && process.packets.every((count) => count > 0)), 'all viewers get packets');
      if (process.#isOver()) throw new Error(`the viewers ended:\n${process.#complaint}`);
    } catch (error) {
      await process.end();
      throw error;
    }
    return process;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** That each viewer has got so far. */
  get packets(): readonly number[] {
    return this.#received.packets;
  }

  /** That all of them have got so far. */
  get bytes(): number {
    return this.#received.bytes;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Without a word to the daemon. */
  async end(): Promise<void> {
    if (this.#isOver()) return;
    const exit = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await exit;
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
