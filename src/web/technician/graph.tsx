import { useStrings } from '../strings/use-strings.js';
import { pathOf, rangeOf, roundAbove, type Sample, WINDOW_MS } from './series.js';

export interface GraphProps {
  readonly label: string;
  readonly samples: readonly Sample[];
  readonly format: (value: number) => string;
  /** The scale reaches at least so far. */
  readonly atLeast: number;
  /** Between two samples in the usual course; more than two and a half of it is a gap. */
  readonly intervalMs: number;
  /** Drawn as a line across: what is worth looking at lies beyond it. */
  readonly limit?: number;
}

const WIDTH = 300;
const HEIGHT = 56;
const GAPS = 2.5;

/** The last minutes of one meter, with the scale in words beside it. The right edge is now, also while nothing is heard. */
export function Graph({ label, samples, format, atLeast, intervalMs, limit }: GraphProps) {
  const { technician } = useStrings();
  const nowMs = performance.now();
  const shown = samples.filter(({ atMs }) => atMs >= nowMs - WINDOW_MS);
  const range = rangeOf(shown);
  const top = roundAbove(Math.max(atLeast, range?.most ?? 0));
  const words = range === null ? technician.graph.empty : technician.graph.range(format(range.least), format(range.most));
  const line = pathOf(shown, { nowMs, windowMs: WINDOW_MS, top, width: WIDTH, height: HEIGHT, gapMs: GAPS * intervalMs });
  return (
    <figure class="graph">
      <figcaption>
        <span>{label}</span>
        <span class="graph-range">{words}</span>
      </figcaption>
      <div class="graph-field">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={technician.graph.spoken(label, words)}>
          <path class="graph-minutes" d={MINUTES} />
          {limit === undefined || limit > top ? null : <path class="graph-limit" d={`M0 ${HEIGHT * (1 - limit / top)}H${WIDTH}`} />}
          <path class="graph-line" d={line} />
        </svg>
        <span class="graph-top" aria-hidden="true">
          {format(top)}
        </span>
      </div>
    </figure>
  );
}

/** A line per minute. */
const MINUTES = Array.from({ length: WINDOW_MS / 60_000 - 1 }, (_, index) => `M${((index + 1) * WIDTH * 60_000) / WINDOW_MS} 0V${HEIGHT}`).join('');
