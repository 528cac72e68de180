/**
 * What the real daemon answers, through a whole recording, compared with the schemas that document it and with what the
 * contract's clients read (contract 12.2 and 13.1). Documentation and answers cannot drift apart.
 */
import { stat } from 'node:fs/promises';
import t, { type Test } from 'tap';
import type { TSchema } from '#typebox';
import { HealthBody } from '../../src/api/contract/health.js';
import { PipelineStateBody } from '../../src/api/contract/pipeline-state.js';
import { RecordingHealthBody } from '../../src/api/contract/recording-health.js';
import { StartBody } from '../../src/api/contract/recording-start.js';
import { RecordingStatusBody } from '../../src/api/contract/recording-status.js';
import { StopBody } from '../../src/api/contract/recording-stop.js';
import { RootBody } from '../../src/api/contract/root.js';
import { StatusBody } from '../../src/api/contract/status.js';
import { type Answer, call, callJson } from '../support/http.js';
import { Rig } from '../support/rig.js';
import { onTheWire } from '../support/wire.js';

const READS: ReadonlyMap<string, TSchema> = new Map<string, TSchema>([
  ['/', RootBody],
  ['/api/v1/health', HealthBody],
  ['/api/v1/status', StatusBody],
  ['/api/v1/pipeline-state', PipelineStateBody],
  ['/api/v1/recording', RecordingStatusBody],
  ['/api/v1/recording-health', RecordingHealthBody],
]);

/** Every GET as its schema promises; the bodies by path. */
async function readAll(t: Test, url: string): Promise<ReadonlyMap<string, object>> {
  const bodies = new Map<string, object>();
  for (const [path, schema] of READS) {
    const answer = await call(url, path);
    t.equal(answer.status, 200, path);
    t.doesNotThrow(() => onTheWire(schema, answer.json), path);
    bodies.set(path, Object(answer.json));
  }
  return bodies;
}

function operation(t: Test, schema: TSchema, answer: Answer): object {
  t.equal(answer.status, 200);
  t.doesNotThrow(() => onTheWire(schema, answer.json));
  return Object(answer.json);
}

t.test('the answers through a whole recording are what the contract promises', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const { url } = rig;
  const start = (body: object) => callJson(url, 'POST', '/api/v1/recording', body);
  const stop = (query: string) => call(url, `/api/v1/recording${query}`, { method: 'DELETE' });

  const idle = await readAll(t, url);
  t.match(idle.get('/api/v1/health'), { status: 'healthy' });
  t.match(idle.get('/api/v1/pipeline-state'), { mode: 'idle', holder: null, lock_time: null, can_preview: true, can_record: true });
  t.same(idle.get('/api/v1/recording-health'), { healthy: true, message: 'No active recording' });
  t.match(idle.get('/api/v1/recording'), { recording: false, match_id: null, duration: 0, cameras: {}, camera_recovery: {} });
  t.match(operation(t, StopBody, await stop('')), { success: false, message: 'Not currently recording' });

  const started = operation(t, StartBody, await start({ match_id: 'U19 – Köln (2)', fps: 30 }));
  t.match(started, {
    success: true,
    message: 'Recording started for match: U19 – Köln (2)',
    match_id: 'U19 – Köln (2)',
    cameras_started: [0, 1],
    cameras_failed: [],
    require_all_cameras: true,
  });

  const recording = await readAll(t, url);
  t.match(recording.get('/api/v1/pipeline-state'), { mode: 'recording', holder: 'api-recording-U19 – Köln (2)', can_preview: false, can_record: false });
  t.match(recording.get('/api/v1/pipeline-state'), { lock_time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/ });
  t.match(recording.get('/api/v1/recording'), {
    recording: true,
    match_id: 'U19 – Köln (2)',
    protected: true,
    require_all_cameras: true,
    cameras: { camera_0: { state: 'running' }, camera_1: { state: 'running' } },
    camera_recovery: { camera_0: { attempts: 0 }, camera_1: { attempts: 0 } },
  });
  t.match(recording.get('/api/v1/recording-health'), {
    healthy: true,
    recovery_attempts: { camera_0: 0, camera_1: 0 },
    camera_diagnostics: { camera_0: { pipeline_present: true }, camera_1: { pipeline_present: true } },
  });

  const second = operation(t, StartBody, await start({ match_id: 'other' }));
  t.match(second, { success: false, message: 'Already recording match: U19 – Köln (2)', cameras_started: [], cameras_failed: [] });
  t.match((await call(url, '/api/v1/pipeline-state')).json, { holder: 'api-recording-U19 – Köln (2)' }, 'the lock is untouched');
  t.match(operation(t, StopBody, await stop('?force=false')), {
    success: false,
    protected: true,
    message: /^Recording protected for 10\.0s\. Current duration: \d+\.\ds\. Use force=True to override\.$/,
  });

  const stopped = operation(t, StopBody, await stop('?force=yes'));
  t.match(stopped, {
    success: true,
    message: 'Recording stopped successfully',
    transport_success: true,
    graceful_stop: true,
    integrity: { checked: true, all_ok: true, reason: null },
  });
  for (const camera of ['camera_0', 'camera_1']) {
    const result = Object(Object(stopped)['camera_stop_results'])[camera];
    t.match(result, { success: true, eos_received: true, finalized: true, timed_out: false, integrity_ok: true });
    t.ok((await stat(String(result.segment_path))).isFile(), 'scripts read the file on the same host');
  }

  const after = await readAll(t, url);
  t.match(after.get('/api/v1/pipeline-state'), { mode: 'idle', holder: null });
  t.match(after.get('/api/v1/status'), { recording: { recording: false, match_id: null } });
});

t.test('an id that the daemon makes is one that it takes', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const started = operation(t, StartBody, await callJson(rig.url, 'POST', '/api/v1/recording', {}));
  t.match(started, { success: true, match_id: /^match_\d{10}$/ });
  t.match(operation(t, StopBody, await call(rig.url, '/api/v1/recording?force=1', { method: 'DELETE' })), { success: true });
});
