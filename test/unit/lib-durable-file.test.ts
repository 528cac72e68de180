import { execa } from '#execa';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import Type from '#typebox';
import { bootId } from '../../src/lib/clock.js';
import {
  isTempFileName,
  makeFolderDurably,
  readJsonFile,
  removeDurably,
  removeLeftoverTempFiles,
  writeFileDurably,
} from '../../src/lib/durable-file.js';
import { compileSchema } from '../../src/lib/schema.js';

const scratch = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-durable-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

t.test('a file is replaced as a whole and no temporary file stays', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'intent.json');
  await writeFileDurably(path, 'old');
  await writeFileDurably(path, 'new', { mode: 0o600 });
  t.equal(await readFile(path, 'utf8'), 'new');
  t.equal((await stat(path)).mode & 0o777, 0o600);
  t.same(await readdir(folder), ['intent.json']);
});

t.test('writes at the same time leave one of the versions, complete', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'state.json');
  const versions = Array.from({ length: 20 }, (_, index) => String(index).repeat(5000));
  await Promise.all(versions.map((version) => writeFileDurably(path, version)));
  t.ok(versions.includes(await readFile(path, 'utf8')));
  t.same(await readdir(folder), ['state.json']);
});

t.test('the file is synced before the rename and the folder after it', async (t) => {
  const folder = await scratch(t);
  const module = new URL('../../src/lib/durable-file.js', import.meta.url).href;
  const script = `import { writeFileDurably } from '${module}'; await writeFileDurably('${folder}/a.json', '{}');`;
  const strace = await execa('strace', ['-V'], { reject: false });
  if (strace.failed) {
    t.comment('left out: strace is not installed');
    return;
  }
  const trace = join(folder, 'trace');
  await execa('strace', ['-f', '-o', trace, '-e', 'trace=fsync,rename,renameat2', process.execPath, '--input-type=module', '-e', script], { env: { NODE_DISABLE_COMPILE_CACHE: '1' } });
  const calls = [...(await readFile(trace, 'utf8')).matchAll(/\b(fsync|rename)\w*\(/g)].map((match) => match[1]);
  t.same(calls, ['fsync', 'rename', 'fsync']);
});

t.test('a write that fails names the reason and leaves the old version alone', async (t) => {
  const folder = await scratch(t);
  await mkdir(join(folder, 'occupied', 'x'), { recursive: true });
  await t.rejects(writeFileDurably(join(folder, 'occupied'), 'x'), { kind: 'unavailable', code: 'not_a_file' });
  await t.rejects(writeFileDurably(join(folder, 'nowhere', 'a'), 'x'), { code: 'folder_missing' });
  t.same(await readdir(folder), ['occupied'], 'no temporary file stays');
});

t.test('removing says whether there was something', async (t) => {
  const folder = await scratch(t);
  await writeFile(join(folder, 'a'), '');
  t.equal(await removeDurably(join(folder, 'a')), true);
  t.equal(await removeDurably(join(folder, 'a')), false);
});

t.test('folders are made with their parents, also by several at once', async (t) => {
  const folder = await scratch(t);
  const deep = join(folder, 'a', 'b', 'c');
  await Promise.all([makeFolderDurably(deep), makeFolderDurably(deep), makeFolderDurably(join(folder, 'a', 'd'))]);
  t.ok((await stat(deep)).isDirectory());
  await writeFile(join(folder, 'file'), '');
  await t.rejects(makeFolderDurably(join(folder, 'file')), { kind: 'unavailable', code: 'not_a_folder' });
  await t.rejects(makeFolderDurably(join(folder, 'file', 'x')), { kind: 'unavailable', code: 'folder_missing' });
});

t.test('a JSON file is a value, missing, or corrupt with the reason', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'state.json');
  const validator = compileSchema(Type.Object({ n: Type.Integer() }));
  t.same(await readJsonFile(path, validator), { missing: true });
  await writeFile(path, '{"n":5}');
  t.same(await readJsonFile(path, validator), { value: { n: 5 } });
  await writeFile(path, '{"n":"x"}');
  t.match(await readJsonFile(path, validator), { corrupt: true, reason: 'n: must be a whole number (got "x")' });
  await writeFile(path, '{"n":');
  t.match(await readJsonFile(path, validator), { corrupt: true, reason: /not valid JSON/ });
  await writeFile(path, '');
  t.match(await readJsonFile(path, validator), { corrupt: true, reason: /is empty/ });
  await writeFile(path, `{"n":5${' '.repeat(100)}}`);
  t.match(await readJsonFile(path, validator, { maxBytes: 50 }), { corrupt: true, reason: /more than the 50/ });
});

t.test('something other than a file in its place never hangs the reader', async (t) => {
  const folder = await scratch(t);
  const validator = compileSchema(Type.Any());
  await execa('mkfifo', [join(folder, 'fifo')]);
  t.match(await readJsonFile(join(folder, 'fifo'), validator), { corrupt: true });
  t.match(await readJsonFile(folder, validator), { corrupt: true });
  await symlink(join(folder, 'gone'), join(folder, 'link'));
  t.same(await readJsonFile(join(folder, 'link'), validator), { missing: true });
});

t.test('temporary files of dead writers are cleaned, those of living ones stay', async (t) => {
  const folder = await scratch(t);
  const name = (pid: number, ticks: number) =>
    `.a.json.${pid}-${ticks}-${bootId()}.123e4567-e89b-42d3-a456-426614174000.touchline-tmp`;
  const stat = await readFile(`/proc/${process.pid}/stat`, 'latin1');
  const ownTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const dead = name(process.pid, ownTicks + 1);
  const living = name(process.pid, ownTicks);
  for (const file of [dead, living, 'match.json', '.hidden']) await writeFile(join(folder, file), '');
  t.same(await removeLeftoverTempFiles(folder), [dead]);
  t.same((await readdir(folder)).sort(), [living, '.hidden', 'match.json'].sort());
  t.ok(isTempFileName(living));
});
