import type { Signal } from '@preact/signals';
import { useStrings } from '../strings/use-strings.js';
import { Dialog } from '../ui/dialog.js';
import { useKiosk } from './kiosk-state.js';

export type Side = 'home' | 'away';

/** The teams of the place as buttons; after the home team it asks for the other one. */
export function TeamDialog({ side, names }: { readonly side: Signal<Side | null>; readonly names: readonly string[] }) {
  const { kiosk } = useStrings();
  const { teams } = useKiosk();
  const now = side.value;
  const pick = (team: string | null): void => {
    if (now === null) return;
    const next = { ...teams.value, [now]: team };
    teams.value = next;
    side.value = now === 'home' && team !== null && next.away === null ? 'away' : null;
  };
  const chosen = now === null ? null : teams.value[now];
  const taken = now === null ? null : teams.value[now === 'home' ? 'away' : 'home'];
  return (
    <Dialog open={now !== null} title={now === 'away' ? kiosk.name.away : kiosk.name.home} onClose={() => (side.value = null)}>
      <div class="teams">
        {names
          .filter((team) => team !== taken)
          .map((team) => (
            <button key={team} type="button" class="team" aria-pressed={team === chosen} onClick={() => pick(team)}>
              {team}
            </button>
          ))}
        <button type="button" class="team" data-none aria-pressed={chosen === null} onClick={() => pick(null)}>
          {kiosk.name.none}
        </button>
      </div>
    </Dialog>
  );
}
