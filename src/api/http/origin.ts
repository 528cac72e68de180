/**
 * Browsers name the page behind a request in `Origin`. Any page that somebody on the same network opens could
 * otherwise start, stop and delete recordings (contract defect 6); programs send no `Origin` and pass.
 *
 * @param origin value of the Origin header
 * @param host value of the Host header, i.e. the address under which the client sees the rig (a proxy keeps it)
 * @param allowed further origins (`https://rig.example`) whose pages may control the rig
 * @returns true when the request comes from a page that is neither the rig's own nor allowed
 */
export function isForeignOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes(origin)) return false;
  // The scheme is not compared: behind a proxy that speaks TLS, only the proxy knows it.
  const page = hostOf(origin);
  return page === null || host === undefined || page !== hostOf(`${schemeOf(origin)}//${host}`);
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host || null : null;
}

function schemeOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).protocol : 'http:';
}
