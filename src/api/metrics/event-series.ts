import type { DocumentedSeries } from './page.js';
import { SERIES } from './series.js';

/** The figures that add up as things happen, as data. */

export const REQUESTS = {
  name: 'footballvision_api_requests_total',
  type: 'counter',
  help: 'Requests by operation, without panorama and development',
  labels: ['endpoint', 'method'],
} as const;

export const REQUEST_SECONDS = {
  name: 'touchline_http_request_duration_seconds',
  type: 'histogram',
  help: 'From the headers of a request to the end of its answer, by operation and class of status (`2xx`, `4xx`, ...)',
  labels: ['endpoint', 'method', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
} as const;

export const SEGMENTS_CLOSED = {
  name: 'touchline_segments_closed_total',
  type: 'counter',
  help: 'Files of recordings that were closed since the daemon started',
  labels: ['camera', 'finalised'],
} as const;

export const SEGMENT_SECONDS = {
  name: 'touchline_segment_duration_seconds',
  type: 'histogram',
  help: 'Duration of the files that were closed since the daemon started',
  labels: ['camera'],
  buckets: [1, 5, 10, 30, 60, 120, 300, 605, 900, 1800, 3600],
} as const;

export const LAG = {
  name: 'touchline_event_loop_lag_max_seconds',
  type: 'gauge',
  help: 'Longest time since the previous scrape for which the daemon could not answer',
  labels: [],
} as const;

/** All series, in the order of the documentation. */
export const DOCUMENTED: readonly DocumentedSeries[] = [
  ...SERIES.map(({ name, type, help, labels }) => ({ name, type, help, labels: labels ?? [] })),
  SEGMENTS_CLOSED,
  SEGMENT_SECONDS,
  REQUESTS,
  REQUEST_SECONDS,
  LAG,
];
