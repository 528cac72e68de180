/** What a request wants of a file: all of it, a part, or nothing because it has it (RFC 9110, sections 13 and 14). */
import type { Request, Response } from 'express';
import { TouchlineError } from '../../errors.js';

export interface Version {
  /** Strong, with quotes. */
  readonly etag: string;
  /** As in `Last-Modified`. */
  readonly lastModified: string;
}

export interface Part {
  readonly start: number;
  readonly length: number;
}

/** Throws `precondition_failed` when the client insists on another version than there is (Firefox resumes so). */
export function requireVersion(request: Request, version: Version): void {
  const match = request.headers['if-match'];
  const since = request.headers['if-unmodified-since'];
  if (match !== undefined) {
    const wanted = match.split(',').map((tag) => tag.trim());
    if (!wanted.includes('*') && !wanted.includes(version.etag)) throw preconditionFailed();
  } else if (since !== undefined && Date.parse(version.lastModified) > Date.parse(since)) {
    throw preconditionFailed();
  }
}

/**
 * The part that `Range` asks for, null for the whole: without the header, when `If-Range` names another version, when
 * the header is malformed or of another unit, and when it asks for several parts at once, which no client of a video
 * needs. Throws `range_not_satisfiable`, with the answer's `Content-Range` set, for a part beyond the end.
 */
export function wantedPart(request: Request, response: Response, bytes: number, version: Version): Part | null {
  const { range: asked = '', 'if-range': ifRange } = request.headers;
  if (!isSameVersion(ifRange, version)) return null;
  // range-parser refuses a longer end than there is; RFC 9110, 14.1.2 wants the whole then.
  const lastBytes = Number(/^bytes=-(\d+)$/.exec(asked)?.[1] ?? 0);
  if (bytes > 0 && lastBytes > bytes) return { start: 0, length: bytes };
  // express hands out what range-parser says: -2 malformed, -1 nothing of it is there.
  const ranges = request.range(bytes);
  if (ranges === -1) {
    response.set('Content-Range', `bytes */${bytes}`);
    throw new TouchlineError({ kind: 'invalid', code: 'range_not_satisfiable', message: `The file has ${bytes} bytes: the range begins beyond its end` });
  }
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes') return null;
  const [range, another] = ranges;
  if (range === undefined || another !== undefined) return null;
  return { start: range.start, length: range.end - range.start + 1 };
}

/** A date only counts when it is exactly ours: a file may change twice within a second. */
function isSameVersion(ifRange: string | string[] | undefined, version: Version): boolean {
  return ifRange === undefined || ifRange === version.etag || ifRange === version.lastModified;
}

function preconditionFailed(): TouchlineError {
  return new TouchlineError({ kind: 'conflict', code: 'precondition_failed', message: 'The file has changed since you asked for it: download it from the beginning' });
}
