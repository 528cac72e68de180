import Type from '#typebox';

/** What both directions of the WebSocket have in common (contract 4.1). */

export const WS_PATH = '/ws';
/** Version of the protocol, in every message of both directions. */
export const WsVersion = Type.Literal(1, { description: 'Version of the protocol' });

/** Contract 4.5, in the order of the documentation. */
export const CHANNELS = ['status', 'pipeline_state', 'system_metrics', 'panorama_status'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A client has this one without asking. */
export const DEFAULT_CHANNEL: Channel = 'status';

/** Between two messages of a channel. */
export const CHANNEL_INTERVAL_MS: Readonly<Record<Channel, number>> = {
  status: 1000,
  pipeline_state: 2000,
  system_metrics: 3000,
  panorama_status: 3000,
};

export const MAX_CONNECTIONS = 10;
/** A longer message is answered with an error. */
export const MAX_MESSAGE_BYTES = 65_536;
/** A frame beyond this is not even read: the connection is closed with 1009. */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024;
export const MAX_ID_CHARACTERS = 200;
/** Commands that may be under way for one connection at a time. */
export const MAX_RUNNING_COMMANDS = 32;

/** Contract 4.4: how long, and of how many commands, the result is kept for a repetition of the command. */
export const REPLAY_MS = 60_000;
export const REPLAY_COMMANDS = 200;
/** A longer result is not kept; the command is carried out again, which is right for commands that only read. */
export const MAX_KEPT_RESULT_CHARACTERS = 64 * 1024;

/** Close codes of RFC 6455 and its registry. */
export const CLOSE_RESTART = { code: 1012, reason: 'Service restart' } as const;
export const CLOSE_TOO_MANY = { code: 1013, reason: 'Too many connections' } as const;
