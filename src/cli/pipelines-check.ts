import { buildPipelines } from '../camera/pipeline-check.js';
import type { ParseErrorExplanation, PipelineLibrary } from '../pipelines/index.js';
import { missingElements } from './doctor/software.js';
import type { Installation } from './installation.js';
import type { RenderedFor } from './profiles.js';

export interface CheckedPipeline {
  readonly profile: string;
  readonly camera: number;
  /** What GStreamer has against it; null when it builds. */
  readonly problem: ParseErrorExplanation | null;
  /** Elements that this machine does not have, and how to get each. */
  readonly missing: readonly { readonly element: string; readonly hint: string }[];
}

/**
 * Builds each pipeline, without running it, in a camera host process: a broken plugin takes that process down and not
 * this one. Pipelines that use an element which is not there are not handed over.
 */
export async function checkPipelines(
  rendered: readonly RenderedFor[],
  library: PipelineLibrary,
  installation: Installation,
  signal: AbortSignal,
): Promise<readonly CheckedPipeline[]> {
  const elements = [...new Set(rendered.flatMap(({ pipeline }) => pipeline.elements))];
  const absent = new Set(await missingElements(elements, installation.pluginDir, signal));
  const explain = (message: string, text: string): ParseErrorExplanation => library.explainParseError(message, text);
  const complete = rendered.filter(({ pipeline }) => !pipeline.elements.some((element) => absent.has(element)));
  const texts = complete.map(({ pipeline }) => pipeline.text);
  const complaints = await buildPipelines(texts, { pluginPath: installation.pluginDir, signal });
  return rendered.map((one) => {
    const missing = one.pipeline.elements
      .filter((element) => absent.has(element))
      .map((element) => ({ element, hint: explain(`no element "${element}"`, one.pipeline.text).hint }));
    const first = missing[0];
    const complaint = first === undefined ? (complaints[complete.indexOf(one)] ?? null) : `no element "${first.element}"`;
    const problem = complaint === null ? null : explain(complaint, one.pipeline.text);
    return { profile: one.profile, camera: one.camera, problem, missing };
  });
}
