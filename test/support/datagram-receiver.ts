/** What a service manager and a journal are to a process: somebody who takes datagrams. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { until } from './rig.js';

const SCRIPT = join(resolve(import.meta.dirname, '..', '..', '..'), 'test/support/datagram-receiver.py');

export interface DatagramReceiver {
  /** All that came so far. */
  readonly datagrams: readonly Buffer[];
  readonly pid: number;
}

/** Receives at the path until the test is over. */
export async function receiveDatagrams(t: Test, path: string): Promise<DatagramReceiver> {
  const child = spawn('python3', [SCRIPT, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const datagrams: Buffer[] = [];
  let text = '';
  let isBound = false;
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString()).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'bound') isBound = true;
      else datagrams.push(Buffer.from(line.slice('datagram '.length), 'hex'));
    }
  });
  t.teardown(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  await until(() => isBound, 'somebody receives');
  return { datagrams, pid: child.pid ?? 0 };
}
