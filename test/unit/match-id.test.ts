import t from 'tap';
import { MATCH_ID_MAX_BYTES, MATCH_ID_RULE, validateMatchId } from '../../src/recording/match-id.js';

const USED_BY_CLIENTS = [
  'match_20260211_001',
  'match_1770837041',
  'quicktest_1770837041',
  'mutex_1770837041',
  'perftest_1770837041',
  'deploy_smoke_20260211_220241',
  'regression-fast-1770837041',
  'match_1770837041_recovered_20260211_220241',
  'U19 vs. Nachbarstadt (Rückspiel), 2. Halbzeit',
  'Łódź – Gdańsk 3',
  '浦和レッズ 対 鹿島',
  'Дерби №7',
  "Coach's game #4 & more; $5 100% [final] {a} = ~`^",
  '⚽️ finals',
  'a..b',
  '-derby',
];

t.test('every id that clients use names a recording as it is', async (t) => {
  for (const id of USED_BY_CLIENTS) t.same(validateMatchId(id), { ok: true, id });
});

const REFUSED: readonly (readonly [raw: string, rule: string])[] = [
  ['', 'match_id_empty'],
  ['   ', 'match_id_empty'],
  ['\u3000', 'match_id_empty'],
  ['.', 'match_id_dot'],
  ['..', 'match_id_dot'],
  [' .. ', 'match_id_dot'],
  ['.hidden', 'match_id_dot'],
  ['trailing.', 'match_id_dot'],
  ['/etc/passwd', 'match_id_separator'],
  ['../../escape', 'match_id_separator'],
  ['a/b', 'match_id_separator'],
  ['a\\b', 'match_id_separator'],
  ['a\0b', 'match_id_control'],
  ['a\nb', 'match_id_control'],
  ['a\u001b[31mb', 'match_id_control'],
  ['a\u007fb', 'match_id_control'],
  ['a\u0085b', 'match_id_control'],
  ['a\u2028b', 'match_id_control'],
  ['left\u202eright', 'match_id_invisible'],
  ['a\u2066b', 'match_id_invisible'],
  ['a\u200bb', 'match_id_invisible'],
  ['a\u200db', 'match_id_invisible'],
  ['\ufeffa', 'match_id_invisible'],
  ['a\u00adb', 'match_id_invisible'],
  ['\u3164', 'match_id_invisible'],
  ['a\u{e0041}b', 'match_id_invisible'],
  ['a\uffffb', 'match_id_invisible'],
  ['a\ud800b', 'match_id_surrogate'],
  ['\udc00', 'match_id_surrogate'],
  ['10:30', 'match_id_character'],
  ['who?', 'match_id_character'],
  ['a*b', 'match_id_character'],
  ['<a>', 'match_id_character'],
  ['a"b', 'match_id_character'],
  ['a|b', 'match_id_character'],
  ['CON', 'match_id_reserved'],
  ['nul', 'match_id_reserved'],
  ['Aux.mp4', 'match_id_reserved'],
  ['com1', 'match_id_reserved'],
  ['LPT\u00b9', 'match_id_reserved'],
  ['lost+found', 'match_id_reserved'],
  ['System Volume Information', 'match_id_reserved'],
  ['$RECYCLE.BIN', 'match_id_reserved'],
  ['a'.repeat(MATCH_ID_MAX_BYTES + 1), 'match_id_too_long'],
  ['ü'.repeat(MATCH_ID_MAX_BYTES / 2 + 1), 'match_id_too_long'],
];

t.test('what cannot be one folder name everywhere is refused by a named rule', async (t) => {
  for (const [raw, rule] of REFUSED) {
    const check = validateMatchId(raw);
    t.equal(check.ok ? 'accepted' : check.violation.rule, rule, encodeURI(raw.slice(0, 40).toWellFormed()));
  }
});

t.test('names that only resemble a reserved one are kept', async (t) => {
  for (const id of ['console', 'COM10', 'nullify', 'auxiliary', 'lost+found 2']) t.ok(validateMatchId(id).ok, id);
});

t.test('the longest id is accepted, counted in bytes and not in characters', async (t) => {
  t.ok(validateMatchId('a'.repeat(MATCH_ID_MAX_BYTES)).ok);
  t.ok(validateMatchId('ü'.repeat(MATCH_ID_MAX_BYTES / 2)).ok);
});

t.test('one text in two Unicode spellings is one recording', async (t) => {
  const composed = validateMatchId('Köln');
  t.same(validateMatchId('Ko\u0308ln'), composed);
  t.same(composed, { ok: true, id: 'K\u00f6ln' });
});

t.test('a space left behind by a keyboard does not refuse the start, and the canonical id is stable', async (t) => {
  const check = validateMatchId('  Derby  2 \u00a0');
  t.same(check, { ok: true, id: 'Derby  2' });
  t.same(validateMatchId('Derby  2'), check);
});

t.test('the refusal names the field, the value and the rule, and shows invisible characters as escapes', async (t) => {
  const check = validateMatchId('left\u202eright/..');
  if (check.ok) return t.fail('accepted');
  t.same(check.violation.path, ['match_id']);
  t.ok(check.violation.message.startsWith('match_id "left\\u{202e}right/.." contains "/". '), check.violation.message);
  t.ok(check.violation.message.endsWith(MATCH_ID_RULE));
  return undefined;
});

t.test('a huge value does not make a huge answer', async (t) => {
  const check = validateMatchId('x'.repeat(60_000));
  if (check.ok) return t.fail('accepted');
  t.ok(check.violation.message.length < 1000);
  t.ok(String(check.violation.value).length < 100);
  return undefined;
});
