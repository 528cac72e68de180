import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { MarkAddedBody, MarkBody, MarkRemovedBody } from '../../api/contract/marks.js';
import { matchPath } from '../library/addresses.js';
import type { RestClient } from '../rig/rest.js';
import type { Rig } from '../rig/rig.js';
import { asRigError } from '../rig/rig-error.js';
import type { MarkKind } from './kinds.js';
import { followMatch, type LiveMatch } from './live-match.js';
import { newMarkId } from './mark-id.js';
import { ANSWER_MS, mayBeRepeated } from './repeat.js';

/** A moment that somebody tapped, and what has become of it. */
export interface TappedMark {
  readonly key: number;
  readonly matchId: string;
  readonly kind: MarkKind;
  /** When, on the page's monotonic clock. */
  readonly tappedMs: number;
  /** Where in the match that was; null as long as nothing tells. */
  readonly matchSeconds: number | null;
  /** `kept`: the rig did not answer, and it is sent again. */
  readonly state: 'sending' | 'stored' | 'kept' | 'refused';
  readonly mark: MarkBody | null;
  /** Why it was refused, in the words of the rig. */
  readonly reason: string | null;
  /** Under which the rig stores it, however often it is sent. */
  readonly markId: string;
}

/** The marks that this page has set while a match is recorded. They outlive the component that shows them. */
export interface MarkStore {
  readonly live: LiveMatch;
  readonly tapped: ReadonlySignal<readonly TappedMark[]>;
  /** Stores the moment of the tap. @param tappedMs `performance.now()` then */
  readonly tap: (matchId: string, kind: MarkKind, tappedMs: number) => void;
  /** Gives a stored mark a text. Rejects with RigError. */
  readonly describe: (key: number, text: string) => Promise<void>;
  /** Removes a stored mark again. Rejects with RigError. */
  readonly undo: (key: number) => Promise<void>;
  /** Shows it no more. One that is kept is thus given up. */
  readonly forget: (key: number) => void;
}

const REPEAT_MS = 3000;

export function createMarkStore(rig: Rig): MarkStore {
  const { rest, connection } = rig;
  const live = followMatch(rig);
  const tapped = signal<readonly TappedMark[]>([]);
  const underWay = new Set<number>();
  let made = 0;

  const find = (key: number): TappedMark | undefined => tapped.peek().find((each) => each.key === key);
  const change = (key: number, changes: Partial<TappedMark>): void => {
    tapped.value = tapped.peek().map((each) => (each.key === key ? { ...each, ...changes } : each));
  };
  const forget = (key: number): void => {
    tapped.value = tapped.peek().filter((each) => each.key !== key);
  };

  const send = async (key: number): Promise<void> => {
    const before = find(key);
    if (before === undefined || underWay.has(key)) return;
    underWay.add(key);
    const { matchId, markId, kind } = before;
    const matchSeconds = before.matchSeconds ?? live.secondsAt(matchId, before.tappedMs);
    change(key, { matchSeconds });
    try {
      const mark = await putMark(rest, matchId, { id: markId, kind, text: null, matchSeconds });
      change(key, { state: 'stored', mark, matchSeconds: mark.match_seconds });
    } catch (thrown) {
      const error = asRigError(thrown);
      if (mayBeRepeated(error)) change(key, { state: 'kept' });
      else change(key, { state: 'refused', reason: error.message });
    } finally {
      underWay.delete(key);
    }
  };

  const repeat = (): void => {
    if (connection.peek() !== 'live') return;
    for (const { key, state } of tapped.peek()) if (state === 'kept') void send(key);
  };
  effect(() => {
    if (connection.value === 'live') repeat();
  });
  setInterval(repeat, REPEAT_MS);

  return {
    live,
    tapped,
    forget,
    tap: (matchId, kind, tappedMs) => {
      const key = (made += 1);
      tapped.value = [...tapped.peek().filter(isOpen), { key, matchId, kind, tappedMs, matchSeconds: null, state: 'sending', mark: null, reason: null, markId: newMarkId() }];
      void send(key);
    },
    describe: async (key, text) => {
      const { matchId, mark } = find(key) ?? {};
      if (matchId === undefined || mark === null || mark === undefined) return;
      change(key, { mark: await putMark(rest, matchId, { id: mark.id, kind: mark.kind, text, matchSeconds: mark.match_seconds }) });
    },
    undo: async (key) => {
      const { matchId, mark } = find(key) ?? {};
      if (matchId !== undefined && mark !== null && mark !== undefined) await removeMark(rest, matchId, mark.id);
      forget(key);
    },
  };
}

/** Whether somebody may still want something of it, although there is a newer one. */
function isOpen({ state, mark, kind }: TappedMark): boolean {
  return state !== 'stored' || (kind === 'note' && mark?.text === null);
}

export interface WantedMark {
  readonly id: string;
  readonly kind: MarkKind;
  readonly text: string | null;
  /** Null: when the rig receives it. */
  readonly matchSeconds: number | null;
}

/** Stores it once, however often it is called for the same id. */
export async function putMark(rest: RestClient, matchId: string, { id, kind, text, matchSeconds }: WantedMark): Promise<MarkBody> {
  const { mark } = await rest.put<MarkAddedBody>(matchPath(matchId, `/marks/${id}`), { kind, text, match_seconds: matchSeconds }, { timeoutMs: ANSWER_MS });
  return mark;
}

/** One that is gone already counts as removed: the answer to the first attempt may have been lost. */
export async function removeMark(rest: RestClient, matchId: string, markId: string): Promise<void> {
  try {
    await rest.delete<MarkRemovedBody>(matchPath(matchId, `/marks/${encodeURIComponent(markId)}`));
  } catch (thrown) {
    if (asRigError(thrown).code !== 'mark_not_found') throw thrown;
  }
}

export const MarkStoreContext = createContext<MarkStore | null>(null);

export function useMarkStore(): MarkStore {
  const store = useContext(MarkStoreContext);
  if (store === null) throw new Error('there is no store of marks around this component');
  return store;
}
