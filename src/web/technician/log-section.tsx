import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { LogsBody } from '../../api/contract/diagnostics.js';
import { usePolled } from '../rig/use-polled.js';
import { useStrings } from '../strings/use-strings.js';
import { Choice } from './choice.js';
import { clockTime } from './format.js';
import { filterLog, type LogLine, parseLog } from './log-lines.js';

type LogType = 'alerts' | 'watchdog' | 'health';

const LINES = 300;
const POLL_MS = 2000;
/** So close to the end counts as at the end. */
const END_PIXELS = 24;

/** The newest lines of one of the rig's logs, newest last. */
export function LogSection() {
  const { technician } = useStrings();
  const words = technician.log;
  const type = useSignal<LogType>('watchdog');
  const text = useSignal('');
  const problemsOnly = useSignal(false);
  const follows = useSignal(true);
  return (
    <section class="tech-section tech-wide" aria-label={words.title} data-testid="log">
      <header class="tech-head">
        <h2>{words.title}</h2>
      </header>
      <div class="log-tools">
        <Choice label={words.which} options={words.types} value={type.value} onChange={(chosen) => (type.value = chosen)} />
        <label class="log-filter">
          <span>{words.filter}</span>
          <input type="search" placeholder={words.filterHint} value={text.value} onInput={({ currentTarget }) => (text.value = currentTarget.value)} autocomplete="off" spellcheck={false} />
        </label>
        <Switch label={words.problemsOnly} isOn={problemsOnly.value} onChange={(isOn) => (problemsOnly.value = isOn)} />
        <Switch label={words.follow} title={words.following} isOn={follows.value} onChange={(isOn) => (follows.value = isOn)} />
      </div>
      <Lines key={type.value} type={type.value} text={text.value} problemsOnly={problemsOnly.value} follows={follows.value} onFollows={(isOn) => (follows.value = isOn)} />
    </section>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly title?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function Switch({ label, title, isOn, onChange }: SwitchProps) {
  return (
    <label class="switch" title={title}>
      <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface LinesProps {
  readonly type: LogType;
  readonly text: string;
  readonly problemsOnly: boolean;
  readonly follows: boolean;
  readonly onFollows: (isOn: boolean) => void;
}

function Lines({ type, text, problemsOnly, follows, onFollows }: LinesProps) {
  const { technician } = useStrings();
  const words = technician.log;
  const box = useRef<HTMLDivElement>(null);
  const polled = usePolled((rest, signal) => rest.get<LogsBody>(`/logs/${type}?lines=${LINES}`, { signal }), POLL_MS);
  const { value, error } = polled.value;
  // While the rig is not heard, what was read stays: it is a log, and true for its time.
  const kept = useRef<LogsBody | null>(null);
  if (value !== null) kept.current = value;
  const all = useMemo(() => (kept.current === null ? null : parseLog(kept.current.lines)), [kept.current]);
  const shown = useMemo(() => (all === null ? [] : filterLog(all, { text, problemsOnly })), [all, text, problemsOnly]);
  const newest = shown.at(-1)?.key;
  useEffect(() => {
    if (follows && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [newest, follows, text, problemsOnly]);
  const scrolled = (): void => {
    if (box.current === null) return;
    const isAtEnd = box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight <= END_PIXELS;
    if (isAtEnd !== follows) onFollows(isAtEnd);
  };
  return (
    <>
      <div ref={box} class="log-lines" role="log" aria-live="off" aria-label={words.types[type]} tabIndex={0} onScroll={scrolled} data-testid="log-lines">
        {all === null && error === null ? <p class="tech-waiting">{technician.stale.waiting}</p> : null}
        {all?.length === 0 ? <p class="tech-waiting">{words.none}</p> : null}
        {all !== null && all.length > 0 && shown.length === 0 ? <p class="tech-waiting">{words.noMatch}</p> : null}
        {shown.map((line) => (
          <Line key={line.key} line={line} />
        ))}
      </div>
      <p class="log-foot" data-tone={error === null ? undefined : 'bad'}>
        {error === null ? words.count(shown.length, all?.length ?? 0) : words.failed(error.message)}
      </p>
    </>
  );
}

function Line({ line }: { readonly line: LogLine }) {
  const { technician } = useStrings();
  const words = technician.log;
  const { content } = line;
  return (
    <p class="log-line" data-level={line.level}>
      <time dateTime={line.epochMs === null ? undefined : new Date(line.epochMs).toISOString()}>{line.epochMs === null ? words.noTime : clockTime(line.epochMs, Date.now())}</time>
      <span class="log-level">{words.levels[line.level]}</span>
      <span class="log-words">
        {content.kind === 'event' ? content.message : content.kind === 'health' ? words.health(content.facts) : line.raw}
        {content.kind === 'event' ? (
          <span class="log-details">
            {content.type}
            {content.details.map(([name, value]) => (
              <span key={name}>
                {' '}
                <b>{name}=</b>
                {value}
              </span>
            ))}
          </span>
        ) : null}
      </span>
    </p>
  );
}
