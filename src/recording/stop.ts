/** The steps of a stop: all cameras at once, each as far as it gets, then a look at what is really on the disk. */
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import { segmentsDir } from '../camera/journal.js';
import type { RecordingSpec, StopReport } from '../camera/protocol.js';
import { compareSegments, parseSegmentName } from '../camera/segment-names.js';
import { asTouchlineError } from '../errors.js';
import { UNCHECKED, type Prober } from '../integrity/probe.js';
import type { ActiveRecording, RecordedCamera } from './active.js';
import { readJournal } from './journal-reader.js';
import type { CameraId, CameraStop, ProbeResult } from './types.js';

/** A host that died a moment ago gets this long to come back and be stopped in order. */
const RETURN_MS = 2500;

export interface StopContext {
  readonly prober: Prober;
  readonly eosTimeoutMs: number;
  readonly probeTimeoutMs: number;
  readonly log: Logger;
}

interface Transport {
  readonly success: boolean;
  readonly eosReceived: boolean;
  readonly timedOut: boolean;
  readonly error: string | null;
}

/** Never rejects: every camera has its result, whatever happened to it. */
export async function stopCameras(active: ActiveRecording, context: StopContext): Promise<Map<CameraId, CameraStop>> {
  const stops = await Promise.all(
    [...active.cameras].map(async ([id, recorded]): Promise<[CameraId, CameraStop]> => {
      const transport = await endCamera(recorded, context);
      return [id, await inspect(id, active.stored.matchDir, transport, context)];
    }),
  );
  return new Map(stops);
}

async function endCamera(recorded: RecordedCamera, context: StopContext): Promise<Transport> {
  const { camera, spec } = recorded;
  camera.want({ kind: 'hands-off' });
  try {
    return await finish(recorded, context);
  } catch (thrown) {
    const error = asTouchlineError(thrown);
    context.log.error({ err: error, camera: camera.id, runId: spec.runId }, 'camera could not be stopped in order');
    return { success: false, eosReceived: false, timedOut: error.kind === 'timeout', error: error.message };
  } finally {
    // Whatever is left of the run, in this host or in its successor, ends now.
    camera.want({ kind: 'idle' });
  }
}

/** A host that dies under the request resumes: its successor is asked once more. */
async function finish({ camera, spec }: Pick<RecordedCamera, 'camera' | 'spec'>, context: StopContext, isRetry = false): Promise<Transport> {
  const state = await camera.ready(RETURN_MS);
  if (state.run?.runId !== spec.runId) return endedBefore(camera.id, spec);
  try {
    const report: StopReport = await camera.finish(spec.runId, context.eosTimeoutMs);
    return { success: true, eosReceived: report.eosReceived, timedOut: report.timedOut, error: report.error };
  } catch (error) {
    const { code } = asTouchlineError(error);
    // A daemon that died in its stop had asked for it, and the host has done that first.
    if (code === 'wrong_phase') return endedBefore(camera.id, spec);
    if (isRetry || code !== 'host_gone') throw error;
    return finish({ camera, spec }, context, true);
  }
}

/** How a run ended that the host does not have any more: by its journal, in which the end comes last. */
async function endedBefore(camera: CameraId, { runId, matchDir }: Pick<RecordingSpec, 'runId' | 'matchDir'>): Promise<Transport> {
  const last = (await readJournal(matchDir, camera)).findLast((entry) => entry.runId === runId);
  if (last?.kind !== 'run-ended') return { success: false, eosReceived: false, timedOut: false, error: 'pipeline_not_found' };
  return { success: true, eosReceived: last.eosReceived, timedOut: !last.eosReceived, error: null };
}

async function inspect(id: CameraId, matchDir: string, transport: Transport, context: StopContext): Promise<CameraStop> {
  const segment = await newestSegment(id, matchDir);
  const probe: ProbeResult | null = segment === null ? null : await context.prober.probe(segment.path, context.probeTimeoutMs);
  return {
    ...transport,
    finalized: transport.success && transport.eosReceived && !transport.timedOut && transport.error === null,
    segmentPath: segment?.path ?? null,
    segmentBytes: segment?.bytes ?? null,
    integrityChecked: probe?.checked ?? true,
    integrityOk: probe === null ? false : probe.ok,
    integrityError: probe === null ? 'segment_not_found' : probe.error,
    probe: probe ?? { ...UNCHECKED, checked: true, ok: false, error: 'segment_not_found' },
  };
}

/** By name of the segment. */
export function probesOf(cameras: ReadonlyMap<CameraId, CameraStop>): ReadonlyMap<string, ProbeResult> {
  return new Map([...cameras.values()].flatMap(({ segmentPath, probe }): [string, ProbeResult][] => (segmentPath === null || probe === null ? [] : [[basename(segmentPath), probe]])));
}

export interface NewestSegment {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** By capture order, not by modification time: a repair in the background touches older files. */
export async function newestSegment(camera: CameraId, matchDir: string): Promise<NewestSegment | null> {
  const folder = segmentsDir(matchDir);
  const names = await readdir(folder).catch(() => []);
  let newest: { readonly name: string; readonly parsed: NonNullable<ReturnType<typeof parseSegmentName>> } | null = null;
  const prefix = `cam${camera}_`;
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    // Of equal length they sort as text, which spares thousands of them the reading.
    if (newest !== null && name.length === newest.name.length && name <= newest.name) continue;
    const parsed = parseSegmentName(name);
    if (parsed?.camera === camera && (newest === null || compareSegments(parsed, newest.parsed) > 0)) newest = { name, parsed };
  }
  if (newest === null) return null;
  return segmentAt(`${folder}/${newest.name}`);
}

/** Null when there is no such file. */
export async function segmentAt(path: string): Promise<NewestSegment | null> {
  const facts = await stat(path).catch(() => null);
  return facts === null ? null : { path, name: basename(path), bytes: facts.size, mtimeMs: facts.mtimeMs };
}
