/** What replaces a secret. */
export const REDACTED = '***';

/** A quote ends a value, and so do the backslashes before it: they are the escape of a finished JSON line, and must stay. */
const SECRET_QUERY_VALUE =
  /([?&;](?:pass(?:word|wd)?|pwd|user-pw|token|access_token|secret|api_?key|auth|sig(?:nature)?)=)(?:(?!\\+["'])[^&;\s"'])+/gi;
/** The first form is a quoted value inside a JSON line. */
const SECRET_ASSIGNMENT = /\b((?:user-)?(?:pw|password|passwd|secret)\s*=\s*)(?:\\+"[^"]*"|"[^"]*"|'[^']*'|(?:(?!\\+["'])[^\s&"'])+)/gi;
const URL_START = /\b[a-z][a-z0-9+.-]*:\/\//gi;

/**
 * The text with the credentials of every URL in it hidden (`rtsp://***@camera/stream`), and the values of query
 * parameters and pipeline properties that carry passwords. Text without secrets comes back unchanged.
 *
 * People type passwords without escaping them, so a password may itself hold `@`, `/`, `?` or `#`. When what should
 * be the port is no number, the credentials are taken to reach to the last `@`: hiding too much beats showing half.
 */
export function redactUrl(text: string): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(URL_START)) {
    const start = match.index + match[0].length;
    if (start < done) continue;
    // An escaped quote belongs to the text: this also runs over finished JSON lines.
    const rest = /^(?:\\.|[^\s"<>\\])*/.exec(text.slice(start))?.[0] ?? '';
    const secretLength = credentialsLength(rest);
    if (secretLength === 0) continue;
    result += text.slice(done, start) + REDACTED;
    done = start + secretLength;
  }
  result += text.slice(done);
  return result
    .replace(SECRET_QUERY_VALUE, `$1${REDACTED}`)
    .replace(SECRET_ASSIGNMENT, `$1${REDACTED}`);
}

/** Length of `user:password` at the beginning of `rest` (what follows `scheme://`), 0 when there is none. */
function credentialsLength(rest: string): number {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const at = authority.lastIndexOf('@');
  // With one in the path, too, nobody can tell which ends the password.
  if (at >= 0) return (/^[^?#]*/.exec(rest)?.[0] ?? '').lastIndexOf('@');
  const looksLikePort = /^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(authority);
  return looksLikePort ? 0 : Math.max(0, rest.lastIndexOf('@'));
}
