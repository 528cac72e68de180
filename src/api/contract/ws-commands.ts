import Type, { type Static, type TSchema } from '#typebox';
import { Nullable } from './common.js';
import { LogsBody } from './diagnostics.js';
import { RecordingsBody } from './library.js';
import { AddMarkParams, MarkAddedBody } from './marks.js';
import { PanoramaProcessingBody } from './panorama.js';
import { PreviewRequestBody, PreviewStartBody, PreviewStopBody } from './preview.js';
import { StartBody, StartRequestBody } from './recording-start.js';
import { StopBody } from './recording-stop.js';

/** Params and results of the commands (contract 4.4). Params that are not named are ignored, as in bodies of REST. */

export const StopRecordingParams = Type.Object(
  { force: Type.Optional(Nullable(Type.Boolean(), { description: 'Stop inside the protection window too' })) },
  { title: 'StopRecordingParams' },
);

export const StopPreviewParams = Type.Object(
  { camera_id: Type.Optional(Nullable(Type.Integer({ minimum: 0 }), { description: 'Camera number; absent or null: all' })) },
  { title: 'StopPreviewParams' },
);

export const NoParams = Type.Object({}, { title: 'NoParams' });

/** `lines` above the highest number counts as that number. */
export const LOG_LINES = { otherwise: 200, most: 500 } as const;
export const DEFAULT_LOG_TYPE = 'health';

export const GetLogsParams = Type.Object(
  {
    log_type: Type.Optional(Nullable(Type.String(), { description: `\`health\`, \`alerts\` or \`watchdog\`; default \`${DEFAULT_LOG_TYPE}\`` })),
    lines: Type.Optional(Nullable(Type.Integer(), { description: `How many; default ${LOG_LINES.otherwise}, at most ${LOG_LINES.most}` })),
  },
  { title: 'GetLogsParams' },
);
export type GetLogsParams = Static<typeof GetLogsParams>;

export const PanoramaProcessingParams = Type.Object({ match_id: Type.String({ description: 'Required' }) }, { title: 'PanoramaProcessingParams' });

export interface CommandContract {
  readonly action: string;
  readonly params: TSchema;
  readonly result: TSchema;
  /** The REST operation whose answer `data` is. */
  readonly like: string;
  /** It changes what the channels show, and must not be carried out twice. */
  readonly changesState: boolean;
}

export const COMMANDS = {
  start_recording: { action: 'start_recording', params: StartRequestBody, result: StartBody, like: 'POST /recording', changesState: true },
  stop_recording: { action: 'stop_recording', params: StopRecordingParams, result: StopBody, like: 'DELETE /recording', changesState: true },
  start_preview: { action: 'start_preview', params: PreviewRequestBody, result: PreviewStartBody, like: 'POST /preview', changesState: true },
  stop_preview: { action: 'stop_preview', params: StopPreviewParams, result: PreviewStopBody, like: 'DELETE /preview', changesState: true },
  add_mark: { action: 'add_mark', params: AddMarkParams, result: MarkAddedBody, like: 'POST /recordings/{match_id}/marks', changesState: true },
  get_recordings: { action: 'get_recordings', params: NoParams, result: RecordingsBody, like: 'GET /recordings', changesState: false },
  get_logs: { action: 'get_logs', params: GetLogsParams, result: LogsBody, like: 'GET /logs/{log_type}', changesState: false },
  get_panorama_processing: {
    action: 'get_panorama_processing',
    params: PanoramaProcessingParams,
    result: PanoramaProcessingBody,
    like: 'GET /panorama/process/{match_id}/status',
    changesState: false,
  },
} as const satisfies Readonly<Record<string, CommandContract>>;
