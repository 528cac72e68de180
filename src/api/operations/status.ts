/** What every client watches: wire shapes, instant. */
import type { PreviewService } from '../../preview/types.js';
import type { RecordingService } from '../../recording/types.js';
import type { StatusBody } from '../contract/status.js';
import { presentPreviewStatus } from '../presenters/preview.js';
import { presentRecordingStatus } from '../presenters/recording-status.js';

export function status(parts: { readonly recording: RecordingService; readonly preview: PreviewService }): StatusBody {
  return { recording: presentRecordingStatus(parts.recording.status()), preview: presentPreviewStatus(parts.preview.status()) };
}
