/** What the broadcast channels show (contract 4.5): the bodies of the same REST operations. */
import type { Diagnostics } from '../../diagnostics/types.js';
import type { PreviewService } from '../../preview/types.js';
import type { RecordingService } from '../../recording/types.js';
import { systemMetrics } from '../operations/diagnostics.js';
import { panoramaCalibration, panoramaStatus } from '../operations/panorama.js';
import { status } from '../operations/status.js';
import { presentPipelineState } from '../presenters/pipeline-state.js';
import type { ChannelReadings } from './channels.js';

export interface ReadingParts {
  readonly recording: RecordingService;
  readonly preview: PreviewService;
  readonly diagnostics: Diagnostics;
}

export function createReadings(parts: ReadingParts): ChannelReadings {
  return {
    status: () => status(parts),
    pipeline_state: () => presentPipelineState(parts.recording.mutexState()),
    system_metrics: () => systemMetrics(parts.diagnostics),
    panorama_status: () => ({ panorama: panoramaStatus(), calibration: panoramaCalibration() }),
  };
}
