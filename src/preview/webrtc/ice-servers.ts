/** STUN and TURN servers: from the forms in which people write them to the ones that browsers and libdatachannel take. */
import type { IceServer } from '../types.js';

const ADDRESS = /^(?<scheme>stuns?|turns?):(?:\/\/)?(?:(?<user>[^@]*)@)?(?<host>[^@]+)$/;

export interface BrowserIceServers {
  /** STUN before TURN; browsers take every one of them (contract 7.4). */
  readonly servers: readonly IceServer[];
  /** Addresses that no browser takes, without what is secret in them. One of these would leave a browser without any. */
  readonly unusable: readonly string[];
}

/**
 * In the form of RTCIceServer: `turn://user:password@host:port` becomes an address without them, and an entry of its own
 * with `username` and `credential`.
 */
export function browserIceServers(configured: readonly IceServer[]): BrowserIceServers {
  const all = configured.flatMap(({ urls, username, credential }) => grouped(urls.map((url) => inBrowserForm(url, username, credential))));
  const isUsable = ({ urls: [url = ''], username, credential }: IceServer): boolean => isStun(url) || (isTurn(url) && username !== undefined && credential !== undefined);
  const usable = all.filter(isUsable);
  return {
    servers: [...usable.filter(({ urls: [url = ''] }) => isStun(url)), ...usable.filter(({ urls: [url = ''] }) => isTurn(url))],
    unusable: all.filter((server) => !isUsable(server)).flatMap(({ urls }) => urls),
  };
}

/**
 * In the form of libdatachannel, `turn:user:password@host:port?transport=udp`. Only what it can talk to: it speaks UDP,
 * and refuses to make a connection at all when it is given `stuns:`.
 */
export function iceServerUrls(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) =>
    urls
      .filter((url) => /^(?:stun|turn):/.test(url) && !/[?&]transport=(?!udp)/.test(url))
      .map((url) => {
        if (username === undefined || credential === undefined) return url;
        const [scheme, host] = [url.slice(0, url.indexOf(':')), url.slice(url.indexOf(':') + 1)];
        return `${scheme}:${encodeURIComponent(username)}:${encodeURIComponent(credential)}@${host}`;
      }),
  );
}

function inBrowserForm(url: string, username: string | undefined, credential: string | undefined): IceServer {
  const { scheme, user, host } = ADDRESS.exec(url)?.groups ?? {};
  // Not even what comes before the last @ may be shown of what cannot be read.
  if (scheme === undefined || host === undefined) return { urls: [url.replace(/^.*@/, '')] };
  const address = `${scheme}:${host}`;
  if (isStun(address)) return { urls: [address] };
  const separator = user?.indexOf(':') ?? -1;
  const [name, password] = user === undefined || separator === -1 ? [username, credential] : [decoded(user.slice(0, separator)), decoded(user.slice(separator + 1))];
  return { urls: [address], ...(name === undefined ? {} : { username: name }), ...(password === undefined ? {} : { credential: password }) };
}

/** Addresses of one entry that share their kind and their secret stay in one entry. */
function grouped(servers: readonly IceServer[]): readonly IceServer[] {
  const groups = new Map<string, IceServer>();
  for (const server of servers) {
    const key = JSON.stringify([isStun(server.urls[0] ?? ''), server.username, server.credential]);
    groups.set(key, { ...server, urls: [...(groups.get(key)?.urls ?? []), ...server.urls] });
  }
  return [...groups.values()];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const isStun = (url: string): boolean => /^stuns?:/.test(url);
const isTurn = (url: string): boolean => /^turns?:/.test(url);
