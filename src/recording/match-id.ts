import type { Violation } from '../errors.js';

/**
 * A match id becomes the name of one folder, on ext4 in the rig and later on a USB stick (exFAT, NTFS) and in
 * somebody's Windows explorer. Whatever cannot be such a name everywhere, or would look like something that it is
 * not, is refused before anything is created.
 */
export const MATCH_ID_RULE =
  'A match id is the name of a folder: 1 to 120 bytes of UTF-8 in letters of any language, digits, spaces and ' +
  'punctuation except / \\ < > : " | ? *, without control or invisible characters, not starting or ending with a ' +
  'dot, and not a name reserved by an operating system (CON, NUL, COM1, lost+found, ...). Spaces around it are removed.';

/** Leaves room for suffixes (`_recovered_<stamp>`, temporary names) below the 255 bytes of a folder name. */
export const MATCH_ID_MAX_BYTES = 120;

export type MatchIdCheck =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly violation: Violation };

interface Rule {
  readonly name: string;
  /** What is wrong, in words that follow the value; null when the rule holds. */
  readonly breaks: (id: string) => string | null;
}

/** Device names of Windows (with any extension) and folders that file systems keep at the root of a volume. */
const RESERVED_NAMES =
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]|lost\+found|system volume information|\$recycle\.bin)(?: *\..*)?$/iu;

const SEPARATORS = /[/\\]/u;
const FORBIDDEN_ON_STICKS = /[<>:"|?*]/u;
const SURROGATES = /\p{Surrogate}/u;
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Zero width, bidirectional controls, fillers and the like; the two emoji variation selectors are ordinary text. */
const INVISIBLE = /[[\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]--[\ufe0e\ufe0f]]/v;

const RULES: readonly Rule[] = [
  { name: 'match_id_empty', breaks: (id) => (id === '' ? 'is empty' : null) },
  { name: 'match_id_separator', breaks: (id) => contains(id, SEPARATORS) },
  { name: 'match_id_surrogate', breaks: (id) => contains(id, SURROGATES) },
  { name: 'match_id_control', breaks: (id) => contains(id, CONTROLS) },
  { name: 'match_id_invisible', breaks: (id) => contains(id, INVISIBLE) },
  { name: 'match_id_character', breaks: (id) => contains(id, FORBIDDEN_ON_STICKS) },
  { name: 'match_id_dot', breaks: (id) => (id.startsWith('.') ? 'starts with a dot' : null) },
  { name: 'match_id_dot', breaks: (id) => (id.endsWith('.') ? 'ends with a dot' : null) },
  { name: 'match_id_reserved', breaks: (id) => (RESERVED_NAMES.test(id) ? 'is a reserved name' : null) },
  { name: 'match_id_too_long', breaks: tooLong },
];

/**
 * Decides whether `raw` may name a recording and gives its canonical form: NFC, without surrounding spaces (a
 * tablet's keyboard leaves one behind a completed word; refusing the start of a match for it would be wrong).
 * The same text always gives the same id, and an id that passed passes again unchanged.
 *
 * @returns the id, or a violation with path `['match_id']` whose message names field, value and rule.
 */
export function validateMatchId(raw: string): MatchIdCheck {
  const id = raw.normalize('NFC').replace(/^\p{Zs}+|\p{Zs}+$/gu, '');
  for (const rule of RULES) {
    const reason = rule.breaks(id);
    if (reason === null) continue;
    const value = shortened(raw);
    const message = `match_id ${printable(value)} ${reason}. ${MATCH_ID_RULE}`;
    return { ok: false, violation: { path: ['match_id'], rule: rule.name, message, value } };
  }
  return { ok: true, id };
}

function contains(id: string, forbidden: RegExp): string | null {
  const found = forbidden.exec(id)?.[0];
  return found === undefined ? null : `contains ${printable(found)}`;
}

function tooLong(id: string): string | null {
  // Not Buffer: the web page applies the same rule.
  const bytes = new TextEncoder().encode(id).length;
  return bytes > MATCH_ID_MAX_BYTES ? `is ${bytes} bytes long` : null;
}

const SHOWN_CHARACTERS = 80;

function shortened(raw: string): string {
  const characters = [...raw];
  return characters.length <= SHOWN_CHARACTERS ? raw : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}

/** Quoted, with everything that a terminal or a page would not show (or would obey) as an escape. */
function printable(value: string): string {
  return JSON.stringify(value).replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
