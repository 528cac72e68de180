import Type, { type Static } from 'typebox';
import { Nullable, PerCamera, PipelineStateName, Seconds } from './common.js';

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

const IceServer = Type.Object({
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
