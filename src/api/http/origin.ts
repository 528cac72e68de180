import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Which web pages may speak to the rig. Any page that somebody on the same network opens could otherwise start, stop
 * and delete recordings (contract defect 6). Browsers name the page behind a request in `Origin`; programs send none.
 */

/** Origins (`https://club.example`) besides the rig's own, as the configuration lists them at this moment. */
export type AllowedOrigins = () => readonly string[];

/**
 * Whether commands and WebSocket connections with these headers are accepted: from programs, from the rig's own pages,
 * from origins that are allowed by name.
 *
 * A page is the rig's own when it comes from the very address to which the request goes, and when nobody else could
 * have given it that address: a stranger can let a public name of his point at the rig (DNS rebinding), and his page
 * would then count as the rig's own.
 */
export function isAllowedPage(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (isAllowedOrigin(origin, allowed)) return true;
  const page = urlOf(origin);
  // The scheme is not compared: behind a proxy that speaks TLS, only the proxy knows it.
  const called = page === null || host === undefined ? null : urlOf(`${page.protocol}//${host}`);
  return page !== null && called !== null && page.host === called.host && isOwnName(page.hostname);
}

/**
 * Whether the rig is called by a name that is its own, or that of an allowed origin. A page whose name a stranger lets
 * point at the rig (DNS rebinding) reads as a page of the rig, without any `Origin`; the name is what gives it away.
 */
export function isKnownHost(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { host } = headers;
  // Browsers always send it.
  if (host === undefined) return true;
  const called = urlOf(`http://${host}`);
  return called !== null && (isOwnName(called.hostname) || allowed.some((origin) => urlOf(origin)?.hostname === called.hostname));
}

/** Whether the list names this origin. `null`, which files and sandboxed frames send, is never in it. */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin !== undefined && allowed.includes(origin);
}

/**
 * Whether a browser says that a page which is neither the rig's nor allowed wants this, as part of itself (a picture, a
 * script, a fetch). A link that a person follows is no such thing. Browsers say so over https and on localhost only.
 */
export function isForeignEmbedding(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (isAllowedOrigin(headers.origin, allowed)) return false;
  if (!isAllowedPage(headers, allowed)) return true;
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
}

/** Top-level names that no public name server answers for, so that only somebody in the rig's network can give them. */
const LOCAL_SUFFIXES = ['.local', '.localhost', '.lan', '.internal', '.home.arpa'];

/** Whether this name can only mean the rig or a neighbour, whoever wrote the page. */
function isOwnName(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();
  if (isIP(bare) !== 0 || !bare.includes('.') || bare === hostname().toLowerCase()) return bare !== '';
  return LOCAL_SUFFIXES.some((suffix) => bare.endsWith(suffix));
}

function urlOf(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.host === '' ? null : url;
}
