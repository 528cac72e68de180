import t from 'tap';
import Type from '#typebox';
import { compileSchema, type Checked } from '../../src/lib/schema.js';
import { formatViolations } from '../../src/lib/violations.js';

const nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

const messagesOf = (checked: Checked<unknown>): string[] =>
  checked.ok ? [] : checked.violations.map((violation) => `${violation.path.join('.')}: ${violation.message}`);

const Settings = Type.Object(
  {
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    quality: Type.Optional(Type.Union([Type.Literal('high'), Type.Literal('balanced'), Type.Literal('fast')])),
    bitrate: Type.Optional(nullable(Type.Integer({ minimum: 100 }))),
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 5 }), { maxItems: 3 })),
    crop: Type.Optional(Type.Object({ left: Type.Integer({ minimum: 0 }) }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

t.test('a value that keeps every rule comes back as it is', async (t) => {
  const value = { port: 8000, quality: 'high', bitrate: null, tags: ['a'], crop: { left: 0 } };
  const checked = compileSchema(Settings).check(value);
  t.ok(checked.ok);
  if (checked.ok) t.equal(checked.value, value);
});

t.test('every broken rule is reported at once, in words, with path and value', async (t) => {
  const checked = compileSchema(Settings).check({ port: '8000', quality: 'best', bitrate: 5, tags: ['toolong', 1], crop: { lefft: 1 } });
  t.same(messagesOf(checked).sort(), [
    'bitrate: must be a whole number of at least 100',
    'crop.lefft: is not a known key; did you mean "left"?',
    'crop.left: is missing: must be a whole number of at least 0',
    'port: must be a whole number between 1 and 65535',
    'quality: must be "high", "balanced" or "fast"',
    'tags.0: must be text of at most 5 characters',
    'tags.1: must be text of at most 5 characters',
  ]);
  if (!checked.ok) {
    t.same(checked.violations.find((violation) => violation.path[0] === 'port')?.value, '8000');
    t.same(checked.violations.find((violation) => violation.path[0] === 'tags')?.path, ['tags', 0]);
  }
});

t.test('without coercion a number in quotes is no number', async (t) => {
  t.notOk(compileSchema(Settings).check({ port: '8000' }).ok);
});

t.test('a query coerces numbers, the boolean words of the contract and nothing else', async (t) => {
  const Query = Type.Object(
    { force: Type.Optional(Type.Boolean()), lines: Type.Optional(Type.Integer()), name: Type.Optional(Type.String()) },
    { additionalProperties: false },
  );
  const validator = compileSchema(Query, { coerce: 'query' });
  for (const word of ['true', '1', 'yes', 'on', 't', 'y', 'TRUE', 'Yes']) {
    t.same(validator.check({ force: word }), { ok: true, value: { force: true } }, word);
  }
  for (const word of ['false', '0', 'no', 'off', 'f', 'n', 'Off']) {
    t.same(validator.check({ force: word }), { ok: true, value: { force: false } }, word);
  }
  t.same(validator.check({ lines: '20', name: '20' }), { ok: true, value: { lines: 20, name: '20' } });
  t.same(messagesOf(validator.check({ force: 'maybe', lines: '1e999' })).sort(), [
    'force: must be true or false',
    'lines: must be a whole number',
  ]);
  t.notOk(validator.check({ force: ['true', 'true'] }).ok, 'a repeated parameter is no boolean');
  t.notOk(validator.check({ lines: '0x10' }).ok);
});

t.test('of several message shapes only the one that was meant is held against the value', async (t) => {
  const Message = Type.Union([
    Type.Object({ type: Type.Literal('start'), location: Type.String() }, { additionalProperties: false }),
    Type.Object({ type: Type.Literal('stop'), force: Type.Boolean() }, { additionalProperties: false }),
  ]);
  const validator = compileSchema(Message);
  t.ok(validator.check({ type: 'stop', force: false }).ok);
  t.same(messagesOf(validator.check({ type: 'stop', force: 'x' })), ['force: must be true or false']);
  t.same(messagesOf(validator.check({ type: 'pause' })), ['type: must be "start" or "stop"']);
  t.same(messagesOf(validator.check({})), ['type: is missing: must be "start" or "stop"']);
  t.same(messagesOf(validator.check(5)), [': must be an object']);
});

t.test('x-expected says what a pattern means', async (t) => {
  const Id = Type.String({ pattern: '^[a-z]+$', 'x-expected': 'a name of small letters' });
  t.same(messagesOf(compileSchema(Id).check('A')), [': must be a name of small letters']);
});

t.test('defaults are filled into a copy', async (t) => {
  const validator = compileSchema(Type.Object({ force: Type.Boolean({ default: false }) }), { defaults: true });
  const input = {};
  t.same(validator.check(input), { ok: true, value: { force: false } });
  t.same(input, {});
});

t.test('inherited names are neither known keys nor present values', async (t) => {
  const Named = Type.Object({ constructor: Type.Optional(Type.String()) }, { additionalProperties: false });
  t.ok(compileSchema(Named).check({}).ok);
  t.notOk(compileSchema(Settings).parseJson('{"port":1,"__proto__":{"port":2}}').ok);
  t.notOk(compileSchema(Type.Object({ toString: Type.Any() })).check({}).ok);
});

t.test('text that is no JSON is one violation', async (t) => {
  const validator = compileSchema(Settings);
  for (const text of ['', '{', '{"port":1', 'nul', '{"port":1}x']) {
    const checked = validator.parseJson(text);
    t.notOk(checked.ok, JSON.stringify(text));
    if (!checked.ok) t.same(checked.violations.map((violation) => violation.rule), ['json_invalid']);
  }
  t.ok(validator.parseJson('\uFEFF{"port":1}').ok, 'a byte order mark is skipped');
});

t.test('the echo of a value is bounded JSON without credentials', async (t) => {
  const validator = compileSchema(Type.Object({ a: Type.Integer() }));
  const nest = (depth: number): unknown => (depth === 0 ? 'x' : { inner: nest(depth - 1) });
  const hostile = [
    'x'.repeat(1_000_000),
    Array.from({ length: 100_000 }, () => 'y'),
    nest(500),
    Number.NaN,
    10n ** 500n,
    () => 1,
    Symbol('s'),
    'rtsp://admin:hunter2@10.0.0.8/stream',
  ];
  for (const value of hostile) {
    const checked = validator.check({ a: value });
    t.notOk(checked.ok);
    const echo = JSON.stringify(checked);
    t.ok(echo.length < 5000, `${echo.length} characters`);
    t.notMatch(echo, /hunter2/);
  }
});

t.test('assert throws an internal error that names the rule', async (t) => {
  const validator = compileSchema(Settings);
  t.throws(() => validator.assert({ port: 0 }, 'bad_answer'), { kind: 'internal', code: 'bad_answer', message: /port: must be/ });
  t.same(validator.assert({ port: 5 }, 'bad_answer'), { port: 5 });
});

t.test('a misspelt schema keyword is found when the schema is compiled', async (t) => {
  t.throws(() => compileSchema(Type.Integer({ minimun: 1 })).check(1));
});

t.test('violations read as one line', async (t) => {
  const checked = compileSchema(Settings).check({ port: 0, x: 1 });
  t.match(
    checked.ok ? '' : formatViolations(checked.violations),
    'x: is not a known key (got 1); port: must be a whole number between 1 and 65535 (got 0)',
  );
});
