import Type, { type Static, type TSchema } from '#typebox';
import { EpochSeconds } from './common.js';
import { PanoramaCalibrationBody, PanoramaStatusBody } from './panorama.js';
import { PipelineStateBody } from './pipeline-state.js';
import { IceServer } from './preview.js';
import { StatusBody } from './status.js';
import { SystemMetricsBody } from './system-metrics.js';
import { type Channel, WsVersion } from './ws-common.js';

/** Every message that the rig sends (contract 4.1 to 4.6). */

export const HelloMessage = Type.Object(
  { v: WsVersion, type: Type.Literal('hello'), channels: Type.Array(Type.String(), { description: 'What the connection is subscribed to' }) },
  { title: 'hello', description: 'The first message of every connection.' },
);

export const PongMessage = Type.Object({ v: WsVersion, type: Type.Literal('pong') }, { title: 'pong', description: 'The answer to `ping`.' });

/** Codes and texts of contract 4.3; `too_many_commands` is an addition. */
export const PROTOCOL_ERRORS = {
  message_too_large: { when: 'longer than 64 KiB', message: 'Message exceeds 64KB limit' },
  invalid_json: { when: 'not JSON, or a binary frame', message: 'Message is not valid JSON' },
  invalid_format: { when: 'JSON, but no object', message: 'Message must be a JSON object' },
  invalid_version: { when: '`v` is missing or not 1', message: 'Expected v=1' },
  invalid_channels: { when: '`channels` is no list', message: 'channels must be a list' },
  invalid_command: { when: '`id` or `action` is missing, empty, too long or no text', message: "Command requires 'id' and 'action'" },
  too_many_commands: { when: '32 commands of this connection are under way', message: 'Too many commands are running: wait for a result before sending the next' },
  handler_error: { when: 'a WebRTC message could not be handled', message: 'What went wrong' },
  unknown_type: { when: 'anything else', message: 'Unknown message type: <type>' },
} as const;
export type ProtocolErrorCode = keyof typeof PROTOCOL_ERRORS;

export const ErrorMessage = Type.Object(
  {
    v: WsVersion,
    type: Type.Literal('error'),
    code: Type.String({ enum: Object.keys(PROTOCOL_ERRORS), description: 'See the table of errors' }),
    message: Type.String(),
  },
  { title: 'error', description: 'A message could not be understood. The connection stays open; there is no id, because there may be none to name.' },
);

const Id = Type.String({ description: 'Of the command' });

export const CommandAckMessage = Type.Object(
  {
    v: WsVersion,
    type: Type.Literal('command_ack'),
    id: Id,
    action: Type.String(),
    deduplicated: Type.Optional(Type.Literal(true, { description: 'Only in the answer to a repetition' })),
    in_progress: Type.Optional(Type.Literal(true, { description: 'Only in the answer to a repetition: the command is still under way' })),
  },
  { title: 'command_ack', description: 'The command has arrived; sent before anything is done.' },
);

const Deduplicated = Type.Optional(Type.Literal(true, { description: 'The answer to a repetition: nothing was carried out again' }));

export const CommandDoneMessage = Type.Object(
  { v: WsVersion, type: Type.Literal('command_result'), id: Id, success: Type.Literal(true), data: Type.Unknown({ description: 'What the REST operation answers', 'x-expected': 'an object' }), deduplicated: Deduplicated },
  { title: 'command_result', description: 'The command was carried out. Whether it did what was wanted says `data.success`.' },
);

export const CommandFailedMessage = Type.Object(
  { v: WsVersion, type: Type.Literal('command_result'), id: Id, success: Type.Literal(false), error: Type.String({ description: 'What is wrong, for a person' }), deduplicated: Deduplicated },
  { title: 'command_result', description: 'The command was not carried out.' },
);

function channelMessage<C extends Channel, D extends TSchema>(channel: C, data: D, description: string) {
  return Type.Object({ v: WsVersion, type: Type.Literal(channel), ts: EpochSeconds, data }, { title: channel, description });
}

