import type { ParseArgsOptionsConfig } from 'node:util';
import { DaemonClient } from './client.js';
import type { Arguments, CliContext } from './command.js';
import { usageError } from './run.js';
import type { RigSettings } from './settings.js';

/** Options of every command that talks to the daemon. */
export const DAEMON_OPTIONS = {
  url: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

export const DAEMON_HELP: readonly string[] = [
  '  --json      the answer as one line of JSON, for scripts',
  '  --url URL   address of the daemon, e.g. http://rig:8000; default: as configured',
  '  --config F  configuration file; default: as for `touchline serve`',
];

const UNSPECIFIED: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
]);

/** A client for the daemon that the arguments name, or else the configuration. */
export async function connect(args: Arguments, context: CliContext): Promise<DaemonClient> {
  const given = args.text('url');
  const url = given === null ? daemonUrl(await context.settingsInForce(args.text('config'))) : checkedUrl(given);
  return new DaemonClient(url, context.signal);
}

/** Where the daemon of this configuration answers, seen from its own machine. */
export function daemonUrl({ host, port }: Pick<RigSettings, 'host' | 'port'>): string {
  const plain = host.includes(':') ? `[${host}]` : host;
  return `http://${UNSPECIFIED.get(host) ?? plain}:${port}`;
}

function checkedUrl(text: string): string {
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw usageError(`the address of the daemon must look like http://rig:8000, not "${text}"`);
}
