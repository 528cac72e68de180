/** The end of the daemon: a match comes before whoever else wants something. */
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { beginDownload } from '../support/download-rig.js';
import { framesIn, Rig, until } from '../support/rig.js';

const BIG_BYTES = 3 * 1024 ** 3;

/** A second signal would end it without waiting for anything. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

t.test('SIGTERM finalises a running recording at once, whoever is downloading a big match', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await mkdir(rig.segmentsDir('old'), { recursive: true });
  const file = await open(join(rig.segmentsDir('old'), 'cam0_big.mkv'), 'w');
  await file.truncate(BIG_BYTES);
  await file.close();
  await rig.record('match');
  const zip = await beginDownload(rig.url, '/api/v1/recordings/old/download');
  zip.on('error', () => undefined);
  t.teardown(() => zip.destroy());
  t.equal(zip.statusCode, 200);
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > 2, 'it has been recorded for a while');

  rig.signalDaemon('SIGTERM');
  await until(() => rig.output.includes('recording stopped'), 'the match is final', 4000, () => rig.output);
  t.match(await rig.manifest('match'), { state: 'finished' });
  const refused = await rig.post('/api/v1/recording', { match_id: 'late' }).catch(() => null);
  t.ok(refused === null || refused.status === 503, 'no other recording begins');
  await until(() => !isRunning(rig.pid), 'nobody who downloads holds up the end', 12_000, () => rig.output);
  t.notMatch(rig.output, 'ending a part failed');
  for (const camera of [0, 1]) {
    const [name = ''] = await rig.segments('match', camera);
    t.ok((await framesIn(join(rig.segmentsDir('match'), name))) > 30);
  }
});
