import type { IncomingMessage } from 'node:http';
import { invalidRequest } from './route.js';
import type { Refusal } from './errors.js';

/** Far above any body of the API; anything larger is a mistake or an attack. */
const LIMIT_BYTES = 64 * 1024;

/**
 * How much of a body that is too large is still taken off the wire, so that the client reads the answer instead of
 * finding its connection reset. Beyond it the connection is closed.
 */
const DRAIN_BYTES = 1024 * 1024;

export type BodyText =
  | { readonly ok: true; readonly text: string | null }
  | { readonly ok: false; readonly refusal: Refusal; readonly close: boolean };

/**
 * The body's text, null when it is empty. Throws `invalid_request` (422, as FastAPI does) for a content type other
 * than JSON and for bytes that are no UTF-8. A body without a content type counts as JSON, as in the reference.
 */
export async function readBodyText(request: IncomingMessage): Promise<BodyText> {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return { ok: false, refusal: 'body_encoding', close: true };
  }
  const bytes = await readBytes(request);
  if (bytes === 'too_large' || bytes === 'far_too_large') {
    return { ok: false, refusal: 'body_too_large', close: bytes === 'far_too_large' };
  }
  if (bytes.length === 0) return { ok: true, text: null };
  requireJson(request.headers['content-type']);
  return { ok: true, text: decode(bytes) };
}

function readBytes(request: IncomingMessage): Promise<Buffer | 'too_large' | 'far_too_large'> {
  if (Number(request.headers['content-length'] ?? 0) > DRAIN_BYTES) return Promise.resolve('far_too_large');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= LIMIT_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (sizeBytes > DRAIN_BYTES) {
        request.pause();
        resolve('far_too_large');
      }
    });
    request.once('end', () => resolve(sizeBytes > LIMIT_BYTES ? 'too_large' : Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

const JSON_TYPE = /^application\/(?:[\w!#$&^.+-]+\+)?json\s*(?:;|$)/i;

function requireJson(contentType: string | undefined): void {
  if (contentType === undefined || contentType === '' || JSON_TYPE.test(contentType.trim())) return;
  const message = 'must be a JSON object, sent with Content-Type: application/json';
  throw invalidRequest([{ path: [], rule: 'content_type', message, value: contentType.slice(0, 100) }], 'body');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidRequest([{ path: [], rule: 'json_invalid', message: 'is not valid JSON: it is not UTF-8' }], 'body');
  }
}
