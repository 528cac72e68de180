import { useComputed, useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { hrefOf } from '../app/routes.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { Icon } from '../ui/icon.js';
import { type MatchInList, type Page, pageOf, searched } from './match-list.js';
import { MatchRow } from './match-row.js';
import { useMatches } from './use-matches.js';
import { useRecords } from './use-records.js';

/** Every match on the rig, a page at a time. */
export function MatchListPage() {
  const { library } = useStrings();
  const { list, error, refresh } = useMatches();
  const words = useSignal('');
  const wanted = useSignal(0);
  const found = useComputed(() => (list.value === null ? null : searched(list.value, words.value)));
  const all = list.value;
  return (
    <div class="sheet library">
      <header class="library-head">
        <div>
          <h1>{library.title}</h1>
          {all === null || all.length === 0 ? null : (
            <p class="library-count" data-testid="library-count">
              {library.count(all.length, all.reduce((sum, { sizeMb }) => sum + sizeMb, 0))}
            </p>
          )}
        </div>
        {all === null || all.length === 0 ? null : (
          <SearchField
            words={words.value}
            onInput={(typed) => {
              words.value = typed;
              wanted.value = 0;
            }}
          />
        )}
      </header>
      {error.value === null ? null : (
        <Card tone="bad" icon="alert" title={library.failed}>
          <p>{error.value.message}</p>
          <div class="card-actions">
            <Button onClick={refresh}>{library.again}</Button>
          </div>
        </Card>
      )}
      {all === null && error.value === null ? (
        <p class="library-note" aria-busy="true">
          <span class="spinner" aria-hidden="true" />
          {library.loading}
        </p>
      ) : null}
      {all?.length === 0 ? <NoMatches /> : null}
      {found.value === null || all === null || all.length === 0 ? null : (
        <Rows found={found.value} words={words.value} wanted={wanted.value} onPage={(index) => (wanted.value = index)} />
      )}
    </div>
  );
}

interface RowsProps {
  readonly found: readonly MatchInList[];
  readonly words: string;
  readonly wanted: number;
  readonly onPage: (index: number) => void;
}

function Rows({ found, words, wanted, onPage }: RowsProps) {
  const { library } = useStrings();
  const { status } = useRig();
  const top = useRef<HTMLDivElement>(null);
  const page = useMemo(() => pageOf(found, wanted), [found, wanted]);
  const records = useRecords(page.rows);
  const recording = status.value?.value.recording;
  const turn = (index: number): void => {
    onPage(index);
    top.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div ref={top} class="library-rows">
      <p class="unseen" role="status">
        {words.trim() === '' ? '' : library.found(found.length)}
      </p>
      {found.length === 0 ? <p class="library-note">{library.noneFound(words.trim())}</p> : null}
      <ul class="match-rows" data-testid="match-rows">
        {page.rows.map((match) => (
          <MatchRow key={match.matchId} match={match} record={records.value.get(match.matchId)} recording={recording} />
        ))}
      </ul>
      {page.count > 1 ? <Pages page={page} total={found.length} onPage={turn} /> : null}
    </div>
  );
}

function Pages({ page, total, onPage }: { readonly page: Page<MatchInList>; readonly total: number; readonly onPage: (index: number) => void }) {
  const { library } = useStrings();
  return (
    <nav class="library-pages" aria-label={library.pages}>
      <Button icon="arrowLeft" iconOnly title={library.previous} disabled={page.index === 0} onClick={() => onPage(page.index - 1)}>
        {library.previous}
      </Button>
      <span aria-live="polite">{library.range(page.first, page.last, total)}</span>
      <Button icon="arrowRight" iconOnly title={library.next} disabled={page.index === page.count - 1} onClick={() => onPage(page.index + 1)}>
        {library.next}
      </Button>
    </nav>
  );
}

function SearchField({ words, onInput }: { readonly words: string; readonly onInput: (words: string) => void }) {
  const { library } = useStrings();
  return (
    <div class="library-search" role="search">
      <Icon name="search" />
      <input class="text-input" type="text" inputMode="search" aria-label={library.search} placeholder={library.search} autocomplete="off" spellcheck={false} value={words} onInput={(event) => onInput(event.currentTarget.value)} />
      {words === '' ? null : (
        <Button look="quiet" icon="close" iconOnly onClick={() => onInput('')}>
          {library.clear}
        </Button>
      )}
    </div>
  );
}

function NoMatches() {
  const { library } = useStrings();
  return (
    <div class="library-empty" data-testid="library-empty">
      <Icon name="film" />
      <h2>{library.empty}</h2>
      <p>{library.emptyDetail}</p>
      <a class="button" href={hrefOf({ page: 'kiosk' })}>
        {library.toRecord}
      </a>
    </div>
  );
}
