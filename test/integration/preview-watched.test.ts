/** A picture that was started for those who watch goes on for as long as one of them does, and not for longer. */
import t from 'tap';
import { call } from '../support/http.js';
import { Rig, until } from '../support/rig.js';

const UNWATCHED_MS = 15_000;

t.test('over HLS nobody ends the picture of another, and a camera that nobody watches is let go', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const stateOf = async (camera: number): Promise<unknown> => (await rig.get('/api/v1/preview')).body['cameras']?.[`camera_${camera}`]?.['state']?.valueOf();
  const start = async (camera: number, whileWatched: boolean): Promise<void> => {
    t.match((await rig.post('/api/v1/preview', { camera_id: camera, transport: 'hls', while_watched: whileWatched })).body, { success: true });
  };
  const watch = async (camera: number): Promise<number> => (await call(rig.url, `/hls/cam${camera}.m3u8`)).status;
  const ended = (camera: number, meanwhile: () => Promise<unknown>): Promise<void> =>
    until(
      async () => {
        await meanwhile();
        return (await stateOf(camera)) !== 'running';
      },
      `camera ${camera} is let go`,
      UNWATCHED_MS + 10_000,
    );

  for (const camera of [0, 1]) await start(camera, true);
  const fromMs = performance.now();
  await until(async () => (await watch(0)) === 200, 'somebody watches camera 0', 10_000);
  await ended(1, () => watch(0));
  t.ok(performance.now() - fromMs >= UNWATCHED_MS, 'not at once: networks have gaps');
  await until(async () => (await watch(1)) === 404, 'and its files are gone', 10_000);
  t.equal(await stateOf(0), 'running', 'another camera, another audience');

  // Who started it without the condition decides when it ends.
  await start(1, true);
  await start(1, false);
  await ended(0, async () => undefined);
  await until(async () => performance.now() - fromMs > 2 * UNWATCHED_MS + 5000, 'camera 1 has not been watched for longer', UNWATCHED_MS);
  t.equal(await stateOf(1), 'running');
  await rig.delete('/api/v1/preview');
  t.equal((await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf(), 'idle');
});
