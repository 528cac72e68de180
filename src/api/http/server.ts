import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { TouchlineError } from '../../errors.js';
import { systemClock } from '../../lib/clock.js';
import { errnoOf } from '../../lib/file-error.js';
import { RepeatedFault } from '../../telemetry/repeated-fault.js';
import { rawRefusal } from './errors.js';

export interface HttpServerOptions {
  readonly app: RequestListener;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly log: Logger;
  /** How long `close` waits for answers that are under way before it cuts them off. */
  readonly closeGraceMs?: number;
  /** What clients may take up; for tests, the rest of the world lives with the defaults. */
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  /** Until the headers of a request, or the first byte of a connection, are there. */
  readonly headersMs: number;
  /** Until the whole request is there. The answer may take as long as it takes. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction, whatever the connection is doing. */
  readonly idleMs: number;
  /** How often requests that take too long are looked for. */
  readonly checkMs: number;
  readonly headersBytes: number;
  /** Open connections of all clients together, WebSocket included; more are closed at once. */
  readonly connections: number;
}

export interface HttpServer {
  /** Where it really listens, e.g. `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly port: number;
  /** For upgrades to WebSocket. */
  readonly server: Server;
  /** Takes no new connections, lets running answers finish, resolves when every connection is closed. Idempotent. */
  close(): Promise<void>;
}

/**
 * A client that dawdles over its request holds a connection, never more, and not for long. One that reads its download
 * slowly may: only when nothing moves for a quarter of an hour, longer than any start or stop, it is taken for gone.
 */
const LIMITS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 20_000,
  idleMs: 15 * 60_000,
  checkMs: 5_000,
  headersBytes: 16 * 1024,
  connections: 384,
};
/** The daemon may be wanted back at once, for the next match: who is cut off goes on where it was, with `Range`. */
const DEFAULT_CLOSE_GRACE_MS = 5_000;

/** Resolves once requests are accepted. Throws `port_in_use`, `port_not_permitted` or `address_not_available`. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { app, host, log } = options;
  const limits = { ...LIMITS, ...options.limits };
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: limits.headersBytes,
      // Clients that offer HTTP/2 (`Upgrade: h2c`) are answered as if they had not.
      shouldUpgradeCallback: ({ headers }): boolean => server.listenerCount('upgrade') > 0 && headers.upgrade?.toLowerCase() === 'websocket',
    },
    app,
  );
  server.setTimeout(limits.idleMs);
  server.maxConnections = limits.connections;
  const tooMany = new RepeatedFault(systemClock, log, 'too many connections, new ones are closed');
  server.on('drop', () => tooMany.occurred(new Error(`${limits.connections} connections are open`)));
  server.on('clientError', (error: Error, socket: Duplex) => {
    const code = errnoOf(error);
    if (code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(rawRefusal(code));
  });
  await listen(server, options);
  server.on('error', (err) => log.error({ err }, 'http server failed'));

  const { port } = boundAddress(server);
  let closing: Promise<void> | null = null;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    server,
    close: () => (closing ??= closeServer(server, options.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS)),
  };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function boundAddress(server: Server): AddressInfo {
  const address = server.address();
  if (address !== null && typeof address === 'object') return address;
  throw new TouchlineError({ kind: 'internal', code: 'no_address', message: 'the HTTP server has no network address' });
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    // Its only error is "not running", which is what was asked for.
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cutOff);
}

function listenError(error: Error, host: string, port: number): TouchlineError {
  const settings = 'TOUCHLINE_PORT or "port" in touchline.json';
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return new TouchlineError({
        kind: 'conflict',
        code: 'port_in_use',
        message:
          `port ${port} on ${host} is already in use, perhaps by another touchline: ` +
          `stop it (\`ss -ltnp 'sport = :${port}'\` names it) or choose another port with ${settings}`,
        cause: error,
      });
    case 'EACCES':
      return new TouchlineError({
        kind: 'unavailable',
        code: 'port_not_permitted',
        message: `port ${port} needs privileges that this process does not have: choose one above 1023 with ${settings}`,
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new TouchlineError({
        kind: 'unavailable',
        code: 'address_not_available',
        message:
          `this machine has no address ${host}: set TOUCHLINE_HOST or "host" in touchline.json to 127.0.0.1 ` +
          'for this machine only, or to 0.0.0.0 for the network',
        cause: error,
      });
    default:
      return new TouchlineError({
        kind: 'unavailable',
        code: 'listen_failed',
        message: `cannot listen on ${host} port ${port}: ${error.message}`,
        cause: error,
      });
  }
}
