/** What Prometheus sees of the real daemon through a recording, and pages that an edit of the configuration lets in. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { call } from '../support/http.js';
import { parseExposition } from '../support/exposition.js';
import { Rig, until } from '../support/rig.js';

async function scrape(url: string): Promise<(name: string, labels?: Readonly<Record<string, string>>) => number | undefined> {
  const families = parseExposition((await call(url, '/metrics')).text);
  return (name, labels = {}) => {
    const family = families.get(name) ?? families.get(name.replace(/_(?:count|sum|bucket)$/, ''));
    return family?.samples.find((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value;
  };
}

t.test('the figures of a recording are those of its cameras and files, and are gone when it is', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  const idle = await scrape(rig.url);
  t.equal(idle('footballvision_recording_active'), 0);
  t.equal(idle('touchline_camera_frames_source_total', { camera: '0' }), undefined);
  t.ok((idle('touchline_recordings_disk_free_bytes') ?? 0) > 0);
  t.ok((idle('process_resident_memory_bytes') ?? 0) > 1e7);

  await rig.record('measured');
  await until(async () => ((await scrape(rig.url))('touchline_segments_closed_total', { camera: '1' }) ?? 0) >= 2, 'two files are closed');
  const running = await scrape(rig.url);
  t.equal(running('footballvision_recording_active'), 1);
  t.equal(running('touchline_recording_degraded'), 0);
  for (const camera of ['0', '1']) {
    t.equal(running('touchline_camera_up', { camera }), 1);
    t.ok((running('touchline_camera_frames_encoded_total', { camera }) ?? 0) > 30, 'frames are counted');
    t.ok((running('touchline_camera_newest_frame_age_seconds', { camera }) ?? 9) < 2, 'in seconds');
    t.equal(running('touchline_camera_recovery_attempts', { camera }), 0);
  }
  const files = running('touchline_segment_duration_seconds_count', { camera: '1' }) ?? 0;
  const average = (running('touchline_segment_duration_seconds_sum', { camera: '1' }) ?? 0) / files;
  t.ok(average > 0.5 && average < 2, `a file lasts ${average} s`);

  t.match((await rig.stop()).body, { success: true });
  const over = await scrape(rig.url);
  t.equal(over('footballvision_recording_active'), 0);
  t.equal(over('touchline_camera_up', { camera: '0' }), undefined);
  const onDisk = (await rig.segments('measured', 1)).length;
  t.equal(over('touchline_segments_closed_total', { camera: '1', finalised: 'true' }), onDisk, 'the last file is counted too');
  t.equal(over('touchline_library_matches'), 1);
});

t.test('a page that is added to the configuration may command the running daemon', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-rig-'));
  const config = join(folder, 'touchline.json');
  await writeFile(config, '{}');
  const rig = await Rig.start({ folder, env: { TOUCHLINE_CONFIG: config } });
  t.teardown(() => rig.dispose());
  const origin = 'https://club.example';
  const ask = () => call(rig.url, '/api/v1/recording', { method: 'DELETE', headers: { origin } });
  t.equal((await ask()).status, 403);
  await writeFile(config, JSON.stringify({ allowed_origins: [origin] }));
  await until(async () => (await ask()).status === 200, 'the edit applies');
  t.equal((await ask()).headers['access-control-allow-origin'], origin);
});
