import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RestClient } from '../rig/rest.js';
import { useRig } from '../rig/rig.js';
import { asRigError } from '../rig/rig-error.js';
import { filePath } from './addresses.js';
import { type MatchRecord, readMatchRecord } from './match-file.js';
import type { MatchInList } from './match-list.js';

/** `match.json` by match; null where there is none. What is not in here is not known yet. */
export type Records = ReadonlyMap<string, MatchRecord | null>;

/** So few requests at a time leave room for what somebody clicks meanwhile. */
const AT_A_TIME = 4;
const NOT_FOUND = 404;

interface Read {
  readonly version: string;
  readonly record: MatchRecord | null;
}

/** What the matches that are shown say about themselves. Read for these only, and again when something about them has changed. */
export function useRecords(rows: readonly MatchInList[]): ReadonlySignal<Records> {
  const { rest } = useRig();
  const records = useSignal<Records>(new Map());
  const read = useRef(new Map<string, Read>());
  const wanted = rows.map(({ matchId, version }) => `${matchId} ${version}`).join('\n');
  useEffect(() => {
    const ended = new AbortController();
    const open = rows.filter(({ matchId, version }) => read.current.get(matchId)?.version !== version);
    const work = async (): Promise<void> => {
      for (let row = open.shift(); row !== undefined && !ended.signal.aborted; row = open.shift()) {
        const record = await readRecord(rest, row.matchId, ended.signal);
        if (ended.signal.aborted || record === undefined) continue;
        read.current.set(row.matchId, { version: record === null || record.state === 'finished' ? row.version : '', record });
        records.value = new Map([...read.current].map(([matchId, each]) => [matchId, each.record]));
      }
    };
    for (let worker = 0; worker < AT_A_TIME; worker += 1) void work();
    return () => ended.abort();
  }, [wanted, rows]);
  return records;
}

/** Null when there is none; undefined when it cannot be told now. */
export async function readRecord(rest: RestClient, matchId: string, signal: AbortSignal): Promise<MatchRecord | null | undefined> {
  try {
    return readMatchRecord(await rest.get<unknown>(filePath(matchId, 'match.json'), { signal }));
  } catch (thrown) {
    return asRigError(thrown).status === NOT_FOUND ? null : undefined;
  }
}
