/** What people are told about a recording, made from facts at the moment of asking. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { segmentsDir } from '../camera/journal.js';
import type { Prober } from '../integrity/probe.js';
import type { Clock } from '../lib/clock.js';
import type { ActiveRecording, RecordedCamera } from './active.js';
import { healthIssues } from './health.js';
import { GUARD_AT_REST } from './overload-guard.js';
import type { RecordingPolicy } from './policy.js';
import { newestSegment, segmentAt } from './stop.js';
import type { CameraDiagnostics, CameraId, LastStop, OverloadGuardStatus, ProbeResult, RecordingHealth, RecordingsDisk, RecordingStatus } from './types.js';

/** A file that is still written cannot be probed fairly: it counts as stable after this long without growth. */
const STABLE_MS = 10_000;
const PROBE_MIN_BYTES = 4 * 1024 * 1024;
const JUST_STARTED_MS = 10_000;

export function statusOf(facts: {
  readonly active: ActiveRecording | null;
  readonly phase: RecordingStatus['phase'];
  readonly policy: Pick<RecordingPolicy, 'protectionMs' | 'requireAllCameras'>;
  readonly nowMonoUs: number;
  readonly guard: OverloadGuardStatus;
  readonly hoursLeft: number | null;
  readonly marksCount: number;
  readonly disk: Omit<RecordingsDisk, 'state'>;
  readonly lastStop: LastStop | null;
  readonly cameraStackRepair: RecordingStatus['cameraStackRepair'];
}): RecordingStatus {
  const { active, policy, lastStop, cameraStackRepair } = facts;
  if (active === null) {
    return {
      recording: false,
      matchId: null,
      durationMs: 0,
      cameras: new Map(),
      degraded: false,
      degradedReasons: new Map(),
      diskFaults: new Map(),
      recordingsDisk: { ...facts.disk, state: 'ok' },
      lastStop,
      cameraStackRepair,
      recovery: new Map(),
      overloadGuard: GUARD_AT_REST,
      protected: false,
      requireAllCameras: policy.requireAllCameras,
      phase: facts.phase,
      hoursLeft: facts.hoursLeft,
      marksCount: 0,
      interruptionCount: 0,
      interruptions: [],
    };
  }
  const durationMs = Math.max(0, (facts.nowMonoUs - active.stored.startedMonoUs) / 1000);
  const troubles = active.stopping ? [] : [...active.degraded()];
  const diskTroubles = troubles.flatMap(([, trouble]) => (trouble.fault === 'disk' ? [trouble] : []));
  const worst = diskTroubles.find(({ isSlowness }) => !isSlowness) ?? diskTroubles[0];
  const degraded = new Map<CameraId | 'overload_guard', string>(troubles.map(([id, { reason }]) => [id, reason]));
  if (facts.guard.active) degraded.set('overload_guard', facts.guard.reasons.join('; '));
  return {
    recording: true,
    matchId: active.stored.matchId,
    durationMs,
    cameras: new Map([...active.cameras].map(([id, recorded]) => [id, recorded.status()])),
    degraded: degraded.size > 0,
    degradedReasons: degraded,
    diskFaults: new Map(troubles.flatMap(([id, { fault, isSlowness }]) => (fault === 'disk' ? [[id, isSlowness ? 'slow' : 'refusing'] as const] : []))),
    recordingsDisk: { ...facts.disk, state: worst === undefined ? 'ok' : worst.isSlowness ? 'slow' : 'refusing', message: worst?.reason ?? facts.disk.message },
    lastStop,
    cameraStackRepair,
    recovery: new Map([...active.cameras].map(([id, recorded]) => [id, recorded.account.snapshot()])),
    overloadGuard: facts.guard,
    protected: durationMs < policy.protectionMs,
    requireAllCameras: active.stored.requireAllCameras,
    phase: facts.phase,
    hoursLeft: facts.hoursLeft,
    marksCount: facts.marksCount,
    interruptionCount: active.stored.interruptionCount ?? 0,
    interruptions: active.stored.interruptions ?? [],
  };
}

