/**
 * Files of a match over HTTP. The library hands them out opened and checked, so that nothing which happens to a name
 * meanwhile can lead elsewhere. That is why `send` is not used: it opens by path, knows nothing of a file that is
 * offered in part, and ends an answer that became too short as if it were complete.
 */
import type { Request, Response } from 'express';
import type { OpenedFile } from '../../library/types.js';
import { ReadBuffers } from './download-buffers.js';
import { requireVersion, wantedPart } from './download-conditions.js';
import { FilePart, transfer } from './download-transfer.js';

/** Large reads spare the event loop; few of them keep many downloads at a time cheap. */
const BUFFERS = { count: 3, bufferBytes: 256 * 1024 };
const PARTIAL_CONTENT = 206;
const NOT_MODIFIED = 304;
/** Headers that say something about the file and nothing about a refusal. */
const OF_THE_FILE = ['ETag', 'Last-Modified', 'Accept-Ranges'];

/** What may be played inside a page. Every other file of a match may be anything, and is only ever saved. */
const PLAYABLE = /\.mp4$/;
const PLAYABLE_TYPE = 'video/mp4';

export interface SendOptions {
  /** A client that takes nothing for so long is gone. */
  readonly stallMs: number;
  /** To be played inside a page, where the file is a video; otherwise to be saved. */
  readonly inline: boolean;
}

/**
 * Answers with the file or the part of it that was asked for, and closes it in any case. Resolves
 * with false when the client left early. Throws `precondition_failed` or `range_not_satisfiable` before it begins, and
 * what the disk says when it fails midway, with the connection destroyed.
 */
export async function sendFile(request: Request, response: Response, file: OpenedFile, { stallMs, inline }: SendOptions): Promise<boolean> {
  try {
    const version = { etag: file.etag, lastModified: new Date(file.modifiedEpochMs).toUTCString() };
    requireVersion(request, version);
    // A match may be deleted and its id given again: caches must ask each time.
    response.set({ ETag: version.etag, 'Last-Modified': version.lastModified, 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache' });
    if (request.fresh) {
      response.status(NOT_MODIFIED).end();
      return true;
    }
    const part = partOf(request, response, file, version);
    if (inline && PLAYABLE.test(file.name)) response.set('Content-Disposition', 'inline').type(PLAYABLE_TYPE);
    else attach(response, file.name, 'application/octet-stream');
    response.set('Content-Length', String(part.length));
    if (request.method === 'HEAD') {
      response.end();
      return true;
    }
    const buffers = new ReadBuffers(BUFFERS);
    return await transfer({ source: new FilePart(file, part, buffers), buffers, stallMs }, response);
  } finally {
    await file.handle.close();
  }
}

function partOf(request: Request, response: Response, file: OpenedFile, version: Parameters<typeof wantedPart>[3]) {
  try {
    const part = wantedPart(request, response, file.bytes, version);
    if (part === null) return { start: 0, length: file.bytes };
    response.status(PARTIAL_CONTENT).set('Content-Range', `bytes ${part.start}-${part.start + part.length - 1}/${file.bytes}`);
    return part;
  } catch (refusal) {
    for (const header of OF_THE_FILE) response.removeHeader(header);
    throw refusal;
  }
}

/** To be saved under this name, in any alphabet (RFC 6266 and 8187), and never to be shown by the browser. */
export function attach(response: Response, name: string, mediaType: string): void {
  // A name on a disk may contain line breaks; a header may not.
  response.attachment(name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '_')).type(mediaType);
}
