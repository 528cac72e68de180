import { useSignal } from '@preact/signals';
import type { CorrelationsBody } from '../../api/contract/diagnostics.js';
import { useRig } from '../rig/rig.js';
import { asRigError } from '../rig/rig-error.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Fact } from './section.js';

const LOOKBACK_MINUTES = 1440;
const SHOWN = 6;

type Answer = { readonly kind: 'none' | 'asking' } | { readonly kind: 'found'; readonly found: CorrelationsBody } | { readonly kind: 'failed'; readonly reason: string };

/** On request only: the rig reads its logs for it. */
export function CorrelationsSection() {
  const { technician } = useStrings();
  const { rest } = useRig();
  const words = technician.correlations;
  const answer = useSignal<Answer>({ kind: 'none' });
  const ask = async (): Promise<void> => {
    answer.value = { kind: 'asking' };
    answer.value = await rest.get<CorrelationsBody>(`/diagnostics/recording-correlations?lookback_minutes=${LOOKBACK_MINUTES}`).then(
      (found): Answer => ({ kind: 'found', found }),
      (error: unknown): Answer => ({ kind: 'failed', reason: asRigError(error).message }),
    );
  };
  const now = answer.value;
  return (
    <section class="tech-section" aria-label={words.title} data-testid="correlations">
      <header class="tech-head">
        <h2>{words.title}</h2>
      </header>
      <p class="tech-note">{words.explain}</p>
      <Button onClick={() => void ask()} disabled={now.kind === 'asking'}>
        {now.kind === 'asking' ? words.asking : words.ask}
      </Button>
      <div aria-live="polite">
        {now.kind === 'failed' ? <p class="verdict" data-tone="bad">{words.failed(now.reason)}</p> : null}
        {now.kind === 'found' ? <Found found={now.found} /> : null}
      </div>
    </section>
  );
}

function Found({ found }: { readonly found: CorrelationsBody }) {
  const { technician } = useStrings();
  const words = technician.correlations;
  const { counts, recent } = found;
  const lines = [...recent.recording_stop_timeouts, ...recent.probe_failures, ...recent.nvvic_errors].slice(-SHOWN);
  return (
    <>
      <dl class="facts">
        {(['nvvic_errors', 'recording_stop_timeouts', 'probe_failures', 'correlated_nvvic_events'] as const).map((name) => (
          <Fact key={name} label={words.counts[name]} tone={counts[name] > 0 ? 'warning' : undefined}>
            {counts[name]}
          </Fact>
        ))}
      </dl>
      {lines.length === 0 ? <p class="tech-note">{words.nothing}</p> : null}
      <ul class="found-lines">
        {lines.map(({ timestamp, line }) => (
          <li key={`${timestamp ?? ''}${line}`}>{line}</li>
        ))}
      </ul>
    </>
  );
}
