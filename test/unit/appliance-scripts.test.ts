/** Promises of the scripts that install and remove, as far as they need neither root nor a systemd. */
import { access, chmod, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';

const SCRIPTS = resolve(import.meta.dirname, '../../../scripts/appliance');

/** An empty folder that stands for the root of a system. */
async function systemFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-system-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function put(path: string, text = ''): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

async function appliance(root: string, ...args: readonly string[]): Promise<string> {
  const { stderr } = await execa('bash', [join(SCRIPTS, 'appliance.sh'), ...args], { env: { DESTDIR: root }, stdin: 'ignore' });
  return String(stderr);
}

t.test('printing never ends what an installation has begun, whatever became of the terminal', async (t) => {
  const terminals = {
    'closed': 'exec 2>&-',
    'gone, so that each write is an error': 'exec 2>/dev/full',
    'a pipe that nobody reads': 'exec 2> >(exit 0); wait $!',
  };
  for (const [what, become] of Object.entries(terminals)) {
    const { stdout } = await execa('bash', ['-c', `set -euo pipefail; source "$1/places.sh"; trap '' HUP PIPE; ${become}; say hello; echo went on; (fail bye) || echo $?`, '_', SCRIPTS], { reject: false });
    t.equal(stdout, 'went on\n1', what);
  }
});

t.test('a removal takes what the installation brought, and no film that lies beside it', async (t) => {
  for (const place of ['opt/touchline', 'mnt/disk']) {
    const root = await systemFolder(t);
    const home = join(root, place);
    const version = join(home, 'versions/1.0.0+0123abcd');
    await put(join(version, 'systemd/touchline.service'));
    await put(join(home, 'versions/.partial.abc/ID'));
    await put(join(home, '.lock'));
    await symlink('versions/1.0.0+0123abcd', join(home, 'current'));
    await symlink('versions/nowhere', join(home, '.current.1'));
    // /opt may be a link to a larger disk, and the larger disk a good place for recordings.
    if (place !== 'opt/touchline') {
      await mkdir(join(root, 'opt'));
      await symlink(home, join(root, 'opt/touchline'));
    }
    const films = [join(home, 'recordings/m/segments/cam0_20300101_000000_00.mp4'), join(root, 'var/cache/touchline/m/segments/cam1_20300101_000000_00.mp4')];
    for (const film of films) await put(film, 'a film');
    const said = await appliance(root, 'remove');
    for (const film of films) t.ok(await exists(film), film);
    t.strictSame(await readdir(home), ['recordings'], `nothing else is left below ${place}`);
    t.match(said, join(root, 'var/cache/touchline'), 'and it says where recordings stay');

    await rm(join(home, 'recordings'), { recursive: true });
    await rm(join(root, 'var/cache/touchline/m'), { recursive: true });
    await put(join(root, 'var/cache/touchline/gstreamer.bin'));
    await put(join(version, 'ID'));
    t.equal(await appliance(root, 'remove'), '');
    t.notOk(await exists(home), `${place} is gone when nothing else was in it`);
    t.notOk(await exists(join(root, 'var/cache/touchline')));
    if (place !== 'opt/touchline') t.equal(await readlink(join(root, 'opt/touchline')), home, 'the link is not ours');
  }
});

t.test('purging a package that was removed before leaves alone what somebody installed since', async (t) => {
  const root = await systemFolder(t);
  const postrm = join(root, 'postrm');
  await writeFile(postrm, (await execa('bash', [resolve(SCRIPTS, '../deb/postrm.sh')])).stdout);
  const purge = async (): Promise<string> => String((await execa('bash', [postrm, 'purge'], { env: { DESTDIR: root }, stdin: 'ignore' })).stderr);
  const kept = [join(root, 'etc/touchline/touchline.json'), join(root, 'var/lib/touchline/known-good.json')];
  for (const path of kept) await put(path);
  await put(join(root, 'opt/touchline/versions/1.0.0+0123abcd/ID'));
  await symlink('versions/1.0.0+0123abcd', join(root, 'opt/touchline/current'));
  t.match(await purge(), /installed.*make uninstall/);
  for (const path of kept) t.ok(await exists(path), path);
  await rm(join(root, 'opt/touchline/current'));
  t.equal(await purge(), '');
  for (const path of kept) t.notOk(await exists(path), path);
});

t.test('the configuration is never in its place without its group, and one that an interruption left so is mended', async (t) => {
  const root = await systemFolder(t);
  const config = join(root, 'etc/touchline.json');
  await put(join(root, 'version/appliance/touchline.json'), '{}');
  // What the commands of the system would do to the system is said instead.
  const script = `set -euo pipefail; source "$1/places.sh"; CONFIG=$2
    getent() { true; }; chgrp() { echo "chgrp $1 $(basename "$2" | sed 's/touchline[.]......$/new/')"; }; mv() { echo mv; command mv "$@"; }
    place_configuration "$3"; stat -c %a "$2"`;
  const place = async (): Promise<string> => (await execa('bash', ['-c', script, '_', SCRIPTS, config, join(root, 'version')])).stdout;
  t.equal(await place(), 'chgrp touchline .new\nmv\n640');
  if (process.getuid?.() !== 0) return t.comment('the rest needs root');
  t.equal(await place(), 'chgrp touchline touchline.json\n640', 'as a cut between the renaming and the group left it');
  await chmod(config, 0o644);
  t.equal(await place(), '644', 'what a technician made of it stays');
});
