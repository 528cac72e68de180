import { elementsOf, redactPipeline } from '../../pipelines/index.js';
import type { PipelinesBody } from '../contract/pipelines.js';
import { perCamera } from './units.js';

/** The pipelines as the configuration of this moment asks for them; texts may hold passwords. */
export interface PipelineTexts {
  readonly profile: string;
  readonly cameras: ReadonlyMap<number, { readonly recording: string; readonly live: string }>;
}

/** The wire form of the pipelines, in which no address keeps its credentials. */
export function presentPipelines({ profile, cameras }: PipelineTexts): PipelinesBody {
  return {
    profile,
    cameras: perCamera(cameras, ({ recording, live }) => ({
      recording: redactPipeline(recording),
      live: redactPipeline(live),
      elements: [...new Set([...elementsOf(recording), ...elementsOf(live)])],
    })),
  };
}
