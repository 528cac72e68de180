import Type, { type Static } from '#typebox';
import { CameraList, Nullable, PerCamera, PipelineStateName, Seconds } from './common.js';

const Transport = Type.Union([Type.Literal('hls'), Type.Literal('webrtc')]);

const PreviewCamera = Type.Object(
  {
    active: Type.Boolean(),
    state: Type.Union([PipelineStateName, Type.Literal('stopped')]),
    uptime: Seconds,
    hls_url: Type.String({ minLength: 1 }),
    transport: Transport,
    stream_kind: Type.String(),
    webrtc: Type.Object({ enabled: Type.Boolean(), stream_kind: Type.String() }),
  },
  { title: 'PreviewCamera' },
);

export const IceServer = Type.Object({
  urls: Type.Array(Type.String()),
  username: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String()),
});

const WebrtcStream = Type.Object({
  session_id: Type.String(),
  stream_kind: Type.String(),
  camera_id: Type.Integer(),
  connection_id: Type.String(),
});

const Relay = Type.Object({ enabled: Type.Boolean(), ws_url: Type.String() });

/** GET /preview, and `preview` in GET /status (contract 3.5). */
export const PreviewStatusBody = Type.Object(
  {
    preview_active: Type.Boolean(),
    cameras: PerCamera(PreviewCamera, 'Always every camera of the rig'),
    transport_mode: Type.Union([Transport, Type.Literal('dual')]),
    webrtc_supported: Type.Boolean(),
    ice_servers: Type.Array(IceServer),
    webrtc_streams: Type.Array(WebrtcStream),
    relay: Nullable(Relay),
  },
  { title: 'PreviewStatus' },
);
export type PreviewStatusBody = Static<typeof PreviewStatusBody>;

/** POST /preview and POST /preview/restart, request. Unknown words for `transport` are refused (contract defect 55). */
export const PreviewRequestBody = Type.Object(
  {
    camera_id: Type.Optional(Nullable(Type.Integer({ minimum: 0 }), { description: 'Camera number; absent or null: all' })),
    transport: Type.Optional(Nullable(Transport, { description: 'Absent or null: the default' })),
    while_watched: Type.Optional(
      Nullable(Type.Boolean(), {
        description: 'true: the picture ends by itself 15 seconds after somebody last asked for its HLS, unless it was started without this or somebody watches over WebRTC. So several viewers need not know of each other. Ours; the reference has nothing like it',
      }),
    ),
  },
  { title: 'PreviewRequest' },
);
export type PreviewRequestBody = Static<typeof PreviewRequestBody>;

/** DELETE /preview, query. */
export const PreviewStopQuery = Type.Object(
  { camera_id: Type.Optional(Type.Integer({ minimum: 0, description: 'Camera number; absent: all' })) },
  { title: 'PreviewStopQuery' },
);
export type PreviewStopQuery = Static<typeof PreviewStopQuery>;

/** POST /preview, answer; `failed_cameras` only when none could start (contract 3.5). */
export const PreviewStartBody = Type.Object(
  {
    success: Type.Boolean(),
    message: Type.String(),
    transport: Type.Optional(Transport),
    cameras_started: CameraList,
    cameras_failed: CameraList,
    failed_cameras: Type.Optional(CameraList),
  },
  { title: 'PreviewStart' },
);
export type PreviewStartBody = Static<typeof PreviewStartBody>;

/** DELETE /preview, answer; `failed_cameras` only when none was stopped. */
export const PreviewStopBody = Type.Object(
  {
    success: Type.Boolean(),
    message: Type.String(),
    cameras_stopped: CameraList,
    cameras_failed: CameraList,
    failed_cameras: Type.Optional(CameraList),
  },
  { title: 'PreviewStop' },
);
export type PreviewStopBody = Static<typeof PreviewStopBody>;

export const PreviewRestartBody = Type.Object(
  { success: Type.Boolean(), message: Type.String(), stop_result: PreviewStopBody, start_result: PreviewStartBody },
  { title: 'PreviewRestart' },
);
export type PreviewRestartBody = Static<typeof PreviewRestartBody>;
