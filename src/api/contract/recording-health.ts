import Type, { type Static } from '#typebox';
import { CameraFacts, Count, Nullable, PerCamera, PipelineStateName } from './common.js';
import { ProbeBody } from './recording-stop.js';

const CameraDiagnosticsBody = Type.Object(
  {
    pipeline_present: Type.Boolean(),
    pipeline_state: Type.Union([PipelineStateName, Type.Literal('missing')]),
    latest_segment: Nullable(Type.String({ description: 'File name' })),
    latest_segment_size: Type.Optional(Count),
    latest_segment_age_seconds: Type.Optional(Type.Number({ description: 'Three decimals' })),
    integrity_probe: Type.Optional(ProbeBody),
    facts: Nullable(CameraFacts),
  },
  { title: 'CameraDiagnostics' },
);
export type CameraDiagnosticsBody = Static<typeof CameraDiagnosticsBody>;

/** GET /recording-health (contract 3.4): only `healthy` and `message` while nothing is recorded. */
export const RecordingHealthBody = Type.Object(
  {
    healthy: Type.Boolean(),
    message: Type.String(),
    issues: Type.Optional(Type.Array(Type.String())),
    recovery_attempts: Type.Optional(PerCamera(Count, 'Recoveries in this recording')),
    camera_diagnostics: Type.Optional(PerCamera(CameraDiagnosticsBody, 'Every camera, always while recording')),
  },
  { title: 'RecordingHealth' },
);
export type RecordingHealthBody = Static<typeof RecordingHealthBody>;
