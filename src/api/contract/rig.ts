import Type, { type Static } from '#typebox';
import { CAMERA_KEY_PATTERN } from './common.js';

/** GET /rig: what a page needs to know once (an addition to FootballVision's API). */
export const RigBody = Type.Object(
  {
    name: Type.String({ description: 'Host name of the rig' }),
    cameras: Type.Array(
      Type.Object({
        id: Type.Integer({ minimum: 0 }),
        key: Type.String({ pattern: CAMERA_KEY_PATTERN, description: 'Under which other answers have this camera' }),
        label: Type.String({ description: 'For people' }),
      }),
      { description: 'Every camera of the rig, from left to right' },
    ),
    match_teams: Type.Array(Type.String(), { description: 'Teams to propose for the name of a match' }),
    preview_transport_mode: Type.Union([Type.Literal('dual'), Type.Literal('hls'), Type.Literal('webrtc')]),
    protection_seconds: Type.Number({ minimum: 0, description: 'For so long after a start, a stop needs force' }),
    require_all_cameras: Type.Boolean({ description: 'A recording starts with every camera or not at all' }),
    version: Type.String({ description: 'Of the product' }),
  },
  { title: 'Rig' },
);
export type RigBody = Static<typeof RigBody>;
