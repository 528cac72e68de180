/** What the commands do (contract 4.4): each is an operation that REST offers too, so that their answers are the same. */
import type { Static, TSchema } from '#typebox';
import { TouchlineError } from '../../errors.js';
import { type Checked, compileSchema } from '../../lib/schema.js';
import type { Diagnostics } from '../../diagnostics/types.js';
import type { PreviewService } from '../../preview/types.js';
import type { RecordingService } from '../../recording/types.js';
import { type CommandContract, COMMANDS, DEFAULT_LOG_TYPE, type GetLogsParams, LOG_LINES } from '../contract/ws-commands.js';
import { invalidRequest } from '../http/route.js';
import { getLogs } from '../operations/diagnostics.js';
import { getRecordings, type RecordingsList } from '../operations/library.js';
import { addMark } from '../operations/marks.js';
import { panoramaProcessing } from '../operations/panorama.js';
import { startPreview, stopPreview } from '../operations/preview.js';
import { startRecording, stopRecording } from '../operations/recording.js';

export interface CommandParts {
  readonly recording: RecordingService;
  readonly preview: PreviewService;
  readonly recordings: RecordingsList;
  readonly diagnostics: Diagnostics;
}

export interface Action {
  /** It changes what the channels show, and must not be carried out twice. */
  readonly changesState: boolean;
  /** Params that it looks at. */
  readonly known: readonly string[];
  /** Validates and runs. Throws TouchlineError, `invalid_request` before anything has been touched. */
  readonly run: (params: unknown) => Promise<unknown>;
}

export function createActions(parts: CommandParts): ReadonlyMap<string, Action> {
  const { recording, preview, recordings, diagnostics } = parts;
  return new Map([
    action(COMMANDS.start_recording, (params) => startRecording(recording, params)),
    action(COMMANDS.stop_recording, ({ force }) => stopRecording(recording, { force: force ?? false })),
    action(COMMANDS.start_preview, (params) => startPreview(preview, params)),
    action(COMMANDS.stop_preview, ({ camera_id: camera }) => stopPreview(preview, camera == null ? {} : { camera_id: camera })),
    action(COMMANDS.add_mark, (params) => addMark(recording.marks, params)),
    action(COMMANDS.get_recordings, () => getRecordings(recordings)),
    action(COMMANDS.get_logs, (params) => getLogs(diagnostics, logsWanted(params))),
    action(COMMANDS.get_panorama_processing, ({ match_id: matchId }) => panoramaProcessing(matchId), requireMatchId),
  ]);
}

function action<S extends TSchema>(
  contract: CommandContract & { readonly params: S },
  run: (params: Static<S>) => unknown,
  inspect: (params: unknown) => void = () => undefined,
): [string, Action] {
  const schema = compileSchema<S>(contract.params);
  const properties: unknown = Reflect.get(contract.params, 'properties');
  return [
    contract.action,
    {
      changesState: contract.changesState,
      known: Object.keys(properties ?? {}),
      run: async (params) => {
        const given = params ?? {};
        inspect(given);
        return run(accepted(schema.check(given)));
      },
    },
  ];
}

function accepted<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw invalidRequest(checked.violations, 'body');
}

function logsWanted({ log_type: type, lines }: GetLogsParams) {
  return { log_type: type ?? DEFAULT_LOG_TYPE, lines: Math.min(LOG_LINES.most, lines ?? LOG_LINES.otherwise) };
}

/** The contract has words of its own for this. */
function requireMatchId(params: unknown): void {
  const matchId: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'match_id') : null;
  if (matchId == null || matchId === '') throw new TouchlineError({ kind: 'invalid', code: 'match_id_required', message: 'match_id is required' });
}
