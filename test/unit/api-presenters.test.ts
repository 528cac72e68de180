import t from 'tap';
import { StartBody } from '../../src/api/contract/recording-start.js';
import { RecordingStatusBody } from '../../src/api/contract/recording-status.js';
import { StopBody } from '../../src/api/contract/recording-stop.js';
import { presentStart, presentStop } from '../../src/api/presenters/recording-operations.js';
import { presentRecordingStatus } from '../../src/api/presenters/recording-status.js';
import { CAMERA_STOP, IDLE, PROTECTED, RECORDING, STARTED, STOPPED } from '../support/recording-values.js';
import { onTheWire } from '../support/wire.js';

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
      steps: [],
    },
    phase: 'idle',
    hours_left: 12.5,
    marks_count: 0,
    recordings_disk: { state: 'ok', space: 'ok', free_gb: 400, is_substitute: false, message: null },
    camera_stack_repair: null,
    last_stop: null,
    interruption_count: 0,
    interruptions: [],
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
