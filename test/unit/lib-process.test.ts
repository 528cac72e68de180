import { execa } from '#execa';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { identityOf, isAlive, killIfSame } from '../../src/lib/process-identity.js';
import { acquireFolderLock } from '../../src/lib/process-lock.js';

const scratch = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-process-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

interface Holder {
  readonly pid: number;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: () => Promise<unknown>;
}

/** A process of its own that holds the lock; resolves once it has it. */
const startHolder = async (t: Test, folder: string): Promise<Holder> => {
  const module = new URL('../../src/lib/process-lock.js', import.meta.url).href;
  const script = `import { acquireFolderLock } from '${module}';
    await acquireFolderLock(process.argv[1], 'daemon'); console.log('held'); setInterval(() => {}, 1000);`;
  const child = execa(process.execPath, ['--input-type=module', '-e', script, folder], { reject: false });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await child;
  });
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, signal: (signal) => void child.kill(signal), ended: async () => await child };
};

t.test('one folder has one holder per kind, under whatever path', async (t) => {
  const folder = await scratch(t);
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'alias'));
  const lock = await acquireFolderLock(join(folder, 'real'), 'daemon');
  await t.rejects(acquireFolderLock(join(folder, 'alias'), 'daemon'), {
    kind: 'conflict',
    code: 'already_running',
    message: new RegExp(`already in use \\(daemon\\) by process ${process.pid}:`),
  });
  const other = await acquireFolderLock(join(folder, 'real'), 'camera-0');
  await other.release();
  await lock.release();
  await lock.release();
  const again = await acquireFolderLock(join(folder, 'alias'), 'daemon');
  await again.release();
});

t.test('a lock ends with its process, also when that is killed', async (t) => {
  const folder = await scratch(t);
  const holder = await startHolder(t, folder);
  await t.rejects(acquireFolderLock(folder, 'daemon'), { code: 'already_running', message: new RegExp(`process ${holder.pid}:`) });
  holder.signal('SIGKILL');
  await holder.ended();
  const lock = await acquireFolderLock(folder, 'daemon');
  await lock.release();
});

t.test('a holder that hangs keeps its lock and does not hang the one who asks', async (t) => {
  const folder = await scratch(t);
  const holder = await startHolder(t, folder);
  holder.signal('SIGSTOP');
  await t.rejects(acquireFolderLock(folder, 'daemon'), { code: 'already_running', message: /does not answer/ });
});

t.test('a folder that is not there cannot be locked', async (t) => {
  await t.rejects(acquireFolderLock(join(await scratch(t), 'gone'), 'daemon'), { kind: 'unavailable', code: 'folder_missing' });
});

t.test('a process is told from a later one with the same pid, and from one of another boot', async (t) => {
  const child = execa('sleep', ['60'], { reject: false });
  t.teardown(() => child.kill('SIGKILL'));
  const identity = identityOf(child.pid ?? 0);
  if (identity === null) throw new Error('the child has no identity');
  t.ok(isAlive(identity));
  const later = { ...identity, startTicks: identity.startTicks + 1 };
  const otherBoot = { ...identity, bootId: '00000000-0000-0000-0000-000000000000' };
  for (const stranger of [later, otherBoot]) {
    t.notOk(isAlive(stranger));
    t.equal(killIfSame(stranger, 'SIGKILL'), false);
  }
  t.ok(isAlive(identity), 'the stranger was not hit');
  t.equal(killIfSame(identity, 'SIGKILL'), true);
  await child;
  t.notOk(isAlive(identity));
  t.equal(killIfSame(identity, 'SIGKILL'), false);
  t.equal(identityOf(identity.pid), null);
});

t.test('a zombie is not alive', async (t) => {
  // The shell starts a child and becomes `sleep`, which never collects it. Until then the shell itself would: the child waits for its input to end.
  const parent = execa('sh', ['-c', 'exec 3<&0; (read -r nothing <&3) & echo $!; exec sleep 60'], { stdin: 'pipe', reject: false });
  t.teardown(() => parent.kill('SIGKILL'));
  const [line]: unknown[] = await once(parent.stdout, 'data');
  while ((await readFile(`/proc/${parent.pid}/comm`, 'utf8')) !== 'sleep\n') await new Promise((resolve) => setImmediate(resolve));
  parent.stdin.end();
  const zombie = Number(String(line));
  while (identityOf(zombie) !== null) await new Promise((resolve) => setImmediate(resolve));
  t.doesNotThrow(() => process.kill(zombie, 0), 'its pid is still taken');
});

t.test('a program name full of brackets and blanks does not confuse the start time', async (t) => {
  const folder = await scratch(t);
  const odd = join(folder, 'a) R 1 (b');
  await symlink('/bin/sleep', odd);
  const child = execa(odd, ['60'], { reject: false });
  t.teardown(() => child.kill('SIGKILL'));
  const own = identityOf(process.pid);
  const identity = identityOf(child.pid ?? 0);
  t.ok((identity?.startTicks ?? 0) >= (own?.startTicks ?? Infinity));
});
