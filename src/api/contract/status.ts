import Type, { type Static } from '#typebox';
import { PreviewStatusBody } from './preview.js';
import { RecordingStatusBody } from './recording-status.js';

/**
 * GET /status. Exactly two keys: scripts in the field look for a top-level `status` or `match_id` and would restart
 * healthy recordings when they found one (contract 13.2).
 */
export const StatusBody = Type.Object(
  { recording: RecordingStatusBody, preview: PreviewStatusBody },
  { title: 'Status', additionalProperties: false },
);
export type StatusBody = Static<typeof StatusBody>;
