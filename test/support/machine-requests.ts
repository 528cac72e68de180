/** Asks servers inside a test machine: one process in its network for all requests, because tests poll. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Type } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import type { Answer, Json } from './rig.js';

/** A connection per request: a daemon that was killed must not fail the first request to the next one. */
const ASK = `const http = require('node:http');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, url, body } = JSON.parse(line);
  const say = (answer) => console.log(JSON.stringify({ id, ...answer }));
  const request = http.request(url, { method, agent: false, headers: body === undefined ? {} : { 'content-type': 'application/json' } }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => say({ status: response.statusCode, body: text })).on('error', (error) => say({ status: 0, body: String(error) }));
  });
  request.on('error', (error) => say({ status: 0, body: String(error) }));
  request.end(body);
});`;
const answerLine = compileSchema(Type.Object({ id: Type.Number(), status: Type.Number(), body: Type.String() }));
const anything = compileSchema(Type.Unknown());

export class MachineRequests {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  /** @param leader a process inside, whose network is used */
  constructor(leader: number, env: NodeJS.ProcessEnv) {
    this.#child = spawn('nsenter', ['--target', String(leader), '--net', '--', process.execPath, '-e', ASK], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line));
    this.#child.stdin.on('error', () => undefined);
    this.#child.once('close', () => {
      for (const tell of this.#waiting.values()) tell(nobody('the machine went off'));
      this.#waiting.clear();
    });
  }

  /** Status 0 and the reason as the body when nobody answers. */
  ask(method: string, url: string, body?: unknown): Promise<Answer> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve(nobody('the machine is off'));
    const id = this.#asked++;
    return new Promise((tell) => {
      this.#waiting.set(id, tell);
      this.#child.stdin.write(`${JSON.stringify({ id, method, url, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })}\n`);
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #take(line: string): void {
    const parsed = answerLine.parseJson(line);
    if (!parsed.ok) return;
    const { id, status, body } = parsed.value;
    const content = anything.parseJson(body);
    this.#waiting.get(id)?.(status === 0 ? nobody(body) : { status, body: (content.ok ? content.value : null) as Json });
    this.#waiting.delete(id);
  }
}

function nobody(reason: string): Answer {
  return { status: 0, body: reason as unknown as Json };
}
