import { PipelinesBody } from '../../contract/pipelines.js';
import { type PipelineTexts, presentPipelines } from '../../presenters/pipelines.js';
import { jsonRoute, type Route } from '../route.js';

export interface PipelinesParts {
  /** Asked at each request, because the configuration may be edited meanwhile. */
  readonly pipelines: () => PipelineTexts;
}

export function pipelinesRoutes({ pipelines }: PipelinesParts): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/pipelines',
      name: 'pipelines',
      tag: 'Diagnostics',
      summary: 'The pipeline of each camera as text, for recording and for the live picture',
      response: PipelinesBody,
      handle: () => presentPipelines(pipelines()),
    }),
  ];
}
