/**
 * The rules of `recording-health` (contract 5.4), over facts instead of two polls of a folder: nobody who asks
 * changes what the next one hears.
 */
import type { CameraId, PipelineState, ProbeResult } from './types.js';

export interface HealthFacts {
  readonly camera: CameraId;
  readonly pipelinePresent: boolean;
  readonly state: PipelineState;
  readonly recordingAgeMs: number;
  readonly newestFrameAgeMs: number | null;
  readonly stallMs: number;
  readonly latestSegment: string | null;
  readonly latestSegmentBytes: number | null;
  /** Since the segment was opened. */
  readonly latestSegmentOpenMs: number | null;
  readonly notGrowingMs: number;
  readonly targetBytesPerSecond: number;
  readonly probe: ProbeResult | null;
  readonly recoveryExhausted: boolean;
}

const FIRST_SEGMENT_MS = 20_000;
const ZERO_BYTE_MS = 10_000;
const SMALL_AFTER_MS = 30_000;
const SMALL_BYTES = 1024 * 1024;
/** A still picture may need little; less than this share of what the encoder was told is no picture. */
const SMALL_SHARE = 0.01;
const NOT_GROWING_MS = 5000;

/** Issue strings as the contract words them, in its order; empty when all is well. */
export function healthIssues(facts: HealthFacts): string[] {
  const cam = `cam${facts.camera}`;
  const issues: string[] = [];
  if (!facts.pipelinePresent) issues.push(`${cam}: Pipeline missing`);
  else if (facts.state !== 'running') issues.push(`${cam}: Pipeline state ${facts.state}`);
  if (facts.newestFrameAgeMs !== null && facts.newestFrameAgeMs > facts.stallMs) {
    issues.push(`${cam}: No new frame for ${(facts.newestFrameAgeMs / 1000).toFixed(1)} seconds`);
  }
  if (facts.latestSegment === null) {
    if (facts.recordingAgeMs > FIRST_SEGMENT_MS) issues.push(`${cam}: No segment files after 20 seconds`);
  } else {
    issues.push(...segmentIssues(cam, facts));
  }
  if (facts.recoveryExhausted) issues.push(`${cam}: Recovery exhausted`);
  return issues;
}

function segmentIssues(cam: string, facts: HealthFacts): string[] {
  const issues: string[] = [];
  const bytes = facts.latestSegmentBytes ?? 0;
  const openMs = facts.latestSegmentOpenMs ?? 0;
  if (bytes === 0 && openMs > ZERO_BYTE_MS) {
    issues.push(`${cam}: Zero-byte file`);
  } else if (openMs > SMALL_AFTER_MS && bytes < Math.min(SMALL_BYTES, (SMALL_SHARE * facts.targetBytesPerSecond * openMs) / 1000)) {
    issues.push(`${cam}: File too small (${bytes} bytes)`);
  }
  if (facts.notGrowingMs > NOT_GROWING_MS) issues.push(`${cam}: Segment not growing (size=${bytes})`);
  if (facts.probe?.checked === true && facts.probe.ok === false) {
    issues.push(`${cam}: Segment probe failed (${facts.probe.error ?? 'unknown'})`);
  }
  return issues;
}
