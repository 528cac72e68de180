/** The events of the watchdog log that correlate: how they are written, and how they are read again. */
import { Type } from '#typebox';
import { compileSchema } from '../lib/schema.js';
import { isoMicros, type LogEvent } from './entry.js';
import type { LogPlace } from './host-log-follower.js';
import { Cursor } from './unit-output.js';

export const SIGNAL_TYPES = ['nvvic_error', 'recording_stop_timeout', 'segment_probe_failed'] as const;
export type SignalType = (typeof SIGNAL_TYPES)[number];

const signalLine = compileSchema(
  Type.Object({
    ts: Type.String({ format: 'date-time' }),
    event_type: Type.Union(SIGNAL_TYPES.map((type) => Type.Literal(type))),
    details: Type.Object({
      line: Type.String(),
      /** When it happened, where that is not when it was written down; null when nobody knows. */
      at: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
      camera: Type.Optional(Type.Integer()),
      inode: Type.Optional(Type.Integer()),
      offset: Type.Optional(Type.Integer()),
      cursor: Type.Optional(Cursor),
    }),
  }),
);

export interface Signal {
  readonly type: SignalType;
  readonly writtenEpochMs: number;
  /** Null when nobody knows. */
  readonly epochMs: number | null;
  readonly line: string;
  readonly camera: number | null;
  /** Of a complaint of the camera stack: up to where its log has been read. */
  readonly place: LogPlace | null;
  /** The same where it was found in the system's journal. */
  readonly cursor: string | null;
}

/** Null for every other line: other events, torn lines, lines of other programs. */
export function parseSignal(line: string): Signal | null {
  // Most lines are none; looking costs a hundredth of parsing.
  if (!SIGNAL_TYPES.some((type) => line.includes(`"${type}"`))) return null;
  const parsed = signalLine.parseJson(line);
  if (!parsed.ok) return null;
  const { ts, event_type: type, details } = parsed.value;
  const { at, inode, offset, cursor } = details;
  return {
    type,
    writtenEpochMs: Date.parse(ts),
    epochMs: at === null ? null : Date.parse(at ?? ts),
    line: details.line,
    camera: details.camera ?? null,
    place: inode === undefined || offset === undefined ? null : { inode, offset },
    cursor: cursor ?? null,
  };
}

/** A line of the camera stack that says that it runs out of buffers. */
export interface Complaint {
  /** Null: of what all cameras have in common. */
  readonly camera: number | null;
  readonly line: string;
  /** When it was said; null when nobody knows. */
  readonly hostEpochMs: number | null;
  /** False for a line that was there before anybody looked. */
  readonly isLive: boolean;
  /** Up to where has been read with it. */
  readonly place: LogPlace | { readonly cursor: string };
}

/** Who complains, for a person. */
export function speakerOf(camera: number | null): string {
  return camera === null ? "NVIDIA's camera daemon" : `The camera stack of camera ${camera}`;
}

export function nvvicEvent({ camera, line, hostEpochMs, isLive, place }: Complaint, unlisted: number): LogEvent {
  // The journal knows the time of every line.
  const isTimeOfWriting = isLive && !('cursor' in place);
  return {
    eventType: 'nvvic_error',
    severity: 'warning',
    message: `${speakerOf(camera)} complains: ${line}`,
    details: {
      ...(camera === null ? {} : { camera }),
      line,
      ...(isTimeOfWriting ? {} : { at: hostEpochMs === null ? null : isoMicros(hostEpochMs) }),
      ...(unlisted === 0 ? {} : { unlisted }),
      ...place,
    },
  };
}

export function stopTimeoutEvent(matchId: string, camera: number): LogEvent {
  return signal('recording_stop_timeout', `Camera ${camera} did not end its files in time when ${matchId} was stopped`, { match_id: matchId, camera, line: `cam${camera}: EOS wait timed out (match ${matchId})` });
}

export function probeFailedEvent(matchId: string, camera: number, segment: string | null, error: string): LogEvent {
  return signal('segment_probe_failed', `The newest file of camera ${camera} in ${matchId} does not play: ${error}`, { match_id: matchId, camera, segment, line: `cam${camera}: Segment probe failed (${error}) (match ${matchId})` });
}

function signal(eventType: SignalType, message: string, details: LogEvent['details']): LogEvent {
  return { eventType, severity: 'error', message, details };
}
