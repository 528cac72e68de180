/** Pipelines as files: the face of this folder. Pure but for reading the folder and looking whether sources exist. */
export { ELEMENT_NAMES } from './check.js';
export { chooseProfile, type ChosenProfile, type ProfileWish } from './choose-profile.js';
export { configuredProfile, liveRequest, pipelineTexts, recordingRequest } from './from-config.js';
export type { LiveRequest, LiveTargets } from './live.js';
export type { SourceKind } from './compose.js';
export { cropTo, ROTATIONS, type CropPixels, type CropResult, type FrameSize, type Rotation } from './crop.js';
export { explainParseError, type ParseErrorExplanation } from './explain.js';
export {
  loadPipelineLibrary,
  type PipelineLibrary,
  type ProfileInfo,
  type RenderedPipeline,
  type VideoFacts,
} from './library.js';
export { MONITOR_PICTURES, type MonitorPicture, type MonitorTargets } from './monitor.js';
export { QUALITIES, type Quality, type RecordingRequest } from './schema.js';
export { elementsOf, redactPipeline, toArguments, toShellCommand } from './text.js';
