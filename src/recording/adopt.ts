/**
 * What was going on before this daemon started. The hosts are asked first, because they are the ones that record; the
 * stored recording says what belongs together and what should be running but is not.
 */
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import type { HostState, RecordingSpec } from '../camera/protocol.js';
import { bootId, type Clock } from '../lib/clock.js';
import type { RecordingStore, StoredRecording } from './store.js';

/** A host that runs answers within milliseconds; one that has to be started first records nothing. */
const HOSTS_ANSWER_MS = 3000;

export interface Recovered {
  /** To be continued; null when nothing runs. */
  readonly running: StoredRecording | null;
  /** Was running in an earlier boot and does not any more. */
  readonly interrupted: StoredRecording | null;
}

export async function recover(context: {
  readonly cameras: readonly Camera[];
  readonly store: RecordingStore;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Recovered> {
  const { cameras, store, log } = context;
  const stored = await store.read();
  if (stored !== null && stored.bootId === bootId()) return { running: stored, interrupted: null };

  const states = await Promise.all(
    cameras.map(async (camera) => ((await camera.mayHavePast()) ? camera.ready(HOSTS_ANSWER_MS).catch(() => null) : null)),
  );
  const orphans = await orphanSpecs(cameras, states);
  if (orphans.length > 0) {
    log.warn({ cameras: orphans.map(({ camera }) => camera) }, 'hosts record a match that no state file tells of, adopting it');
    const running = storedFromHosts(orphans, states, context.clock);
    await store.write(running);
    return { running, interrupted: stored };
  }
  if (stored !== null) {
    log.error({ matchId: stored.matchId }, 'a recording was interrupted by a restart of the machine');
    await store.clear();
  }
  return { running: null, interrupted: stored };
}

interface Orphan {
  readonly camera: number;
  readonly spec: RecordingSpec;
}

/** Hosts of one match only: with two different ones, the newer counts and the other is let go. */
async function orphanSpecs(cameras: readonly Camera[], states: readonly (HostState | null)[]): Promise<Orphan[]> {
  const running: Orphan[] = [];
  for (const [index, camera] of cameras.entries()) {
    if (!goesOn(states[index])) continue;
    const spec = await camera.describe().catch(() => null);
    if (spec !== null) running.push({ camera: camera.id, spec });
  }
  const newest = running.reduce<Orphan | null>((best, orphan) => (best === null || orphan.spec.startedEpochMs > best.spec.startedEpochMs ? orphan : best), null);
  return running.filter((orphan) => orphan.spec.matchDir === newest?.spec.matchDir);
}

/** It records, or it died in mid-match and is about to go on: what was only prepared has no past life. */
function goesOn(state: HostState | null | undefined): boolean {
  return state?.phase === 'running' || (state?.phase === 'prepared' && (state.run?.resumes ?? 0) > 0);
}

function storedFromHosts(orphans: readonly Orphan[], states: readonly (HostState | null)[], clock: Clock): StoredRecording {
  const played = states.map((state) => state?.run?.playedMonoUs ?? null).filter((value) => value !== null);
  const spec = orphans[0]?.spec;
  return {
    v: 1,
    matchId: spec?.matchId ?? '',
    matchDir: spec?.matchDir ?? '',
    bootId: bootId(),
    startedMonoUs: played.length === 0 ? clock.monoUs() : Math.min(...played),
    startedEpochMs: spec?.startedEpochMs ?? clock.nowEpochMs(),
    processAfterRecording: false,
    requireAllCameras: true,
    stopping: false,
    cameras: orphans.map(({ camera, spec: own }) => ({ camera, spec: own })),
    failed: [],
  };
}
