import Type, { type Static } from '#typebox';
import { PerCamera } from './common.js';

const CameraPipelinesBody = Type.Object(
  {
    recording: Type.String({ description: 'For gst-launch-1.0; credentials in addresses are hidden' }),
    live: Type.String({ description: 'The same for the live picture. The port of its `udpsink` is an example: the daemon takes a free one' }),
    elements: Type.Array(Type.String(), { description: 'Factory names that either of them uses, each once' }),
  },
  { title: 'CameraPipelines' },
);

/** GET /pipelines: what is run for each camera (an addition to FootballVision's API). */
export const PipelinesBody = Type.Object(
  {
    profile: Type.String({ description: 'In force, by name' }),
    cameras: PerCamera(CameraPipelinesBody, 'Always every camera of the rig'),
  },
  { title: 'Pipelines' },
);
export type PipelinesBody = Static<typeof PipelinesBody>;
