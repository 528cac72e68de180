import type { Diagnostics } from '../../../diagnostics/types.js';
import { CorrelationsBody, CorrelationsQuery, LogsBody, LogsParams, LogsQuery } from '../../contract/diagnostics.js';
import { SystemMetricsBody } from '../../contract/system-metrics.js';
import { getLogs, recordingCorrelations, systemMetrics } from '../../operations/diagnostics.js';
import { jsonRoute, type Route } from '../route.js';

export interface DiagnosticsParts {
  readonly diagnostics: Diagnostics;
}

const DISK_FAILS = { '503': 'The disk of the logs does not answer' };

export function diagnosticsRoutes({ diagnostics }: DiagnosticsParts): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/system-metrics',
      name: 'system-metrics',
      tag: 'Diagnostics',
      summary: 'Power mode, clocks, temperatures, load, memory and disk of the rig',
      response: SystemMetricsBody,
      handle: () => systemMetrics(diagnostics),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/logs/:log_type',
      name: 'logs',
      tag: 'Diagnostics',
      summary: 'The newest lines of a log',
      params: LogsParams,
      query: LogsQuery,
      response: LogsBody,
      refusals: { '400': 'There is no such log', ...DISK_FAILS },
      handle: ({ params, query }) => getLogs(diagnostics, { log_type: params.log_type, lines: query.lines }),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/diagnostics/recording-correlations',
      name: 'recording-correlations',
      tag: 'Diagnostics',
      summary: 'Which complaints of the camera stack came close to failed stops and bad files',
      query: CorrelationsQuery,
      response: CorrelationsBody,
      refusals: DISK_FAILS,
      expensive: true,
      handle: ({ query }) => recordingCorrelations(diagnostics, query),
    }),
  ];
}