/** What `panorama_status` carries. */
export const PanoramaChannelData = Type.Object({
  panorama: Type.Union([PanoramaStatusBody, Type.Object({}, { additionalProperties: false })], { description: 'GET /panorama/status; empty when it cannot be told' }),
  calibration: Type.Union([PanoramaCalibrationBody, Type.Object({}, { additionalProperties: false })], { description: 'GET /panorama/calibration; empty when it cannot be told' }),
});

/** What each channel carries (contract 4.5). */
export const CHANNEL_MESSAGES = {
  status: channelMessage('status', StatusBody, '`data` is what GET /status answers.'),
  pipeline_state: channelMessage('pipeline_state', PipelineStateBody, '`data` is what GET /pipeline-state answers.'),
  system_metrics: channelMessage('system_metrics', SystemMetricsBody, '`data` is what GET /system-metrics answers.'),
  panorama_status: channelMessage('panorama_status', PanoramaChannelData, 'State of the panorama and of its calibration.'),
} as const satisfies Readonly<Record<Channel, TSchema>>;

const SessionId = Type.String({ description: 'Of the session' });

function webrtcMessage<T extends string, D extends TSchema>(type: T, data: D, description: string) {
  return Type.Object({ v: WsVersion, type: Type.Literal(type), data }, { title: type, description });
}

export const WebrtcErrorData = Type.Object({
  stream_kind: Type.Optional(Type.String({ description: 'In the answer to `webrtc_start`, as the client named it' })),
  session_id: Type.Optional(Type.String({ description: 'In every other answer, as the client named it' })),
  error: Type.String({ description: 'What is wrong, for a person' }),
  code: Type.Optional(Type.String({ description: 'Stable, for programs; an addition' })),
});
export type WebrtcErrorData = Static<typeof WebrtcErrorData>;

export const WebrtcErrorMessage = webrtcMessage('webrtc_error', WebrtcErrorData, 'A live picture could not be had, or a message about it made no sense.');
export const WebrtcReadyMessage = webrtcMessage(
  'webrtc_session_ready',
  Type.Object({ success: Type.Literal(true), session_id: SessionId, stream_kind: Type.String(), camera_id: Type.Optional(Type.Integer({ minimum: 0 })), ice_servers: Type.Array(IceServer) }),
  'The answer to `webrtc_start`: the client makes its offer now.',
);
export const WebrtcAnswerMessage = webrtcMessage(
  'webrtc_answer',
  Type.Object({ success: Type.Literal(true), session_id: SessionId, stream_kind: Type.String(), sdp: Type.String() }),
  'The answer to `webrtc_offer`.',
);
export const WebrtcCandidateSent = webrtcMessage(
  'webrtc_ice_candidate',
  Type.Object({ session_id: SessionId, stream_kind: Type.String(), candidate: Type.String(), sdpMLineIndex: Type.Integer({ minimum: 0 }) }),
  'A candidate of the rig, at any time after the session exists.',
);
export const WebrtcStateMessage = webrtcMessage(
  'webrtc_state',
  Type.Object({ session_id: SessionId, state: Type.Union([Type.Literal('candidate_added'), Type.Literal('stopped')]) }),
  'A candidate was taken, or the session has ended.',
);

/** In the order of the documentation. */
export const SERVER_MESSAGES = [
  HelloMessage,
  PongMessage,
  ErrorMessage,
  CommandAckMessage,
  CommandDoneMessage,
  CommandFailedMessage,
  ...Object.values(CHANNEL_MESSAGES),
  WebrtcReadyMessage,
  WebrtcAnswerMessage,
  WebrtcCandidateSent,
  WebrtcStateMessage,
  WebrtcErrorMessage,
] as const;

export type SignallingReply =
  | Static<typeof WebrtcReadyMessage>
  | Static<typeof WebrtcAnswerMessage>
  | Static<typeof WebrtcCandidateSent>
  | Static<typeof WebrtcStateMessage>
  | Static<typeof WebrtcErrorMessage>;

export type ServerMessage =
  | Static<typeof HelloMessage>
  | Static<typeof PongMessage>
  | Static<typeof ErrorMessage>
  | Static<typeof CommandAckMessage>
  | SignallingReply;
