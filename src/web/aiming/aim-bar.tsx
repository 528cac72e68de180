import './aiming.css';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon, type IconName } from '../ui/icon.js';
import { type Aid, AIDS } from './aids.js';
import type { Aim } from './aim.js';
import { CompareDialog } from './compare-dialog.js';
import { OverlapWidth } from './overlap-width.js';

const ICONS: Readonly<Record<Aid, IconName>> = { grid: 'grid', loupe: 'loupe', overlap: 'overlap', brightness: 'sun' };

/** Which aids are in use, and what they have to say; nothing while nobody aims. */
export function AimBar({ aim }: { readonly aim: Aim }) {
  const { aiming } = useStrings();
  if (!aim.isOpen.value) return null;
  const aids = aim.aids.value;
  return (
    <section class="aim-bar" aria-label={aiming.title} data-testid="aim-bar">
      <div class="aim-tools" role="group" aria-label={aiming.title}>
        {AIDS.map((aid) => (
          <button key={aid} type="button" class="aim-tool" aria-pressed={aids.has(aid)} onClick={() => aim.toggle(aid)}>
            <Icon name={ICONS[aid]} />
            <span>{aiming.aids[aid]}</span>
          </button>
        ))}
        <Button look="quiet" icon="check" onClick={aim.close}>
          {aiming.done}
        </Button>
      </div>
      {aids.has('overlap') ? (
        <div class="aim-settings">
          <OverlapWidth aim={aim} />
          <Button icon="swap" onClick={() => (aim.isComparing.value = true)}>
            {aiming.compare.open}
          </Button>
        </div>
      ) : null}
      {aids.has('brightness') ? <Verdicts aim={aim} /> : null}
      <CompareDialog aim={aim} />
    </section>
  );
}

function Verdicts({ aim }: { readonly aim: Aim }) {
  const { aiming } = useStrings();
  return (
    <ul class="aim-verdicts" aria-live="polite" data-testid="verdicts">
      {[...aim.measured.value].sort(([a], [b]) => a - b).map(([camera, { verdict }]) => (
        <li key={camera} data-tone={verdict.kind === 'good' ? 'good' : 'warning'}>
          <Icon name={verdict.kind === 'good' ? 'check' : 'alert'} />
          <span>{aiming.brightness.verdict(camera, verdict)}</span>
        </li>
      ))}
    </ul>
  );
}
