import { useEffect } from 'preact/hooks';
import { hrefOf } from '../app/routes.js';
import type { Strings } from '../strings/en.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { useAnnouncer } from '../ui/toast.js';
import { type Result, useKiosk } from './kiosk-state.js';

type Ended = Exclude<Result, { readonly kind: 'refused' }>;

/** What came of the recording that has just ended, until somebody has seen it. */
export function ResultCard() {
  const { kiosk } = useStrings();
  const { result } = useKiosk();
  const { say } = useAnnouncer();
  const now = result.value;
  const ended = now === null || now.kind === 'refused' ? null : now;
  const words = ended === null ? null : wordsOf(ended, kiosk);
  useEffect(() => {
    if (words !== null) say([words.title, ...words.lines].join(' '));
  }, [words?.title]);
  if (ended === null || words === null) return null;
  return (
    <section class="result" data-tone={words.tone} data-testid="result">
      <Icon name={words.tone === 'good' ? 'check' : words.tone === 'plain' ? 'flag' : 'alert'} />
      <div class="result-words">
        <h2>{words.title}</h2>
        {ended.matchId === null ? null : <p class="result-match">{ended.matchId}</p>}
        {words.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <div class="result-actions">
        {ended.matchId === null ? null : (
          <a class="button" href={hrefOf({ page: 'library', matchId: ended.matchId })}>
            {kiosk.result.open}
          </a>
        )}
        <Button onClick={() => (result.value = null)}>{kiosk.result.dismiss}</Button>
      </div>
    </section>
  );
}

interface Words {
  readonly tone: 'good' | 'warning' | 'bad' | 'plain';
  readonly title: string;
  readonly lines: readonly string[];
}

function wordsOf(ended: Ended, { result }: Strings['kiosk']): Words {
  if (ended.kind === 'no_space') return { tone: 'bad', title: result.noSpace, lines: [result.elsewhereDetail] };
  if (ended.kind === 'elsewhere') return { tone: 'plain', title: result.elsewhere, lines: [result.elsewhereDetail] };
  const remarkable = ended.cameras.filter(({ state, gaps }) => state !== 'verified' || gaps !== null).map(result.camera);
  if (ended.kind === 'damaged') return { tone: 'bad', title: result.damaged, lines: remarkable.length === 0 ? [ended.message] : remarkable };
  const hasGaps = ended.cameras.some(({ gaps }) => gaps !== null);
  const title = `${result.saved} ${!ended.verified ? result.unchecked : hasGaps ? result.gaps : result.verified(ended.cameras.length)}`;
  return { tone: ended.verified && remarkable.length === 0 ? 'good' : 'warning', title, lines: remarkable };
}
