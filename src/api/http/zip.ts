/** A match as one zip, made while it is sent: stored, of a length that is known beforehand (docs/decisions/0005-zip.md). */
import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { ZipFile } from 'yazl';
import { TouchlineError } from '../../errors.js';
import type { OpenedFile } from '../../library/types.js';
import { attach } from './download.js';
import { ReadBuffers } from './download-buffers.js';
import { FilePart, transfer } from './download-transfer.js';
import { zipNames } from './zip-names.js';

/** Each stage of yazl's chain holds one while it passes; fewer would wait for each other. */
const BUFFERS = { count: 4, bufferBytes: 1024 * 1024 };

export interface MatchFiles {
  readonly matchId: string;
  readonly files: readonly (OpenedFile & { readonly relativePath: string })[];
}

/**
 * Answers with all files of the match, each as long as it was when it was opened, and closes them in any case. Resolves
 * with false when the client left early. Throws what the disk says when it fails midway, with the connection destroyed.
 */
export async function sendZip(request: Request, response: Response, match: MatchFiles, stallMs: number): Promise<boolean> {
  try {
    const zip = composeZip(match);
    attach(response, `${match.matchId}.zip`, 'application/zip');
    // A zip made later is another one: other times, other lengths.
    response.set({ 'Content-Length': String(zip.bytes), 'Cache-Control': 'no-store' });
    if (request.method === 'HEAD') {
      response.end();
      return true;
    }
    // Opening the files takes time. Nobody would listen to what goes wrong with reading them.
    if (response.destroyed) return false;
    const buffers = new ReadBuffers(BUFFERS);
    return await transfer({ source: zip.read(buffers), buffers, stallMs }, response);
  } finally {
    await Promise.all(match.files.map(({ handle }) => handle.close()));
  }
}

interface Zip {
  readonly bytes: number;
  /** Begins to read the files. A failure of one of them is a failure of the stream. */
  readonly read: (buffers: ReadBuffers) => Readable;
}

function composeZip({ matchId, files }: MatchFiles): Zip {
  const zip = new ZipFile();
  const output = zip.outputStream;
  if (!(output instanceof Readable)) throw noLength('its output is no stream of Node');
  const begin = Promise.withResolvers<ReadBuffers>();
  let current: Readable | null = null;
  output.once('close', () => current?.destroy());
  // A client that leaves at the wrong moment leaves a stream without listeners, and must not take the daemon with it.
  output.on('error', () => undefined);
  zip.on('error', (error: Error) => output.destroy(error));
  const names = zipNames(matchId, files.map(({ relativePath }) => relativePath));
  files.forEach((file, index) => {
    const options = { size: file.bytes, mtime: new Date(file.modifiedEpochMs), compress: false };
    zip.addReadStreamLazy(names[index] ?? '', options, (take) => {
      void begin.promise.then((buffers) => {
        const source = new FilePart(file, { start: 0, length: file.bytes }, buffers);
        // yazl pipes, and pipes do not carry failures.
        source.once('error', (error) => output.destroy(error));
        current = source;
        take(null, source);
      });
    });
  });
  return {
    bytes: lengthOf(zip),
    read: (buffers) => {
      begin.resolve(buffers);
      return output;
    },
  };
}

/** yazl says it at once, because everything is stored and of known size. */
function lengthOf(zip: ZipFile): number {
  const said: unknown[] = [];
  zip.end(undefined, (...words: unknown[]) => said.push(...words));
  const [bytes] = said;
  if (typeof bytes !== 'number' || bytes < 0) throw noLength(`it says ${String(bytes)}`);
  return bytes;
}

function noLength(reason: string): TouchlineError {
  return new TouchlineError({ kind: 'internal', code: 'zip_length_unknown', message: `The length of the zip cannot be told: ${reason}` });
}
