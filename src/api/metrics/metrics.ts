import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RouteFacts } from '../http/route.js';
import { CONTRACT_PATHS } from './endpoints.js';
import { LAG, REQUEST_SECONDS, REQUESTS, SEGMENT_SECONDS, SEGMENTS_CLOSED } from './event-series.js';
import { SERIES, type Series } from './series.js';
import { type MetricsSources, type Snapshot, takeSnapshot } from './snapshot.js';

export type { MetricsSources };

/** The figures of one HTTP application (contract 3.1). */
export interface HttpMetrics {
  /** A request has reached this operation. */
  asked(route: RouteFacts): void;
  /** Its answer is over, whether it was read to the end or not. */
  answered(route: RouteFacts, status: number, durationMs: number): void;
  /** All series in the text format of Prometheus, with the state of this moment. */
  text(): Promise<string>;
}

/** How often the event loop is looked at. Ten times a second costs 0.06 % of a core, a hundred times 0.35 %. */
const LAG_INTERVAL_MS = 100;

/** Registers every series with a registry of its own, so that two applications in one process share nothing. */
export function createMetrics(sources: MetricsSources): HttpMetrics {
  const registry = new Registry();
  const requests = new Counter(optionsOf(REQUESTS, registry));
  const durations = new Histogram({ ...optionsOf(REQUEST_SECONDS, registry), buckets: [...REQUEST_SECONDS.buckets] });
  registerSegments(sources, registry);
  registerLag(registry);
  const writers = SERIES.map((series) => writerOf(series, registry));
  return {
    asked: ({ path, method }) => {
      const endpoint = CONTRACT_PATHS.get(path);
      if (endpoint !== undefined) requests.inc({ endpoint, method });
    },
    answered: ({ name, method }, status, durationMs) =>
      durations.observe({ endpoint: name, method, status: `${Math.floor(status / 100)}xx` }, durationMs / 1000),
    text: async () => {
      const snapshot = await takeSnapshot(sources);
      for (const write of writers) write(snapshot);
      return registry.metrics();
    },
  };
}

interface Named<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

function optionsOf<L extends string>({ name, help, labels = [] }: Named<L>, registry: Registry) {
  return { name, help, labelNames: labels, registers: [registry] };
}

/** Shows what the series says of a snapshot and nothing else: what is unknown has no figure, not even 0. */
function writerOf(series: Series, registry: Registry): (snapshot: Snapshot) => void {
  const options = optionsOf<string>(series, registry);
  const [metric, put] = series.type === 'gauge' ? settable(new Gauge(options)) : countable(new Counter(options));
  return (snapshot) => {
    const samples = series.read(snapshot);
    metric.reset();
    if (samples.length === 0 && series.labels === undefined) metric.remove();
    for (const { labels = {}, value } of samples) put(labels, value);
  };
}

type Put = (labels: Readonly<Record<string, string>>, value: number) => void;

const settable = (gauge: Gauge): [Gauge, Put] => [gauge, (labels, value) => gauge.set(labels, value)];
const countable = (counter: Counter): [Counter, Put] => [counter, (labels, value) => counter.inc(labels, value)];

function registerSegments({ recording }: MetricsSources, registry: Registry): void {
  const closed = new Counter(optionsOf(SEGMENTS_CLOSED, registry));
  const duration = new Histogram({ ...optionsOf(SEGMENT_SECONDS, registry), buckets: [...SEGMENT_SECONDS.buckets] });
  recording.events.on('segment', ({ camera, durationMs, finalised }) => {
    closed.inc({ camera: String(camera), finalised: String(finalised) });
    duration.observe({ camera: String(camera) }, durationMs / 1000);
  });
}

function registerLag(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: LAG_INTERVAL_MS });
  delay.enable();
  new Gauge({
    ...optionsOf(LAG, registry),
    collect() {
      // What is measured is the time between two looks.
      this.set(Math.max(0, delay.max / 1e9 - LAG_INTERVAL_MS / 1000));
      delay.reset();
    },
  });
}
