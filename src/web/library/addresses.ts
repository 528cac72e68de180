/** Paths of the REST API below /api/v1 for one match and its files. */
export const matchPath = (matchId: string, rest = ''): string => `/recordings/${encodeURIComponent(matchId)}${rest}`;
export const segmentPath = (matchId: string, name: string): string => matchPath(matchId, `/segments/${encodeURIComponent(name)}`);
export const filePath = (matchId: string, name: string): string => matchPath(matchId, `/files/${encodeURIComponent(name)}`);
