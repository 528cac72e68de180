/** The pages, as they stand in the address after `#`. */
export type Route =
  | { readonly page: 'kiosk' }
  | { readonly page: 'library'; readonly matchId: string | null }
  | { readonly page: 'technician' };

/** `#/library/Cup%20final` and the like; whatever is no page is the kiosk. */
export function parseRoute(hash: string): Route {
  const [page, ...rest] = hash.replace(/^#?\/?/, '').split('/');
  if (page === 'technician') return { page };
  if (page !== 'library') return { page: 'kiosk' };
  const matchId = decoded(rest.join('/'));
  return { page, matchId: matchId === '' ? null : matchId };
}

/** For `href`. */
export function hrefOf(route: Route): string {
  if (route.page === 'kiosk') return '#/';
  if (route.page === 'technician') return '#/technician';
  return route.matchId === null ? '#/library' : `#/library/${encodeURIComponent(route.matchId)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
