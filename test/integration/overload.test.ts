/** A rig that is overloaded says so, makes room step by step, and gives everything back; the recording goes on untouched. */
import t from 'tap';
import { MotionJpeg } from '../support/motion-jpeg.js';
import { Rig, until } from '../support/rig.js';

/** What camera 0 wrote so far. */
async function written(rig: Rig): Promise<{ readonly bytes: number; readonly frames: number }> {
  const facts = (await rig.get('/api/v1/recording')).body['cameras']?.['camera_0']?.['facts'];
  return { bytes: Number(facts?.['bytes_written']), frames: Number(facts?.['frames_encoded']) };
}

/** Bytes per frame of camera 0, over a few seconds. Not per second: a busy machine may bring fewer frames. */
async function sizeOfFrames(rig: Rig): Promise<number> {
  const before = await written(rig);
  let now = before;
  await until(async () => (now = await written(rig)).frames - before.frames > 90 && now.bytes > before.bytes, 'it writes');
  return (now.bytes - before.bytes) / (now.frames - before.frames);
}

t.test('the guard acts and tells, and the recording keeps every frame', async (t) => {
  // Any load is too much, until the configuration says otherwise.
  const rig = await Rig.start({
    env: {
      TOUCHLINE_RECORDING_OVERLOAD_GUARD_ENABLED: 'true',
      TOUCHLINE_RECORDING_OVERLOAD_CPU_PERCENT_THRESHOLD: '1',
      TOUCHLINE_RECORDING_OVERLOAD_POLL_INTERVAL_SECONDS: '2',
      TOUCHLINE_RECORDING_OVERLOAD_UNHEALTHY_STREAK_THRESHOLD: '2',
    },
  });
  t.teardown(() => rig.dispose());
  await rig.record('match');
  const guard = async (): Promise<unknown> => (await rig.get('/api/v1/recording')).body['overload_guard'];
  t.match(await guard(), { active: false, steps: [] });
  const viewer = new MotionJpeg(rig, 0);
  t.teardown(() => viewer.socket.destroy());
  const size = await sizeOfFrames(rig);
  await until(async () => Object(await guard()).active === true, 'it is active');
  const status = (await rig.get('/api/v1/recording')).body;
  t.match(status, { degraded: true, degraded_cameras: { overload_guard: /cpu [\d.]+% >= 1.0% threshold/ }, overload_guard: { health_healthy: true, steps: ['slower_pictures'] } });
  await until(async () => Object(await guard()).steps.length === 2, 'the second step');
  await until(() => viewer.isOver, 'who watches is let go');
  t.equal((await fetch(`${rig.url}/api/v1/cameras/0/snapshot.jpg`)).status, 503);
  await until(async () => Object(await guard()).steps.length === 3, 'the third step');
  await until(async () => (await sizeOfFrames(rig)) < size * 0.8, 'the encoder writes less', 30_000);
  const alerts = JSON.stringify((await rig.get('/api/v1/logs/alerts')).body);
  t.match(alerts, /recording_overload_guard_triggered/);
  t.equal(alerts.match(/recording_overload_guard_triggered/g)?.length, 1, 'once, not at each look');
  t.match(JSON.stringify((await rig.get('/api/v1/logs/watchdog')).body), /To make room: fewer small pictures a second, no small pictures, a lower bit rate/);
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  t.match(await guard(), { active: false, steps: [] });
  for (const camera of [0, 1]) {
    const ended = (await rig.journal('match', camera)).find((entry) => entry['kind']?.valueOf() === 'run-ended');
    t.equal(ended?.['framesMissed']?.valueOf(), 0);
    t.equal(ended?.['framesInSegments']?.valueOf(), ended?.['framesAtSource']?.valueOf());
  }
});
