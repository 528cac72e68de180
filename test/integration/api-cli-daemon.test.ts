/** The program `touchline` itself, as a person or a script runs it, against the real daemon. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import Type from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { Rig } from '../support/rig.js';

const CLI = resolve(import.meta.dirname, '../../src/cli/touchline.js');
const findings = compileSchema(Type.Array(Type.Object({ subject: Type.String(), state: Type.String() })));

t.test('a match is recorded from the shell, and the exit codes tell how it went', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], { reject: false, env: { NO_COLOR: '1' } });
    return { exitCode, stdout, stderr };
  };

  t.match(await run('status', '--url', rig.url), { exitCode: 0, stdout: /^○ IDLE/ });
  t.match(await run('record', 'Derby', '--url', rig.url), { exitCode: 0, stdout: /^● RECORDING {2}Derby {2}cam0, cam1, first frames [\d.]+ ms apart$/ });
  t.match(await run('record', 'other', '--url', rig.url), { exitCode: 1, stderr: /Already recording match: Derby/ });
  t.match(await run('health', '--url', rig.url), { exitCode: 0, stdout: /recording: Recording healthy/ });
  t.match(await run('stop', '--url', rig.url), { exitCode: 1, stderr: /protected/ });

  const watch = spawn(process.execPath, [CLI, 'status', '--watch', '--json', '--url', rig.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(watch.stdout, 'data');
  t.match(String(line), /^\{"recording":\{"recording":true/);
  watch.kill('SIGINT');
  t.same(await once(watch, 'exit'), [0, null], 'Ctrl-C ends watching, and is no failure');

  t.match(await run('stop', '--force', '--url', rig.url), { exitCode: 0, stdout: /^■ STOPPED {2}Derby\n {2}cam0: final, intact.*\n {2}cam1: final, intact/ });
});

t.test('doctor and pipelines look at the configured rig without changing it', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const env = { ...rig.environment(), TOUCHLINE_PORT: new URL(rig.url).port };
  const options = { reject: false, env, cwd: rig.folder } as const;
  const doctor = await execa(process.execPath, [CLI, 'doctor', '--json'], options);
  const found = findings.parseJson(doctor.stdout);
  t.equal(doctor.exitCode, 0, doctor.stdout);
  t.ok(found.ok);
  if (found.ok) {
    const states = new Map(found.value.map(({ subject, state }) => [subject, state]));
    for (const subject of ['Node.js', 'GStreamer', 'native elements', 'configuration', 'cameras', 'recordings folder', 'daemon']) {
      t.equal(states.get(subject), 'ok', subject);
    }
  }
  const broken = await execa(process.execPath, [CLI, 'doctor'], { ...options, env: { ...env, TOUCHLINE_PROFILE: 'jetson-nvenc' } });
  t.equal(broken.exitCode, 1);
  t.match(broken.stdout, /✗ pipeline of cam0 +there is no element "nvarguscamerasrc".*\n +→ .*JetPack/);

  const checked = await execa(process.execPath, [CLI, 'pipelines', 'check'], options);
  t.match(checked, { exitCode: 0, stdout: '✓ sim, cam0: builds\n✓ sim, cam1: builds' });
  const shown = await execa(process.execPath, [CLI, 'pipelines', 'show', 'ip'], options);
  t.match(shown, { exitCode: 0, stdout: /# ip, cam0.*\ngst-launch-1\.0 .*rtspsrc/ });
  const unknown = await execa(process.execPath, [CLI, 'pipelines', 'show', 'nope'], options);
  t.match(unknown, { exitCode: 2, stderr: /must be one of file, ip/ });
});