export async function healthOf(context: {
  readonly active: ActiveRecording | null;
  readonly clock: Clock;
  readonly prober: Prober;
  readonly probeTimeoutMs: number;
  readonly targetBytesPerSecond: (camera: CameraId) => number;
}): Promise<RecordingHealth> {
  const { active, clock } = context;
  if (active === null) return { healthy: true, message: 'No active recording', issues: [], active: false, recoveryAttempts: new Map(), diagnostics: new Map() };
  const ageMs = (clock.monoUs() - active.stored.startedMonoUs) / 1000;
  const issues: string[] = active.stored.failed.map(({ camera }) => `cam${camera}: Pipeline missing`);
  const diagnostics = new Map<CameraId, CameraDiagnostics>();
  let anySegment = false;
  for (const [id, recorded] of active.cameras) {
    const diagnosis = await diagnose(id, recorded, active.stored.matchDir, context);
    diagnostics.set(id, diagnosis);
    anySegment ||= diagnosis.latestSegment !== null;
    issues.push(
      ...healthIssues({
        camera: id,
        pipelinePresent: diagnosis.pipelinePresent,
        state: recorded.state,
        recordingAgeMs: ageMs,
        newestFrameAgeMs: diagnosis.facts?.newestFrameAgeMs ?? null,
        stallMs: recorded.spec.stallMs,
        latestSegment: diagnosis.latestSegment,
        latestSegmentBytes: diagnosis.latestSegmentBytes,
        latestSegmentOpenMs: recorded.run?.segmentOpenedMonoUs == null ? null : (clock.monoUs() - recorded.run.segmentOpenedMonoUs) / 1000,
        notGrowingMs: recorded.notGrowingMs,
        targetBytesPerSecond: context.targetBytesPerSecond(id),
        probe: diagnosis.probe,
        recoveryExhausted: recorded.account.snapshot().failedPermanently,
      }),
    );
  }
  const recoveryAttempts = new Map([...active.cameras].map(([id, recorded]) => [id, recorded.account.snapshot().attempts]));
  const nothing = anySegment ? null : await nothingOnDisk(active.stored.matchDir, ageMs);
  if (nothing !== null) issues.unshift(nothing);
  const healthy = issues.length === 0;
  const good = !anySegment && ageMs <= JUST_STARTED_MS ? 'Recording just started' : 'Recording healthy';
  return { healthy, message: healthy ? good : issues.join(', '), issues, active: true, recoveryAttempts, diagnostics };
}

/** Contract 3.4: no segment of any camera after ten seconds, or no place for one. */
async function nothingOnDisk(matchDir: string, recordingAgeMs: number): Promise<string | null> {
  const isThere = await stat(segmentsDir(matchDir)).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (!isThere) return 'Segments directory does not exist';
  return recordingAgeMs > JUST_STARTED_MS ? 'No segments after 10 seconds' : null;
}

async function diagnose(
  id: CameraId,
  recorded: RecordedCamera,
  matchDir: string,
  context: { readonly clock: Clock; readonly prober: Prober; readonly probeTimeoutMs: number },
): Promise<CameraDiagnostics> {
  const run = recorded.run;
  const current = run?.sink?.current?.location ?? null;
  // The folder is read only where the one that is being written is not there: it may have thousands of files.
  const segment = (current === null ? null : await segmentAt(current)) ?? (await newestSegment(id, matchDir));
  const ageMs = segment === null ? null : Math.max(0, context.clock.nowEpochMs() - segment.mtimeMs);
  let probe: ProbeResult | null = null;
  const isCurrent = segment !== null && run?.sink?.current != null && basename(run.sink.current.location) === segment.name;
  if (segment !== null && !isCurrent && recorded.notGrowingMs > STABLE_MS && segment.bytes >= PROBE_MIN_BYTES) {
    probe = await context.prober.probe(segment.path, context.probeTimeoutMs);
  }
  return {
    pipelinePresent: run !== null,
    pipelineState: run === null ? 'missing' : recorded.state,
    latestSegment: segment?.name ?? null,
    latestSegmentBytes: segment?.bytes ?? null,
    latestSegmentAgeMs: ageMs,
    probe,
    facts: recorded.facts(),
  };
}
