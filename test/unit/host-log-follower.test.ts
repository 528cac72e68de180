/** The log of a camera that complains all the time does not take the room of the match. */
import { appendFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { HostLogFollower } from '../../src/diagnostics/host-log-follower.js';

const COMPLAINT = 'nvbufsurface: failed to open NvVIC\n';
const MIB = 1024 ** 2;

t.test('a log that grew too large under a running host is emptied, and followed on', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-host-log-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'camera0.log');
  // As the host has it: open for as long as it lives.
  const host = await open(path, 'a');
  t.teardown(() => host.close());
  let complaints = 0;
  const follower = new HostLogFollower(folder, new Map(), () => (complaints += 1));
  await host.appendFile(COMPLAINT);
  await follower.look();
  t.equal(complaints, 1);

  await host.appendFile(Buffer.alloc(17 * MIB, 'chatter without end\n'));
  await host.appendFile(COMPLAINT);
  await follower.look();
  t.equal((await stat(path)).size, 0);
  t.ok((await stat(`${path}.1`)).size > 17 * MIB, 'its newest part can still be read');
  const before = complaints;
  await host.appendFile(COMPLAINT);
  t.equal((await stat(path)).size, COMPLAINT.length, 'the host goes on at its beginning');
  await follower.look();
  t.equal(complaints, before + 1);
  await appendFile(path, COMPLAINT);
  await follower.look();
  t.equal(complaints, before + 2);
});
