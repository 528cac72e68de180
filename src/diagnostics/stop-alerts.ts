/** What a stop that was carried out is worth telling (contract 10.2). Pure. */
import type { CameraId, CameraStop, StopResult } from '../recording/types.js';
import { byCameraKey, type LogEvent } from './entry.js';
import { probeFailedEvent, stopTimeoutEvent } from './signals.js';

type Outcome = NonNullable<StopResult['outcome']>;

/** The alerts of one stop, several where several things went wrong; none for a clean one. */
export function stopAlerts(result: StopResult, minEffectiveFps: number): readonly LogEvent[] {
  const { outcome } = result;
  if (outcome === null) return [];
  const details = { match_id: outcome.matchId, message: result.message, camera_stop_results: byCameraKey(outcome.cameras, cameraStop) };
  const alerts: LogEvent[] = [];
  if (!outcome.transportSuccess) alerts.push({ eventType: 'recording_stop_transport_failure', severity: 'error', message: 'Recording stop transport failed', details });
  if (!outcome.gracefulStop) alerts.push({ eventType: 'recording_stop_non_graceful', severity: 'warning', message: 'Recording stop completed without full EOS finalization', details });
  if (outcome.integrity.allOk === false) alerts.push({ eventType: 'recording_integrity_failed', severity: 'error', message: 'Recording integrity gate failed after stop', details });
  const rates = effectiveFps(outcome);
  if ([...rates.values()].some((fps) => fps < minEffectiveFps)) {
    alerts.push({
      eventType: 'recording_fps_below_slo',
      severity: 'warning',
      message: 'Recording effective FPS below SLO threshold',
      details: { match_id: outcome.matchId, min_effective_fps: minEffectiveFps, camera_fps: byCameraKey(rates, (fps) => Number(fps.toFixed(3))) },
    });
  }
  return alerts;
}

/** The signals of one stop that the correlation report looks for. */
export function stopSignals({ outcome }: StopResult): readonly LogEvent[] {
  if (outcome === null) return [];
  return [...outcome.cameras].flatMap(([camera, stop]) => [
    ...(stop.timedOut ? [stopTimeoutEvent(outcome.matchId, camera)] : []),
    ...(stop.integrityOk === false ? [probeFailedEvent(outcome.matchId, camera, stop.segmentPath, stop.integrityError ?? 'unknown')] : []),
  ]);
}

/** Of every camera whose newest file says it. */
function effectiveFps(outcome: Outcome): ReadonlyMap<CameraId, number> {
  return new Map([...outcome.cameras].flatMap(([camera, stop]): [CameraId, number][] => {
    const fps = ratio(stop.probe?.avgFrameRate ?? '');
    return fps === null ? [] : [[camera, fps]];
  }));
}

/** `30/1`, `30000/1001`; ffprobe writes `0/0` for unknown. */
function ratio(text: string): number | null {
  const parts = /^(\d+)\/(\d+)$/.exec(text);
  const value = Number(parts?.[1]) / Number(parts?.[2]);
  return Number.isFinite(value) ? value : null;
}

/** As in the answer to the stop (contract 3.3). */
function cameraStop(stop: CameraStop): Readonly<Record<string, unknown>> {
  return {
    success: stop.success,
    eos_received: stop.eosReceived,
    timed_out: stop.timedOut,
    error: stop.error,
    finalized: stop.finalized,
    segment_path: stop.segmentPath,
    integrity_checked: stop.integrityChecked,
    integrity_ok: stop.integrityOk,
    integrity_error: stop.integrityError,
    integrity_avg_frame_rate: stop.probe?.avgFrameRate ?? null,
  };
}
