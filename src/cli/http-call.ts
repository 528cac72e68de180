import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** JSON text. */
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Far above any answer of the daemon. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * One request, one answer. Not `fetch`: that refuses a list of ports (5060, 6000, ...) which a rig may well use.
 * Rejects with the system's error, or with a TimeoutError.
 */
export async function httpCall(url: string, call: HttpCall): Promise<{ readonly ok: boolean; readonly text: string }> {
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]);
  try {
    const response = await send(url, call, signal);
    const status = response.statusCode ?? 0;
    return { ok: status >= 200 && status < 300, text: await readText(response) };
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  }
}

function send(url: string, { method, body }: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { method, headers, signal, agent: false }, resolve).once('error', reject).end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
  }
  return text;
}
