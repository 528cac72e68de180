import t from 'tap';
import type { TSchema } from 'typebox';
import { PipelineStateBody } from '../../src/api/contract/pipeline-state.js';
import { HealthBody } from '../../src/api/contract/health.js';
import { PreviewStatusBody } from '../../src/api/contract/preview.js';
import { RecordingHealthBody } from '../../src/api/contract/recording-health.js';
import { StartBody } from '../../src/api/contract/recording-start.js';
import { RecordingStatusBody } from '../../src/api/contract/recording-status.js';
import { StopBody } from '../../src/api/contract/recording-stop.js';
import { RootBody } from '../../src/api/contract/root.js';
import { presentHealth } from '../../src/api/presenters/health.js';
import { presentPipelineState } from '../../src/api/presenters/pipeline-state.js';
import { presentRecordingHealth } from '../../src/api/presenters/recording-health.js';
import { presentStart, presentStop } from '../../src/api/presenters/recording-operations.js';
import { presentRecordingStatus } from '../../src/api/presenters/recording-status.js';
import { presentRoot } from '../../src/api/presenters/root.js';
import { localIso } from '../../src/api/presenters/units.js';
import { withoutPreview } from '../../src/api/preview-status.js';
import { compileSchema } from '../../src/lib/schema.js';
import type { RecordingHealth } from '../../src/recording/types.js';
import { CAMERA_STOP, FACTS, IDLE, PROBE, PROTECTED, RECORDING, STARTED, STOPPED } from '../support/recording-values.js';

/** The body as a client sees it, after it has proved to follow its schema. */
function onTheWire(schema: TSchema, body: unknown): unknown {
  const sent = JSON.stringify(body);
  const checked = compileSchema(schema).parseJson(sent);
  if (!checked.ok) throw new Error(`${sent} breaks its schema: ${JSON.stringify(checked.violations)}`);
  return checked.value;
}

t.test('an idle status has the eight keys of the contract and none of a running recording', async (t) => {
  t.same(onTheWire(RecordingStatusBody, presentRecordingStatus(IDLE)), {
    recording: false,
    match_id: null,
    duration: 0,
    cameras: {},
    degraded: false,
    degraded_cameras: {},
    camera_recovery: {},
    overload_guard: {
      active: false,
      triggered_at: null,
      last_evaluated_at: null,
      unhealthy_streak: 0,
      cpu_percent: null,
      reasons: [],
      health_healthy: null,
      health_message: null,
    },
    phase: 'idle',
    hours_left: 12.5,
  });
});

t.test('a running status carries unrounded seconds, cameras in order, and the policy in force', async (t) => {
  const body = onTheWire(RecordingStatusBody, presentRecordingStatus(RECORDING));
  t.match(body, {
    recording: true,
    match_id: 'match_20260211_001',
    duration: 11.022523641586304,
    protected: true,
    require_all_cameras: true,
    cameras: {
      camera_0: {
        state: 'running',
        uptime: 11.025759,
        facts: {
          frames_at_source: 331,
          frames_encoded: 330,
          frames_missed: 1,
          newest_frame_age_seconds: 0.0215,
          bytes_written: 97_206,
          bytes_synced: 96_000,
          fps: 29.97,
        },
      },
      camera_1: { state: 'running', uptime: 11.024009, facts: null },
    },
    camera_recovery: {
      camera_0: { attempts: 0, recovering: false, failed_permanently: false, last_error: null, last_recovery_ts: null },
      camera_1: { attempts: 1, last_error: 'no frames', last_recovery_ts: 1_795_222_600.25 },
    },
    overload_guard: { last_evaluated_at: 1_795_222_612.001385, cpu_percent: 6.9, health_healthy: true },
  });
  t.same(Object.keys(presentRecordingStatus(RECORDING).cameras), ['camera_0', 'camera_1']);
});

t.test('degraded reasons keep the camera keys and the key of the overload guard', async (t) => {
  const degraded = presentRecordingStatus({
    ...RECORDING,
    degraded: true,
    degradedReasons: new Map<number | 'overload_guard', string>([
      [1, 'no frames for 3 s'],
      ['overload_guard', 'cpu 95.0% >= 92.0% threshold'],
    ]),
  });
  t.same(degraded.degraded_cameras, {
    camera_1: 'no frames for 3 s',
    overload_guard: 'cpu 95.0% >= 92.0% threshold',
  });
});

t.test('a successful start has the shape of the reference', async (t) => {
  t.match(onTheWire(StartBody, presentStart(STARTED)), {
    success: true,
    message: 'Recording started for match: match_20260211_001',
    match_id: 'match_20260211_001',
    cameras_started: [0, 1],
    cameras_failed: [],
    require_all_cameras: true,
    first_frame_offset_seconds: 0.0045,
  });
  t.notOk('code' in presentStart(STARTED));
});

