import { batch, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { StartBody } from '../../api/contract/recording-start.js';
import type { StopBody } from '../../api/contract/recording-stop.js';
import type { Rig } from '../rig/rig.js';
import { asRigError } from '../rig/rig-error.js';
import { NO_TEAMS, type Teams } from './match-name.js';
import { type Outcome, outcomeOf, type StartFailure, startFailureOf } from './outcome.js';
import { USUAL_CAMERAS } from './view.js';

/** What came of the last recording; `elsewhere`: it ended, and not by a stop of this page; `no_space`: by the rig itself. */
export type Result = Outcome | { readonly kind: 'elsewhere'; readonly matchId: string | null } | { readonly kind: 'no_space'; readonly matchId: string | null };

/** What a person has chosen and asked for on this device. What the rig does is not in here. */
export interface KioskState {
  readonly teams: Signal<Teams>;
  /** A typed or scanned name; null = the proposed one. */
  readonly typedName: Signal<string | null>;
  readonly wantsPictures: Signal<boolean>;
  /** Cameras of which a picture was asked for and did not come. */
  readonly withoutPicture: Signal<ReadonlySet<number>>;
  /** What was sent to the rig and not answered yet. */
  readonly asked: ReadonlySignal<'start' | 'stop' | null>;
  readonly result: Signal<Result | null>;
  /** Why the last start came to nothing. */
  readonly startError: Signal<StartFailure | null>;
  readonly start: (matchId: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Code of the rig's answer when there is nothing to stop. */
const NOT_RECORDING = 'not_recording';

export function createKioskState({ socket, status, about }: Rig): KioskState {
  const asked = signal<'start' | 'stop' | null>(null);
  const result = signal<Result | null>(null);
  const startError = signal<StartFailure | null>(null);
  const typedName = signal<string | null>(null);

  const start = async (matchId: string): Promise<void> => {
    if (asked.value !== null) return;
    batch(() => {
      asked.value = 'start';
      startError.value = null;
      result.value = null;
    });
    try {
      const answer = (await socket.command('start_recording', { match_id: matchId })) as StartBody;
      startError.value = startFailureOf(answer, about.value?.cameras ?? USUAL_CAMERAS);
      if (answer.success) typedName.value = null;
    } catch (error) {
      startError.value = { message: asRigError(error).message, cameras: [] };
    } finally {
      asked.value = null;
    }
  };
  const stop = async (): Promise<void> => {
    if (asked.value !== null) return;
    asked.value = 'stop';
    const matchId = status.peek()?.value.recording.match_id ?? null;
    try {
      const answer = (await socket.command('stop_recording', {})) as StopBody;
      const outcome = outcomeOf(answer, about.value?.cameras ?? USUAL_CAMERAS);
      // Another stop, or the end of the daemon, was quicker.
      result.value = outcome.kind === 'refused' && outcome.code === NOT_RECORDING ? { kind: 'elsewhere', matchId } : outcome;
    } catch (error) {
      const { code, message } = asRigError(error);
      result.value = { kind: 'refused', code, message };
    } finally {
      asked.value = null;
    }
  };

  followRecordings(status, asked, result, startError);
  return { teams: signal(NO_TEAMS), typedName, wantsPictures: signal(true), withoutPicture: signal(new Set()), asked, result, startError, start, stop };
}

/** A result belongs to the recording before; one that begins takes it away, one that ends without this page leaves a word. */
function followRecordings(status: Rig['status'], asked: ReadonlySignal<unknown>, result: Signal<Result | null>, startError: Signal<StartFailure | null>): void {
  let running: string | null = null;
  effect(() => {
    const recording = status.value?.value.recording;
    // Nothing is known now, which is no end.
    if (recording === undefined) return;
    if (recording.recording) {
      const isNew = running !== recording.match_id;
      running = recording.match_id ?? '';
      if (isNew) {
        result.value = null;
        startError.value = null;
      }
      return;
    }
    if (running === null || recording.phase !== 'idle') return;
    // The answer to this page's own stop tells more, and comes about now.
    if (asked.peek() === null && result.peek() === null) result.value = { kind: recording.last_stop?.reason === 'no_space' && recording.last_stop.match_id === running ? 'no_space' : 'elsewhere', matchId: running };
    running = null;
  });
}

export const KioskContext = createContext<KioskState | null>(null);

export function useKiosk(): KioskState {
  const state = useContext(KioskContext);
  if (state === null) throw new Error('there is no kiosk state around this component');
  return state;
}
