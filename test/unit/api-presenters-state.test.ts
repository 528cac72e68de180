import t from 'tap';
import { HealthBody } from '../../src/api/contract/health.js';
import { PipelineStateBody } from '../../src/api/contract/pipeline-state.js';
import { PreviewStatusBody } from '../../src/api/contract/preview.js';
import { RecordingHealthBody } from '../../src/api/contract/recording-health.js';
import { RootBody } from '../../src/api/contract/root.js';
import { presentHealth } from '../../src/api/presenters/health.js';
import { presentPipelineState } from '../../src/api/presenters/pipeline-state.js';
import { presentRecordingHealth } from '../../src/api/presenters/recording-health.js';
import { presentRoot } from '../../src/api/presenters/root.js';
import { localIso } from '../../src/api/presenters/units.js';
import { withoutPreview } from '../../src/preview/no-preview.js';
import { presentPreviewStatus } from '../../src/api/presenters/preview.js';
import type { RecordingHealth } from '../../src/recording/types.js';
import { FACTS, PROBE } from '../support/recording-values.js';
import { onTheWire } from '../support/wire.js';

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
  const source = withoutPreview([0, 1], () => ({ mode: 'idle', holder: null, acquiredAt: null, canPreview: true, canRecord: true }));
  t.same(onTheWire(PreviewStatusBody, presentPreviewStatus(source.status())), {
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
