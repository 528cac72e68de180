/** The test machine itself: what other tests of this folder take for granted. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Machine } from '../support/machine.js';

const obstacle = await Machine.obstacle();

t.test('a machine boots, keeps its disk over reboots, and leaves nothing here', { skip: obstacle ?? false }, async (t) => {
  const shared = await mkdtemp(join(tmpdir(), 'machine-test-'));
  t.teardown(() => rm(shared, { recursive: true, force: true }));
  await writeFile(join(shared, 'hello'), 'from outside');
  const machine = await Machine.create({ binds: [{ from: shared, to: '/opt/shared' }] });
  t.teardown(() => machine.dispose());
  await machine.write(
    '/etc/systemd/system/counts-boots.service',
    '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo boot >> /var/lib/boots"\n[Install]\nWantedBy=multi-user.target\n',
  );
  await machine.boot();
  t.equal((await machine.run(['cat', '/opt/shared/hello'])).stdout, 'from outside');
  t.not((await machine.run(['touch', '/opt/shared/hello'], { mayFail: true })).exitCode, 0, 'and it is read-only');
  t.equal((await machine.run(['cat', '/proc/1/comm'])).stdout, 'systemd');
  t.match((await machine.run(['systemctl', 'list-units', '--failed', '--plain', '--no-legend'])).stdout, /^$/, 'nothing fails by itself');
  await machine.run(['systemctl', 'enable', '--now', 'counts-boots.service']);

  await machine.reboot();
  t.equal(await readFile(machine.path('/var/lib/boots'), 'utf8'), 'boot\nboot\n');
  await machine.run(['sh', '-c', 'echo soon gone > /run/volatile']);
  await machine.cutPower();
  await machine.boot();
  t.equal(await readFile(machine.path('/var/lib/boots'), 'utf8'), 'boot\nboot\nboot\n');
  t.equal(existsSync(machine.livePath('/run/volatile')), false, 'what is in /run does not survive');
  t.match((await machine.run(['journalctl', '--list-boots', '--quiet'])).stdout.trim().split('\n'), { length: 3 }, 'the journal tells of all boots');
  t.equal((await machine.request('GET', 'http://127.0.0.1:9/')).status, 0, 'the network is its own');
  await machine.dispose();
  t.equal(existsSync('/var/lib/boots'), false);
  t.equal(existsSync('/etc/systemd/system/counts-boots.service'), false);
});
