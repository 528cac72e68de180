import { useStrings } from '../strings/use-strings.js';
import type { Tone } from '../ui/card.js';
import { Icon, type IconName } from '../ui/icon.js';
import type { Integrity } from './integrity.js';

const LOOKS: Readonly<Record<Integrity, { readonly tone: Tone | 'recording'; readonly icon: IconName | null }>> = {
  recording: { tone: 'recording', icon: null },
  finishing: { tone: 'plain', icon: 'clock' },
  verified: { tone: 'good', icon: 'check' },
  gaps: { tone: 'warning', icon: 'gap' },
  damaged: { tone: 'bad', icon: 'alert' },
  unfinished: { tone: 'warning', icon: 'power' },
  torn: { tone: 'warning', icon: 'gap' },
  unchecked: { tone: 'plain', icon: 'question' },
  unknown: { tone: 'plain', icon: 'question' },
};

/** How the files of a match are: a sign and a word. */
export function IntegrityMark({ integrity }: { readonly integrity: Integrity }) {
  const { library } = useStrings();
  const { tone, icon } = LOOKS[integrity];
  return (
    <span class="integrity" data-tone={tone} data-integrity={integrity} title={library.integrityDetail[integrity]}>
      {icon === null ? <span class="integrity-dot" aria-hidden="true" /> : <Icon name={icon} />}
      <span>{library.integrity[integrity]}</span>
    </span>
  );
}
