/** A pipeline run and the journal that tells of it: how they begin, and how they end in order. */
import { readdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import { TouchlineError } from '../../errors.js';
import { makeFolderDurably } from '../../lib/durable-file.js';
import { isMounted } from '../../lib/mount-point.js';
import { segmentsDir, type JournalEntry } from '../journal.js';
import type { RecordingSpec, StopReport } from '../protocol.js';
import { nextStamp, segmentPrefix } from '../segment-names.js';
import type { GstPipeline } from './gst.js';
import { JournalWriter } from './journal-writer.js';
import { PipelineRun } from './run.js';

export interface RunOptions {
  readonly camera: number;
  readonly spec: RecordingSpec;
  /** How often a host of this run died before. */
  readonly resumes: number;
  readonly bootId: string;
  readonly createPipeline: (description: string) => GstPipeline;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onChange: () => void;
  readonly onFailure: (code: string, message: string) => void;
}

/** Builds the pipeline; the camera is not touched and nothing is written yet. Throws what GStreamer says of the text. */
export async function buildRun(options: RunOptions): Promise<{ readonly run: PipelineRun; readonly journal: JournalWriter }> {
  const { camera, spec, resumes, bootId, clock, log } = options;
  const folder = segmentsDir(spec.matchDir);
  await requireDisk(spec);
  // Whoever removed it in mid-match cannot have wanted the rest of the match to be lost.
  await makeFolderDurably(folder);
  const stamp = nextStamp(camera, await readdir(folder), resumes === 0 ? spec.startedEpochMs : clock.nowEpochMs());
  const journal = new JournalWriter({ camera, runId: spec.runId, bootId, matchDir: spec.matchDir }, clock, options.onEntry, (error) =>
    log.error({ err: error }, 'cannot write the journal'),
  );
  const run = new PipelineRun({
    pipeline: options.createPipeline(spec.pipeline),
    spec,
    stamp,
    resumes,
    locationPrefix: `${folder}/${segmentPrefix(camera, stamp)}`,
    clock,
    listener: { fact: (fact) => journal.append(fact), changed: options.onChange, failed: options.onFailure },
  });
  return { run, journal };
}

/** Below the empty mount point of a disk that went away nobody would find the files again. Throws `recordings_disk_missing`. */
export async function requireDisk({ mountPoint }: Pick<RecordingSpec, 'mountPoint'>): Promise<void> {
  if (mountPoint === undefined || (await isMounted(mountPoint))) return;
  throw new TouchlineError({ kind: 'unavailable', code: 'recordings_disk_missing', message: `${mountPoint} is not mounted. Check the disk and its cable.` });
}

/** Finalises the files and writes the last entry. `forced`: the camera did not end by itself. */
export async function endRun(run: PipelineRun, journal: JournalWriter | null, eosTimeoutMs: number): Promise<{ readonly report: StopReport; readonly forced: boolean }> {
  const { forced, ...outcome } = await run.finish(eosTimeoutMs);
  const source = run.meter('source_meter');
  const report: StopReport = {
    runId: run.spec.runId,
    ...outcome,
    segment: run.segment,
    framesAtSource: source?.frames ?? 0,
    framesEncoded: run.meter('encoded_meter')?.frames ?? 0,
    framesInSegments: run.sink()?.frames ?? 0,
  };
  journal?.append({
    kind: 'run-ended',
    eosReceived: report.eosReceived,
    framesAtSource: report.framesAtSource,
    framesEncoded: report.framesEncoded,
    framesMissed: source?.missed ?? 0,
    framesInSegments: report.framesInSegments,
  });
  await journal?.flushed();
  return { report, forced };
}