t.test('a refused start always has both camera lists, because the dashboard reads them unasked', async (t) => {
  const refused = presentStart({
    ...STARTED,
    success: false,
    code: 'already_recording',
    message: 'Already recording match: A',
    matchId: null,
    camerasStarted: [],
    firstFrameOffsetMs: null,
  });
  t.same(onTheWire(StartBody, refused), {
    success: false,
    message: 'Already recording match: A',
    code: 'already_recording',
    cameras_started: [],
    cameras_failed: [],
    require_all_cameras: true,
  });
});

t.test('only the lenient policy without any camera names them failed_cameras too', async (t) => {
  const failed = {
    ...STARTED,
    success: false,
    code: 'cameras_failed',
    message: 'Failed to start any cameras',
    camerasStarted: [],
    camerasFailed: [0, 1],
    cameraErrors: new Map([[1, 'no frame within 10 s']]),
  };
  const lenient = presentStart({ ...failed, requireAllCameras: false });
  t.same(lenient.failed_cameras, [0, 1]);
  t.same(lenient.cameras_failed, [0, 1]);
  t.same(lenient.camera_errors, { camera_1: 'no frame within 10 s' });
  t.notOk('failed_cameras' in presentStart({ ...failed, requireAllCameras: true }));
});

t.test('a stop tells transport, finalisation and integrity apart, per camera', async (t) => {
  const path = CAMERA_STOP.segmentPath;
  t.match(onTheWire(StopBody, presentStop(STOPPED)), {
    success: true,
    message: 'Recording stopped successfully',
    transport_success: true,
    graceful_stop: true,
    camera_stop_results: {
      camera_0: {
        success: true,
        eos_received: true,
        timed_out: false,
        error: null,
        finalized: true,
        segment_path: path,
        integrity_checked: true,
        integrity_ok: true,
        integrity_error: null,
        integrity_avg_frame_rate: '30/1',
      },
    },
    integrity: {
      checked: true,
      all_ok: true,
      reason: null,
      cameras: {
        camera_0: {
          segment_found: true,
          segment_path: path,
          segment_size: 97_206,
          integrity_checked: true,
          integrity_ok: true,
          integrity_error: null,
          probe: {
            checked: true,
            ok: true,
            error: null,
            cached: false,
            duration: '11.033333',
            bit_rate: '70481',
            avg_frame_rate: '30/1',
          },
        },
      },
    },
  });
});

t.test('a camera without a segment is reported as checked and not found', async (t) => {
  const outcome = STOPPED.outcome;
  if (outcome === null) return t.fail('no outcome');
  const without = {
    ...CAMERA_STOP,
    segmentPath: null,
    segmentBytes: null,
    integrityChecked: false,
    integrityOk: false,
    integrityError: 'segment_not_found',
    probe: null,
  };
  const body = presentStop({ ...STOPPED, success: false, outcome: { ...outcome, cameras: new Map([[0, without]]) } });
  t.same(body.integrity?.cameras, {
    camera_0: {
      segment_found: false,
      segment_path: null,
      integrity_checked: true,
      integrity_ok: false,
      integrity_error: 'segment_not_found',
    },
  });
  return undefined;
});

t.test('a refused stop says so and nothing more', async (t) => {
  t.same(onTheWire(StopBody, presentStop(PROTECTED)), {
    success: false,
    message: PROTECTED.message,
    code: 'protected',
    protected: true,
  });
  t.notOk('protected' in presentStop({ ...PROTECTED, code: 'not_recording', protected: false }));
});

const HEALTHY: RecordingHealth = {
  healthy: true,
  message: 'Recording healthy',
  issues: [],
  active: true,
  recoveryAttempts: new Map([[0, 0]]),
  diagnostics: new Map([
    [
      0,
      {
        pipelinePresent: true,
        pipelineState: 'running',
        latestSegment: 'cam0_20261121_005641_00.mp4',
        latestSegmentBytes: 65_594,
        latestSegmentAgeMs: 1928.4567,
        probe: null,
        facts: FACTS,
      },
    ],
  ]),
};

t.test('health without a recording is two keys', async (t) => {
  const body = presentRecordingHealth({ ...HEALTHY, active: false, message: 'No active recording' });
  t.same(onTheWire(RecordingHealthBody, body), { healthy: true, message: 'No active recording' });
});

