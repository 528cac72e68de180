import { passwordsBehindHosts, REDACTED } from '../../lib/redact.js';
import { redactLine } from '../../telemetry/log-lines.js';

/** Shorter ones also occur by chance inside of other words. */
const SHORT = 4;

const KEY_WORDS = 'password|passwd|passphrase|pwd|secret|token|credential|api_?key|user[-_]pw';
const URL_CREDENTIALS = /\b[a-z][a-z0-9+.-]*:\/\/(?<user>[^\s"'<>:@/]*):(?<password>[^\s"'<>]*)@/gi;
const NAMED_VALUE = new RegExp(`"[\\w-]*(?:${KEY_WORDS})"\\s*:\\s*(?<value>"(?:\\\\.|[^"\\\\])*")`, 'gi');

/** What the log's own rules do not cover, because it never stands in a line of ours. `$1` stays. */
const FURTHER: readonly RegExp[] = [
  // Keys of a TURN server's user, and anything under the key `credential`.
  /("(?:username|[\w-]*credentials?)"\s*:\s*)"(?:\\.|[^"\\])*"/gi,
  // JSON that stands as text in JSON.
  new RegExp(`(\\\\+"[\\w-]*(?:${KEY_WORDS}|username)s?\\\\+"\\s*:\\s*\\\\+")(?:(?!\\\\*").)+`, 'gi'),
  /((?:proxy-)?authorization["']?\s*[:=]\s*["']?)[^\r\n"']+/gi,
  /(\b(?:bearer|basic)\s+)[\w.~+/-]{6,}=*/gi,
  /(\b[A-Z0-9_]*(?:PASSWORD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|_KEY|_PSK)[A-Z0-9_]*=)\S+/g,
  /(\b(?:password|passwd|passphrase|secret|token|psk)["']?\s*:\s*)(?!\s*["'*])\S+/gi,
  /(\b(?:turns?|stuns?):(?!\/\/))[^\s@"'<>]+(?=@)/gi,
];
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/**
 * Hides secrets in texts that leave the rig: by what they look like, and by what they are. The second catches a password
 * wherever it went, in whatever spelling.
 * @param origins texts in which this rig's secrets stand: the configuration as it is in the file, the environment
 */
export function secretHider(origins: readonly string[]): (text: string) => string {
  const known = [...new Set(origins.flatMap(secretsIn).flatMap(spellings))].filter((value) => value !== '').sort((a, b) => b.length - a.length);
  const long = known.filter((value) => value.length >= SHORT);
  const short = known.filter((value) => value.length < SHORT).map((value) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(value)}(?![\\p{L}\\p{N}])`, 'gu'));
  return (text) => {
    let hidden = text.replaceAll(PRIVATE_KEY, REDACTED);
    for (const value of long) hidden = hidden.replaceAll(value, REDACTED);
    for (const value of short) hidden = hidden.replaceAll(value, REDACTED);
    return hidden.split('\n').map(hideInLine).join('\n');
  };
}

function hideInLine(line: string): string {
  return redactLine(FURTHER.reduce((text, pattern) => text.replaceAll(pattern, `$1${REDACTED}`), line));
}

/** Passwords of addresses, and values under keys that say what they are. */
function secretsIn(text: string): readonly string[] {
  const inAddresses = [...text.matchAll(URL_CREDENTIALS)].flatMap(({ groups }) => {
    const { user = '', password = '' } = groups ?? {};
    // The header of HTTP and RTSP that carries both.
    return [password, Buffer.from(`${user}:${decoded(password)}`).toString('base64')];
  });
  const underKeys = [...text.matchAll(NAMED_VALUE)].map(({ groups }) => unquoted(groups?.['value'] ?? '""'));
  return [...inAddresses, ...passwordsBehindHosts(text), ...underKeys];
}

function spellings(secret: string): readonly string[] {
  const plain = decoded(secret);
  return [secret, plain, encodeURIComponent(plain), JSON.stringify(plain).slice(1, -1), Buffer.from(plain).toString('base64')];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text of a JSON string, of which the escapes that people use are undone. */
function unquoted(json: string): string {
  return json.slice(1, -1).replaceAll(/\\(["\\/])/g, '$1');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
