import type { RecordingService } from '../../../recording/types.js';
import { RecordingHealthBody } from '../../contract/recording-health.js';
import { StartBody, StartRequestBody } from '../../contract/recording-start.js';
import { RecordingStatusBody } from '../../contract/recording-status.js';
import { StopBody, StopQuery } from '../../contract/recording-stop.js';
import { recordingHealth, startRecording, stopRecording } from '../../operations/recording.js';
import { presentRecordingStatus } from '../../presenters/recording-status.js';
import { jsonRoute, type Route } from '../route.js';

export interface RecordingParts {
  readonly recording: RecordingService;
}

export function recordingRoutes({ recording }: RecordingParts): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/recording',
      name: 'recording',
      tag: 'Recording',
      summary: 'State of the recording',
      response: RecordingStatusBody,
      handle: () => presentRecordingStatus(recording.status()),
    }),
    jsonRoute({
      method: 'POST',
      base: 'api',
      path: '/recording',
      name: 'recording',
      tag: 'Recording',
      summary: 'Start a recording; answers when every camera has delivered and encoded frames',
      body: StartRequestBody,
      response: StartBody,
      handle: ({ body }) => startRecording(recording, body),
    }),
    jsonRoute({
      method: 'DELETE',
      base: 'api',
      path: '/recording',
      name: 'recording',
      tag: 'Recording',
      summary: 'Stop the recording; answers when the files are final, on disk and probed',
      query: StopQuery,
      response: StopBody,
      handle: ({ query }) => stopRecording(recording, query),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/recording-health',
      name: 'recording-health',
      tag: 'Recording',
      summary: 'Whether each camera really records',
      response: RecordingHealthBody,
      handle: () => recordingHealth(recording),
    }),
  ];
}
