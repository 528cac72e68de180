import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { useKiosk } from './kiosk-state.js';
import { checkMatchName } from './match-name.js';
import { TeamDialog, type Side } from './team-dialog.js';

/** What the match will be called: proposed, chosen from the teams of the place, typed, or scanned. */
export function MatchNameCard({ name, isBusy }: { readonly name: string; readonly isBusy: boolean }) {
  const { kiosk } = useStrings();
  const { about } = useRig();
  const { teams, typedName } = useKiosk();
  const isTyping = useSignal(false);
  const side = useSignal<Side | null>(null);
  const names = about.value?.match_teams ?? [];
  const exists = useExisting(name);
  if (isTyping.value) return <NameInput onDone={() => (isTyping.value = false)} />;
  return (
    <section class="match" data-busy={isBusy || undefined}>
      <header class="match-head">
        <h2>{kiosk.name.label}</h2>
        {typedName.value === null ? null : (
          <Button look="quiet" disabled={isBusy} onClick={() => (typedName.value = null)}>
            {kiosk.name.back}
          </Button>
        )}
        <Button look="quiet" icon="scan" disabled={isBusy} onClick={() => (isTyping.value = true)}>
          {kiosk.name.type}
        </Button>
      </header>
      <p class="match-name" data-testid="match-name">
        {name}
      </p>
      {exists ? (
        <p class="match-exists">
          <Icon name="film" />
          {kiosk.name.goesOn}
        </p>
      ) : null}
      {names.length === 0 || typedName.value !== null ? null : (
        <div class="match-teams">
          <TeamSlot label={kiosk.name.home} team={teams.value.home} disabled={isBusy} onPick={() => (side.value = 'home')} />
          <Button look="quiet" icon="swap" iconOnly disabled={isBusy} onClick={() => (teams.value = { home: teams.value.away, away: teams.value.home })}>
            {kiosk.name.swap}
          </Button>
          <TeamSlot label={kiosk.name.away} team={teams.value.away} disabled={isBusy} onPick={() => (side.value = 'away')} />
        </div>
      )}
      <TeamDialog side={side} names={names} />
    </section>
  );
}

interface TeamSlotProps {
  readonly label: string;
  readonly team: string | null;
  readonly disabled: boolean;
  readonly onPick: () => void;
}

function TeamSlot({ label, team, disabled, onPick }: TeamSlotProps) {
  const { kiosk } = useStrings();
  return (
    <button type="button" class="team-slot" data-empty={team === null || undefined} disabled={disabled} onClick={onPick}>
      <span class="team-slot-label">{label}</span>
      <span class="team-slot-name">{team ?? kiosk.name.choose}</span>
    </button>
  );
}

/** For a keyboard or a scanner, which types and ends with Enter. */
function NameInput({ onDone }: { readonly onDone: () => void }) {
  const { app, kiosk } = useStrings();
  const { typedName } = useKiosk();
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal(typedName.value ?? '');
  const wasTried = useSignal(false);
  useEffect(() => input.current?.focus(), []);
  const checked = checkMatchName(text.value);
  const problem = wasTried.value && 'problem' in checked ? kiosk.name.problems[checked.problem] : null;
  const take = (): void => {
    wasTried.value = true;
    if (!('name' in checked)) return;
    typedName.value = checked.name;
    onDone();
  };
  return (
    <section class="match" onKeyDown={(event) => (event.key === 'Escape' ? onDone() : undefined)}>
      <label class="match-typed">
        <span class="match-label">{kiosk.name.typed}</span>
        <input
          ref={input}
          value={text}
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="done"
          aria-invalid={problem !== null}
          aria-describedby="match-typed-help"
          onInput={(event) => (text.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            // The same key must not press what has the focus next.
            event.preventDefault();
            take();
          }}
        />
      </label>
      <p id="match-typed-help" class="match-help" data-problem={problem !== null || undefined} aria-live="polite">
        {problem ?? kiosk.name.hint}
      </p>
      <div class="match-typed-actions">
        <Button onClick={onDone}>{app.dialog.cancel}</Button>
        <Button look="primary" icon="check" onClick={take}>
          {kiosk.name.take}
        </Button>
      </div>
    </section>
  );
}

/** What matters here of GET /recordings: its keys. */
interface RecordingNames {
  readonly recordings: Readonly<Record<string, unknown>>;
}

/** Whether there is a match of this name already; no answer counts as no. */
function useExisting(name: string): boolean {
  const { rest, connection } = useRig();
  const [names, setNames] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const left = new AbortController();
    // Asked again whenever this card appears: at each connection, and after each recording.
    rest.get<RecordingNames>('/recordings', { signal: left.signal }).then(
      ({ recordings }) => setNames(new Set(Object.keys(recordings))),
      () => undefined,
    );
    return () => left.abort();
  }, [connection.value]);
  return names.has(name);
}
