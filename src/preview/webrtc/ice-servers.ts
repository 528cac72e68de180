import type { IceServer } from '../types.js';

/** As browsers have them, in the form of libdatachannel: `turn:user:password@host:port?transport=udp`. */
export function iceServerUrls(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) =>
    urls.map((url) => {
      if (username === undefined || credential === undefined) return url;
      const [scheme = '', rest = ''] = [url.slice(0, url.indexOf(':')), url.slice(url.indexOf(':') + 1)];
      return `${scheme}:${encodeURIComponent(username)}:${encodeURIComponent(credential)}@${rest}`;
    }),
  );
}
