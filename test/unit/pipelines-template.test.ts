/** Templates: conditions, and that each mistake is told with its line. */
import t from 'tap';
import { fillTemplate, parseTemplate, type Template } from '../../src/pipelines/template.js';
import type { Scalar } from '../../src/pipelines/values.js';

function parse(text: string): Template {
  const parsed = parseTemplate('test.gst', text);
  if (!parsed.ok) throw new Error(parsed.violations.map(({ message }) => message).join());
  return parsed.template;
}

const mistakes = (text: string): string[] => {
  const parsed = parseTemplate('test.gst', text);
  return parsed.ok ? [] : parsed.violations.map(({ path, message }) => `${path.join(' ')}: ${message}`);
};

const fill = (text: string, values: Readonly<Record<string, Scalar>>, flags: readonly string[] = []) =>
  fillTemplate(parse(text), new Map(Object.entries(values)), new Set(flags), (name) => ['values', name]);

t.test('a line stands when its condition holds, comments never', async (t) => {
  const text = '# source\na\n?crop b\n?!crop c\n?format=raw d\n?format=mjpeg e\n?on f';
  t.equal(fill(text, { format: 'raw', on: true }, ['crop']).text, 'a\nb\nd\nf');
  t.equal(fill(text, { format: 'mjpeg', on: false }).text, 'a\nc\ne');
});

t.test('a condition with words takes no other word', async (t) => {
  const { violations } = fill('?format=raw a\n?format=mjpeg b\nc', { format: 'mpjeg' });
  t.strictSame(violations, [
    { path: ['values', 'format'], message: 'must be one of raw, mjpeg', rule: 'value', value: 'mpjeg' },
  ]);
});

t.test('every missing and every wrong value is told at once', async (t) => {
  const { violations } = fill('a x={{one:int(1..3)}} y={{two:bool}} z={{three:path}}', { one: 9, three: 'rel' });
  t.strictSame(
    violations.map(({ path, message }) => `${path.join('.')} ${message}`),
    [
      'values.one must be a whole number between 1 and 3',
      'values.two is missing: must be true or false',
      'values.three must be an absolute path',
    ],
  );
});

t.test('a value that was filled in is not read as a placeholder or condition again', async (t) => {
  t.equal(fill('a x={{one:string}}', { one: '{{two:int}}' }).text, 'a x="{{two:int}}"');
});

t.test('mistakes in a template are told with their lines', async (t) => {
  const found = mistakes('a x={{one:inte}}\nb y={{Two:int}}\nc z={{three:int(a..b)}}\n?Four d\ne {{five}} f');
  t.equal(found.length, 5);
  for (const [index, line] of found.entries()) t.match(line, `test.gst line ${index + 1}: `);
  t.match(found[0], /did you mean int\?/);
});

t.test('free text may stand only where it is the whole value of a property', async (t) => {
  for (const body of [
    '{{x:string}}',
    'a {{x:path}}',
    'video/x-raw,format={{x:string}}',
    'a b=c{{x:string}}',
    'a b={{x:string}}c',
    'a b="{{x:string}}"',
    'a b={{x:url}},c',
  ]) {
    t.match(mistakes(body)[0], /must be the whole value of a property/, body);
  }
  t.strictSame(mistakes('a b={{x:string}} c={{y:path}}'), []);
});

t.test('an empty template is a mistake', async (t) => {
  t.match(mistakes('# nothing\n\n')[0], /is empty/);
});
