/** The API over a library in a folder of its own, and what downloads need to be looked at: raw bytes, open files. */
import { readdir, readlink } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { pino } from 'pino';
import type { Test } from 'tap';
import { createHttpApp } from '../../src/api/http/app.js';
import { startHttpServer } from '../../src/api/http/server.js';
import type { Library } from '../../src/library/types.js';
import { LibraryRig } from './library.js';
import { plannedParts } from './planned-parts.js';

export interface DownloadRig {
  readonly files: LibraryRig;
  readonly library: Library;
  readonly url: string;
  /** Lines of the API's log so far. */
  readonly lines: readonly string[];
}

export interface DownloadRigOptions {
  readonly downloadStallMs?: number;
  /** Stands before the library, to let the disk fail. */
  readonly wrap?: (library: Library) => Library;
}

export async function serveLibrary(t: Test, { wrap = (library) => library, ...options }: DownloadRigOptions = {}): Promise<DownloadRig> {
  const files = await LibraryRig.make(t);
  const library = wrap(await files.open());
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const app = createHttpApp({ ...plannedParts({ library, ...options }), log });
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, log, closeGraceMs: 100 });
  t.teardown(() => server.close());
  return { files, library, url: server.url, lines };
}

export interface Downloaded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  /** Whether the connection ended before the announced length. */
  readonly broken: boolean;
}

/** The path goes on the wire as it is. Resolves with what came even when the connection broke. */
export function download(url: string, path: string, { method = 'GET', headers = {} }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<Downloaded> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    begin(url, path, { method, headers }, (response) => {
      const end = (broken: boolean): void => resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(pieces), broken });
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', () => end(true));
      response.once('end', () => end(false));
    }).once('error', reject);
  });
}

/** The answer with its body not read: a client that stalls, until it is destroyed. */
export function beginDownload(url: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    begin(url, path, { method: 'GET', headers: {} }, (response) => {
      response.once('error', () => undefined);
      resolve(response);
    }).once('error', reject);
  });
}

function begin(url: string, path: string, call: { readonly method: string; readonly headers: Readonly<Record<string, string>> }, onResponse: (response: IncomingMessage) => void) {
  const { hostname, port } = new URL(url);
  const request = httpRequest({ host: hostname, port, path, agent: false, ...call }, onResponse);
  request.end();
  return request;
}

/** Open files of a process whose path contains `text`. */
export async function openFilesOf(pid: number, text: string): Promise<number> {
  const paths = await Promise.all((await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return paths.filter((path) => path.includes(text)).length;
}
