/** Values in pipelines, read by GStreamer itself: what goes in comes out, and nothing else happens. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { fillTemplate, parseTemplate } from '../../src/pipelines/template.js';
import { toArguments, toShellCommand } from '../../src/pipelines/index.js';
import { loadBinding } from '../support/gst-binding.js';
import { GST_ENV } from '../support/gst-launch.js';
import { hostileTexts, temporaryFolder } from '../support/pipeline-tools.js';

const gst = loadBinding();

function fill(template: string, value: string): string {
  const parsed = parseTemplate('test.gst', template);
  if (!parsed.ok) throw new Error('the template is wrong');
  const { text, violations } = fillTemplate(parsed.template, new Map([['x', value]]), new Set(), (name) => [name]);
  if (violations.length > 0) throw new Error(`refused: ${JSON.stringify(value)}`);
  return text;
}

t.test('GStreamer reads each text as exactly itself', async (t) => {
  let read = 0;
  for (const value of hostileTexts(2000, 3)) {
    const text = fill('filesrc name=probe location={{x:string}} ! fakesink name=after sync=true', value);
    const location = gst.parse(text).property('probe', 'location');
    if (location === value || (value === '' && location === null)) read += 1;
    else t.equal(location, value, text);
  }
  t.ok(read > 2000, `${read} texts`);
});

t.test('files with any name are written under that name, by arguments and by a shell', async (t) => {
  const folder = await temporaryFolder(t);
  const names = [...new Set(hostileTexts(150, 4))].filter((name) => name !== '.' && name !== '' && !name.includes('/'));
  const pipeline = (inside: string): string =>
    names.map((name) => fill('fakesrc num-buffers=1 ! filesink location={{x:path}}', join(inside, name))).join('\n');
  for (const [kind, run] of [
    ['arguments', (text: string) => execa('gst-launch-1.0', ['-q', ...toArguments(text)], { env: GST_ENV })],
    ['shell', (text: string) => execa('sh', ['-c', toShellCommand(text)], { env: GST_ENV })],
  ] as const) {
    const inside = join(folder, kind);
    await mkdir(inside);
    await run(pipeline(inside));
    t.strictSame((await readdir(inside)).sort(), names.toSorted(), kind);
  }
});
