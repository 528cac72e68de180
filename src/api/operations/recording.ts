/**
 * What REST and WebSocket both offer about recordings: one function per operation, wire shapes in and out. Both faces
 * call the same function, so their answers are the same.
 */
import { asTouchlineError } from '../../errors.js';
import { validateMatchId } from '../../recording/match-id.js';
import type { RecordingService } from '../../recording/types.js';
import type { RecordingHealthBody } from '../contract/recording-health.js';
import type { StartBody, StartRequestBody } from '../contract/recording-start.js';
import type { StopBody, StopQuery } from '../contract/recording-stop.js';
import { invalidRequest } from '../http/route.js';
import { presentRecordingHealth } from '../presenters/recording-health.js';
import { presentStart, presentStop } from '../presenters/recording-operations.js';

/** Throws `invalid_request` for an id that cannot name a recording; a refusal or a failure is an answer. */
export async function startRecording(recording: RecordingService, body: StartRequestBody): Promise<StartBody> {
  const request = {
    matchId: matchIdOf(body),
    force: body.force ?? false,
    processAfterRecording: body.process_after_recording ?? false,
  };
  return presentStart(await recording.start(request));
}

export async function stopRecording(recording: RecordingService, query: StopQuery): Promise<StopBody> {
  return presentStop(await recording.stop({ force: query.force ?? false }));
}

/** The contract answers 200 here whatever happens: a monitor must learn "unhealthy" and not "no answer" (3.4). */
export async function recordingHealth(recording: RecordingService): Promise<RecordingHealthBody> {
  try {
    return presentRecordingHealth(await recording.health());
  } catch (thrown) {
    return { healthy: false, message: `Error: ${asTouchlineError(thrown).message}` };
  }
}

/** Absent, null and empty mean "give it a name" (contract 3.3); anything else must be one. */
function matchIdOf(body: StartRequestBody): string | null {
  const raw = body.match_id ?? '';
  if (raw === '') return null;
  const check = validateMatchId(raw);
  if (check.ok) return check.id;
  throw invalidRequest([check.violation], 'body');
}
