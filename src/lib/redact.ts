/** What replaces a secret. */
export const REDACTED = '***';

/** A quote ends a value, and so do the backslashes before it: they are the escape of a finished JSON line, and must stay. */
const CHARACTER = String.raw`(?!\\+["'])[^&;\s"']`;
const PASSWORD = String.raw`(?:user|login)?[-_]?(?:pass(?:word|wd|phrase)?|pas|pwd|psw|pw)|authbasic`;
/** Of HTTP and SRT, and of cameras that take no credentials in front of their name. */
const PASSWORD_PARAMETER = new RegExp(`([?&;](?:${PASSWORD})=)((?:${CHARACTER})+)`, 'gi');
/** `rtsp://camera/user=admin_password=secret_channel=1_stream=0.sdp`. What may belong to the password counts as it. */
const PASSWORD_IN_PATH = new RegExp(`(_(?:pass(?:word|wd)?|pwd)=)((?:(?!_(?:channel|stream|user)\\d*=)${CHARACTER})+)`, 'gi');
const OTHER_SECRET_PARAMETER = new RegExp(`([?&;](?:token|access_token|secret|api_?key|auth|sig(?:nature)?)=)(?:${CHARACTER})+`, 'gi');
/** The first form is a quoted value inside a JSON line. */
const SECRET_ASSIGNMENT = /\b((?:user-)?(?:pw|password|passwd|passphrase|secret)\s*=\s*)(?:\\+"[^"]*"|"[^"]*"|'[^']*'|(?:(?!\\+["'])[^\s&"'])+)/gi;
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
  for (const pattern of [PASSWORD_PARAMETER, PASSWORD_IN_PATH, OTHER_SECRET_PARAMETER, SECRET_ASSIGNMENT]) result = result.replace(pattern, `$1${REDACTED}`);
  return result;
}

/** The passwords in queries and paths of the addresses in a text, as they are written there. */
export function passwordsBehindHosts(text: string): readonly string[] {
  return [PASSWORD_PARAMETER, PASSWORD_IN_PATH].flatMap((pattern) => [...text.matchAll(pattern)].map(([, , password = '']) => password));
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
