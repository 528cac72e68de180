/** Doctor and report under a real systemd: what they read there is what systemd and journald really say. */
import { realpathSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import t from 'tap';
import Type from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/rig.js';
import { readZip } from '../support/zip-check.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const PLACE = '/opt/touchline/current';
const CLI = `${PLACE}/build/src/cli/touchline.js`;
const NODE = '/opt/node';
/** A checkout may have its packages elsewhere, by a link. */
const PACKAGES = realpathSync(join(ROOT, 'node_modules'));
const PASSWORD = 'sp1k3-in-the-journal';

const UNIT = `[Service]
ExecStart=${NODE} ${CLI} serve --config /etc/touchline/touchline.json
User=touchline
WorkingDirectory=/var/lib/touchline
StateDirectory=touchline
RuntimeDirectory=touchline
Restart=always
RestartSec=100ms
StartLimitIntervalSec=0
[Install]
WantedBy=multi-user.target
`;
const CONFIG = {
  state_dir: '/var/lib/touchline',
  recordings_dir: '/var/lib/touchline/recordings',
  runtime_dir: '/run/touchline',
  hls_dir: '/run/touchline/pictures',
  webrtc_ice_servers: [{ urls: ['turn:turn.example:3478'], username: 'club', credential: PASSWORD }],
};

const findings = compileSchema(Type.Array(Type.Object({ subject: Type.String(), state: Type.String(), detail: Type.String(), fix: Type.Union([Type.String(), Type.Null()]) })));
const obstacle = await Machine.obstacle();

t.test('a technician on a box with systemd is told the truth about its service', { skip: obstacle ?? false }, async (t) => {
  const machine = await Machine.create({ binds: [{ from: ROOT, to: PLACE }, { from: PACKAGES, to: PACKAGES }, { from: process.execPath, to: NODE }] });
  t.teardown(() => machine.dispose());
  await machine.write('/etc/touchline/touchline.json', JSON.stringify(CONFIG));
  await machine.write('/etc/systemd/system/touchline.service', UNIT);
  await machine.boot();
  const systemctl = (...args: string[]) => machine.run(['systemctl', ...args]);
  const doctor = async () => {
    const { stdout, stderr } = await machine.run(['env', '-C', '/var', NODE, CLI, 'doctor', '--quick', '--json', '--config', '/etc/touchline/touchline.json'], { mayFail: true });
    const found = findings.parseJson(stdout);
    if (!found.ok) throw new Error(`${stdout}${stderr}`);
    return new Map(found.value.map((finding) => [finding.subject, finding]));
  };
  await machine.run(['useradd', '--system', '--user-group', 'touchline']);

  const before = await doctor();
  t.match(before.get('start at boot'), { state: 'failure', fix: 'systemctl enable touchline.service' });
  t.match(before.get('touchline.service'), { state: 'failure', fix: 'systemctl start touchline.service' });
  t.match(before.get('state folder'), { state: 'failure', fix: /install -d -o touchline/ });
  t.match(before.get('daemon'), { state: 'warning', fix: 'systemctl start touchline' });

  await systemctl('enable', '--now', 'touchline.service');
  const answers = async (): Promise<boolean> => (await machine.request('GET', 'http://127.0.0.1:8000/api/v1/status')).status === 200;
  await until(answers, 'the daemon answers', 30_000, () => machine.console);
  const well = await doctor();
  t.match(well.get('touchline.service'), { state: 'ok', detail: 'active' });
  t.match(well.get('watchdog of touchline.service'), { state: 'warning' }, 'this unit has none');
  t.match(well.get('state folder'), { state: 'ok', detail: /writable for touchline/ });
  t.match(well.get('runtime folder'), { state: 'ok' });
  t.match(well.get('daemon'), { state: 'ok' });
  t.match(well.get('journal'), { state: 'ok', detail: /kept over restarts/ });
  t.notOk(well.has('start at boot'));

  await systemctl('kill', '--signal=KILL', '--kill-who=main', 'touchline.service');
  await until(answers, 'the daemon answers again', 30_000, () => machine.console);
  t.match((await doctor()).get('touchline.service'), { state: 'warning', detail: /start it again once/ });

  await machine.run(['chown', 'root:', '/var/lib/touchline/recordings']);
  t.match((await doctor()).get('recordings folder'), { state: 'failure', detail: 'touchline cannot write to /var/lib/touchline/recordings', fix: /chown touchline:/ });
  await machine.run(['chown', 'touchline:', '/var/lib/touchline/recordings']);

  await machine.run(['systemd-run', '--wait', '--unit=touchline-note', 'echo', `asked rtsp://admin:${PASSWORD}@10.0.0.5/left and got nothing`]);
  await machine.reboot();
  await until(answers, 'the daemon answers after the reboot', 30_000, () => machine.console);
  await machine.run(['env', '-C', '/var', NODE, CLI, 'report', '--config', '/etc/touchline/touchline.json', '--output', 'report.zip']);
  const folder = await mkdtemp(join(tmpdir(), 'touchline-report-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await copyFile(machine.path('/var/report.zip'), join(folder, 'report.zip'));
  const { entries } = await readZip(join(folder, 'report.zip'), { unpackInto: folder });
  const text = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  t.match(await text('journal/touchline-this-boot.txt'), /Started.*touchline\.service/);
  t.match(await text('journal/touchline-boot-before.txt'), /asked rtsp:\/\/\*\*\*@10\.0\.0\.5\/left and got nothing/);
  t.match(await text('system/units.txt'), /^Id=touchline\.service$/m);
  t.match(await text('system/unit-files.txt'), /ExecStart=/);
  t.match(await text('daemon/status.json'), /turn:turn\.example/);
  t.match(await text('doctor.txt'), /✓ touchline\.service/);
  for (const { name } of entries) t.notMatch(await text(name), new RegExp(PASSWORD), basename(name));
});