t.test('health of a recording always has attempts and diagnostics, and a placeholder until a probe is safe', async (t) => {
  t.match(onTheWire(RecordingHealthBody, presentRecordingHealth(HEALTHY)), {
    recovery_attempts: { camera_0: 0 },
    camera_diagnostics: {
      camera_0: {
        pipeline_present: true,
        pipeline_state: 'running',
        latest_segment: 'cam0_20261121_005641_00.mp4',
        latest_segment_size: 65_594,
        latest_segment_age_seconds: 1.928,
        integrity_probe: { checked: false, ok: null, error: null },
      },
    },
  });
  t.notOk('issues' in presentRecordingHealth(HEALTHY));
  const unhealthy = presentRecordingHealth({
    ...HEALTHY,
    healthy: false,
    message: 'cam0: Pipeline missing',
    issues: ['cam0: Pipeline missing'],
    diagnostics: new Map([
      [
        0,
        {
          pipelinePresent: false,
          pipelineState: 'missing',
          latestSegment: null,
          latestSegmentBytes: null,
          latestSegmentAgeMs: null,
          probe: null,
          facts: null,
        },
      ],
    ]),
  });
  t.same(onTheWire(RecordingHealthBody, unhealthy), {
    healthy: false,
    message: 'cam0: Pipeline missing',
    issues: ['cam0: Pipeline missing'],
    recovery_attempts: { camera_0: 0 },
    camera_diagnostics: {
      camera_0: { pipeline_present: false, pipeline_state: 'missing', latest_segment: null, facts: null },
    },
  });
});

t.test('a failed probe has its error and no made-up figures', async (t) => {
  const failed = { ...PROBE, ok: false, error: 'no_video_stream', durationSeconds: null, bitRate: null, avgFrameRate: null, frames: null };
  const camera = HEALTHY.diagnostics.get(0);
  if (camera === undefined) return t.fail('no camera');
  const body = presentRecordingHealth({ ...HEALTHY, diagnostics: new Map([[0, { ...camera, probe: failed }]]) });
  t.same(body.camera_diagnostics?.['camera_0']?.integrity_probe, {
    checked: true,
    ok: false,
    error: 'no_video_stream',
    cached: false,
  });
  return undefined;
});

t.test('the mutex shows when it was taken in local time without a zone', async (t) => {
  const acquiredAt = new Date(2026, 10, 21, 0, 56, 42, 3);
  const body = presentPipelineState({
    mode: 'recording',
    holder: 'api-recording-A',
    acquiredAt,
    canPreview: false,
    canRecord: false,
  });
  t.same(onTheWire(PipelineStateBody, body), {
    mode: 'recording',
    holder: 'api-recording-A',
    lock_time: '2026-11-21T00:56:42.003000',
    can_preview: false,
    can_record: false,
  });
  t.equal(localIso(new Date(2026, 0, 2, 3, 4, 5)), '2026-01-02T03:04:05.000000');
});

t.test('without live pictures the preview says so, in the full form', async (t) => {
  const source = withoutPreview([0, 1]);
  t.same(onTheWire(PreviewStatusBody, source.status()), {
    preview_active: false,
    cameras: {
      camera_0: {
        active: false,
        state: 'stopped',
        uptime: 0,
        hls_url: '/hls/cam0.m3u8',
        transport: 'hls',
        stream_kind: 'main_cam0',
        webrtc: { enabled: false, stream_kind: 'main_cam0' },
      },
      camera_1: {
        active: false,
        state: 'stopped',
        uptime: 0,
        hls_url: '/hls/cam1.m3u8',
        transport: 'hls',
        stream_kind: 'main_cam1',
        webrtc: { enabled: false, stream_kind: 'main_cam1' },
      },
    },
    transport_mode: 'dual',
    webrtc_supported: false,
    ice_servers: [],
    webrtc_streams: [],
    relay: null,
  });
});

t.test('health rounds to the units of the contract, and a failed reading is an error body', async (t) => {
  const GiB = 1024 ** 3;
  const sample = {
    takenAtMonoMs: 1,
    cpuPercent: 5.5499,
    memoryUsedPercent: 2.1,
    memoryAvailableBytes: 23.0449 * GiB,
    disk: { freeBytes: 72.787 * GiB, totalBytes: 100 * GiB, usedPercent: 28.26 },
    diskError: null,
  };
  const body = presentHealth(sample);
  t.same(onTheWire(HealthBody, body), {
    status: 'healthy',
    system: {
      cpu_percent: 5.5,
      memory_percent: 2.1,
      memory_available_gb: 23.04,
      disk_free_gb: 72.79,
      disk_percent: 28.3,
    },
  });
  const failed = presentHealth({ ...sample, disk: null, diskError: '/x does not exist' });
  t.same(onTheWire(HealthBody, failed), { status: 'error', detail: '/x does not exist', code: 'disk_unreadable' });
  t.match(onTheWire(HealthBody, presentHealth({ ...sample, memoryUsedPercent: null })), { code: 'memory_unreadable' });
  t.match(onTheWire(HealthBody, presentHealth(null)), { status: 'error' });
  t.match(onTheWire(HealthBody, presentHealth({ ...sample, cpuPercent: null })), { system: { cpu_percent: 0 } });
});

t.test('the root names the API that clients look for and the product that answers', async (t) => {
  t.match(onTheWire(RootBody, presentRoot('0.1.0')), {
    service: 'FootballVision Pro API v3',
    version: '3.0.0',
    status: 'running',
    product: 'Touchline',
    product_version: '0.1.0',
  });
});
