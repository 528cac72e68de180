import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';

/** One HTTP answer, body as text and, when it is JSON, parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Address to call from, such as 127.0.0.9: the rig takes it for another client. */
  readonly from?: string;
  /** For an answer without end: leave when its head has come. */
  readonly headOnly?: boolean;
}

/**
 * Sends exactly what it is told: `path` goes on the wire as it is (no `..` is resolved, nothing is escaped), no header
 * is added to those given but Host and Content-Length.
 */
export function call(baseUrl: string, path: string, { method = 'GET', headers = {}, body, from, headOnly = false }: Call = {}): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: hostname, port, path, method, headers, agent: false, ...(from === undefined ? {} : { localAddress: from }) }, (response) => {
      if (headOnly && response.statusCode === 200) {
        resolve({ status: response.statusCode, headers: response.headers, text: '', json: undefined });
        request.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = String(response.headers['content-type']).startsWith('application/json') && text !== '';
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}

/** A call with a JSON body. */
export function callJson(baseUrl: string, method: string, path: string, body: unknown): Promise<Answer> {
  return call(baseUrl, path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** Sends bytes that need not be HTTP and returns everything that comes back until the connection ends. */
export function sendRaw(baseUrl: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}
