/** The doctor beside a rig that is at work, and on folders that a technician could find. */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import Type from '#typebox';
import { measureWriting } from '../../src/cli/doctor/disk-speed.js';
import { thisMachine } from '../../src/cli/doctor/machine.js';
import { accountOf, checkFolderOf } from '../../src/cli/doctor/rights.js';
import { systemClock } from '../../src/lib/clock.js';
import { compileSchema } from '../../src/lib/schema.js';
import { Rig } from '../support/rig.js';

const CLI = resolve(import.meta.dirname, '../../src/cli/touchline.js');
const MIB = 1024 ** 2;
const findings = compileSchema(Type.Array(Type.Object({ subject: Type.String(), state: Type.String(), detail: Type.String() })));

async function doctor(rig: Rig, ...args: string[]) {
  const env = { ...rig.environment(), TOUCHLINE_PORT: new URL(rig.url).port };
  const { stdout, exitCode } = await execa(process.execPath, [CLI, 'doctor', '--json', ...args], { reject: false, env, cwd: rig.folder });
  return { exitCode, found: new Map(findings.assert(JSON.parse(stdout), 'findings').map((finding) => [finding.subject, finding])) };
}

t.test('the doctor leaves a recording alone, with and without a daemon, and says so', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const idle = await doctor(rig);
  t.match(idle.found.get('disk speed'), { detail: /MB\/s onto the disk/ });
  t.match((await doctor(rig, '--quick')).found.get('disk speed'), { state: 'skipped', detail: /--quick/ });

  await rig.record('Derby');
  const during = await doctor(rig);
  t.match(during.found.get('disk speed'), { state: 'skipped', detail: /a match is being recorded/ });
  t.match(during.found.get('cameras'), { state: 'skipped', detail: /not built now/ });
  t.match(during.found.get('daemon'), { state: 'ok' });
  t.equal(during.exitCode, 0);

  await rig.crashDaemon();
  const headless = await doctor(rig);
  t.match(headless.found.get('disk speed'), { state: 'skipped', detail: /a match is being recorded/ }, 'the cameras record without a daemon');
  t.match(headless.found.get('daemon'), { state: 'warning', detail: /does not run/ });
  await rig.startDaemon();
  await rig.stop();
});

t.test('measuring the disk leaves nothing behind, and ends when a recording begins', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-speed-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const { signal } = new AbortController();
  const seen: string[][] = [];
  let looks = 0;
  const look = async (): Promise<boolean> => {
    looks += 1;
    seen.push(await readdir(folder));
    return false;
  };
  const whole = await measureWriting({ folder, clock: systemClock, signal, isNeededElsewhere: look, totalBytes: 40 * MIB });
  t.equal(whole?.bytes, 40 * MIB);
  t.ok((whole?.elapsedMs ?? 0) > 0);
  t.same(seen, [[], [], []], 'the file has no name, so a crash cannot leave it');
  const cut = await measureWriting({ folder, clock: systemClock, signal, isNeededElsewhere: async () => (looks += 1) > 4, totalBytes: 4096 * MIB });
  t.equal(cut, null);
  t.same(await readdir(folder), []);
});

t.test('folders are judged for the user of the daemon, not for whoever asks', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-rights-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const nobody = await accountOf(thisMachine(new AbortController().signal), 'nobody');
  if (nobody === null) throw new Error('there is no user nobody');
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'own'));
  t.match(await checkFolderOf(nobody, 'own', join(folder, 'own')), { state: 'failure', detail: /nobody cannot write/, fix: /chown nobody: / });
  await chmod(join(folder, 'own'), 0o777);
  t.match(await checkFolderOf(nobody, 'own', join(folder, 'own')), { state: 'ok' });
  await chmod(folder, 0o700);
  t.match(await checkFolderOf(nobody, 'own', join(folder, 'own')), { state: 'failure', detail: /nobody cannot enter/ });
  t.match(await checkFolderOf(nobody, 'none', join(folder, 'none')), { state: 'failure' });
  await chmod(folder, 0o755);
  t.match(await checkFolderOf(nobody, 'none', join(folder, 'none')), { state: 'failure', detail: /does not exist/, fix: /install -d -o nobody/ });
  await writeFile(join(folder, 'file'), '');
  t.match(await checkFolderOf(nobody, 'file', join(folder, 'file')), { state: 'failure', detail: /not a folder/ });
});
