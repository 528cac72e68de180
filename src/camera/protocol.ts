/**
 * What a camera host and the daemon say to each other: newline-delimited JSON over a unix socket, one object per
 * line, every object with the protocol version. The host speaks first (`hello`), pushes its state whenever it
 * changes and at least as often as `HEARTBEAT_MS` says, and answers each request exactly once.
 *
 * Times are CLOCK_MONOTONIC microseconds (`…MonoUs`): the same clock in every process of one boot, untouched by
 * jumps of the wall clock.
 */
import { Type, type Static } from '#typebox';
import { ContinuationSchema, JournalEntrySchema } from './journal.js';

export const PROTOCOL_VERSION = 1;
/** How long a stop waits for a disk that is behind, beside the time that the camera gets. */
export const DISK_PATIENCE_MS = 30_000;
/** Longest time between two messages of a healthy host: while it runs a pipeline, and while it is idle. */
export const HEARTBEAT_MS = { busy: 500, idle: 1000 } as const;
/** A line longer than this is a broken peer, not a message. */
export const MAX_LINE_BYTES = 256 * 1024;

const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
const NullableString = Type.Union([Type.String(), Type.Null()]);

/** `stats` of the native element `framemeter`. */
export const MeterStatsSchema = Type.Object({
  frames: Type.Number(),
  bytes: Type.Number(),
  keyframes: Type.Number(),
  missed: Type.Number(),
  firstFrameMonoUs: NullableNumber,
  lastFrameMonoUs: NullableNumber,
  lastFrameAgeMs: NullableNumber,
  largestGapMs: NullableNumber,
  fps: NullableNumber,
});
export type MeterStats = Static<typeof MeterStatsSchema>;

/** `stats` of the native element `segmentsink`. */
export const SinkStatsSchema = Type.Object({
  segmentsOpened: Type.Number(),
  segmentsClosed: Type.Number(),
  frames: Type.Number(),
  droppedBeforeKeyframe: Type.Number(),
  bytes: Type.Number(),
  syncedBytes: Type.Number(),
  syncErrors: Type.Number(),
  slowestSyncMs: Type.Number(),
  current: Type.Union([
    Type.Object({
      index: Type.Number(),
      location: Type.String(),
      frames: Type.Number(),
      bytes: Type.Number(),
      syncedBytes: Type.Number(),
      syncAgeMs: NullableNumber,
    }),
    Type.Null(),
  ]),
  finalising: Type.Number(),
});
export type SinkStats = Static<typeof SinkStatsSchema>;

/** All that a host needs to record, and to go on recording after it died. */
export const RecordingSpecSchema = Type.Object({
  /** One per camera and recording; a host never mixes two. */
  runId: Type.String({ minLength: 1, maxLength: 64 }),
  matchId: Type.String({ minLength: 1, maxLength: 255 }),
  /** Absolute folder of the match; segments go to `segments/` in it, the journal beside that. */
  matchDir: Type.String({ minLength: 1, pattern: '^/' }),
  /** Rendered pipeline with elements `source_meter`, `encoded_meter` and `segments`. */
  pipeline: Type.String({ minLength: 1 }),
  /** Without a new frame for this long while there should be some, the pipeline is considered dead. */
  stallMs: Type.Number({ minimum: 100 }),
  /** Time for the first frame after play. */
  firstFrameTimeoutMs: Type.Number({ minimum: 100 }),
  eosTimeoutMs: Type.Number({ minimum: 100 }),
  /** Wall clock of the start, for the stamp in the segment names: the same one on every camera. */
  startedEpochMs: Type.Number(),
  /** What must be mounted for `matchDir` to be on its disk; absent where it needs none. */
  mountPoint: Type.Optional(Type.String({ pattern: '^/' })),
  /** The match was interrupted by a restart of the machine, and this run goes on with it. */
  continues: Type.Optional(ContinuationSchema),
});
export type RecordingSpec = Static<typeof RecordingSpecSchema>;

/** All that a host needs to show a live picture. Unlike a recording it is not resumed after a crash: the daemon asks again. */
export const LiveSpecSchema = Type.Object({
  runId: Type.String({ minLength: 1, maxLength: 64 }),
  /** Rendered pipeline with elements `source_meter`, `encoded_meter` and `live_valve`. */
  pipeline: Type.String({ minLength: 1 }),
  /** Whether the encoder works from the beginning; a picture for WebRTC is encoded only while somebody watches. */
  encode: Type.Boolean(),
  stallMs: Type.Number({ minimum: 100 }),
  firstFrameTimeoutMs: Type.Number({ minimum: 100 }),
});
export type LiveSpec = Static<typeof LiveSpecSchema>;

export const HostPhaseSchema = Type.Union([
  Type.Literal('idle'),
  Type.Literal('live'),
  Type.Literal('prepared'),
  Type.Literal('running'),
  Type.Literal('stopping'),
]);
export type HostPhase = Static<typeof HostPhaseSchema>;

export const FailureSchema = Type.Object({
  /** Stable, e.g. `camera_no_frames`, `disk_full`, `pipeline_error`. */
  code: Type.String(),
  message: Type.String(),
  monoUs: Type.Number(),
  epochMs: Type.Number(),
  bootId: Type.String(),
});
export type Failure = Static<typeof FailureSchema>;

export const RunStateSchema = Type.Object({
  runId: Type.String(),
  matchId: Type.String(),
  matchDir: Type.String(),
  /** `YYYYMMDD_HHMMSS` in the segment names of this process' part of the run. */
  stamp: Type.String(),
  /** How many times a host died and came back in this run. */
  resumes: Type.Number(),
  playedMonoUs: NullableNumber,
  source: Type.Union([MeterStatsSchema, Type.Null()]),
  encoded: Type.Union([MeterStatsSchema, Type.Null()]),
  sink: Type.Union([SinkStatsSchema, Type.Null()]),
  /** Name of the newest segment file, null before the first. */
  segment: NullableString,
  segmentOpenedMonoUs: NullableNumber,
  /** Of the encoder's configured bit rate; absent in hosts of an earlier version. */
  bitrateShare: Type.Optional(Type.Number()),
});
export type RunState = Static<typeof RunStateSchema>;

export const LiveStateSchema = Type.Object({
  runId: Type.String(),
  playedMonoUs: Type.Number(),
  encode: Type.Boolean(),
  source: Type.Union([MeterStatsSchema, Type.Null()]),
  encoded: Type.Union([MeterStatsSchema, Type.Null()]),
});
export type LiveState = Static<typeof LiveStateSchema>;

export const MonitorNameSchema = Type.Union([Type.Literal('stills'), Type.Literal('stream')]);
export type MonitorName = Static<typeof MonitorNameSchema>;

/** A small picture beside what the host runs. */
export const MonitorStateSchema = Type.Object({
  /** It takes frames. */
  on: Type.Boolean(),
  /** Why it takes none any more. */
  error: NullableString,
  meter: Type.Union([MeterStatsSchema, Type.Null()]),
});
export type MonitorState = Static<typeof MonitorStateSchema>;

export const HostStateSchema = Type.Object({
  camera: Type.Number(),
  pid: Type.Number(),
  softwareVersion: Type.String(),
  startedMonoUs: Type.Number(),
  phase: HostPhaseSchema,
  run: Type.Union([RunStateSchema, Type.Null()]),
  /** Absent in hosts of an earlier version, which may still be recording. */
  live: Type.Optional(Type.Union([LiveStateSchema, Type.Null()])),
  /** Absent in hosts of an earlier version. */
  monitor: Type.Optional(Type.Object({ stills: Type.Union([MonitorStateSchema, Type.Null()]), stream: Type.Union([MonitorStateSchema, Type.Null()]) })),
  /** Why the previous host of this camera gave up, if it did in this boot. */
  lastFailure: Type.Union([FailureSchema, Type.Null()]),
});
export type HostState = Static<typeof HostStateSchema>;

export const StopReportSchema = Type.Object({
  runId: Type.String(),
  eosReceived: Type.Boolean(),
  timedOut: Type.Boolean(),
  error: NullableString,
  /** File name of the newest segment. */
  segment: NullableString,
  framesAtSource: Type.Number(),
  framesEncoded: Type.Number(),
  framesInSegments: Type.Number(),
});
export type StopReport = Static<typeof StopReportSchema>;

/** Requests of the daemon, with their parameters and results; the request union and the dispatcher derive from it. */
export const METHODS = {
  /** Build the pipeline and open the camera; nothing is written yet. */
  prepare: { params: RecordingSpecSchema, result: Type.Object({ preparedMonoUs: Type.Number() }) },
  /** Write the intent, wait for the instant, play. Answers when play has been called. */
  go: {
    params: Type.Object({ runId: Type.String(), atMonoUs: Type.Number() }),
    result: Type.Object({ playedMonoUs: Type.Number() }),
  },
  /** End of stream, finalise, release the camera. Answers when the files are final or the time is over. */
  stop: {
    params: Type.Object({ runId: Type.String(), eosTimeoutMs: Type.Number({ minimum: 100 }) }),
    result: StopReportSchema,
  },
  /** Forget the run at once: no end of stream, no resume. For a start that is taken back. */
  abort: { params: Type.Object({ runId: Type.String() }), result: Type.Object({}) },
  /** Show a live picture. Answers when the first frame has come from the camera; the same run again changes nothing. Ended by `abort`. */
  live: { params: LiveSpecSchema, result: Type.Object({ playedMonoUs: Type.Number() }) },
  /** Of a live picture: switch its encoder on or off. */
  encode: { params: Type.Object({ runId: Type.String(), on: Type.Boolean() }), result: Type.Object({}) },
  /**
   * Beside a run or a live picture: begin to make small pictures of it, or pause them. Its pipeline has the elements
   * `monitor_source` and `monitor_meter`.
   */
  watch: {
    params: Type.Object({ runId: Type.String(), picture: MonitorNameSchema, pipeline: Type.String({ minLength: 1 }), on: Type.Boolean(), maxRate: Type.Integer({ minimum: 1, maximum: 240 }), rtpPort: Type.Integer({ minimum: 1, maximum: 65535 }) }),
    result: Type.Object({}),
  },
  /** Of a run: let the encoder have this share of its configured bit rate from the next frame on. */
  tune: { params: Type.Object({ runId: Type.String(), bitrateShare: Type.Number({ minimum: 0.1, maximum: 1 }) }), result: Type.Object({}) },
  /** Of a live picture, or of the small stream beside a run: make the next encoded frame a keyframe. */
  keyframe: { params: Type.Object({ runId: Type.String() }), result: Type.Object({}) },
  /** The spec of the run, for a daemon that knows nothing of it. */
  describe: { params: Type.Object({}), result: Type.Object({ spec: Type.Union([RecordingSpecSchema, Type.Null()]) }) },
  /** Finalise what runs, then exit and stay away. */
  shutdown: { params: Type.Object({ eosTimeoutMs: Type.Number({ minimum: 100 }) }), result: Type.Object({}) },
} as const;

export type Method = keyof typeof METHODS;
export type Params<M extends Method> = Static<(typeof METHODS)[M]['params']>;
export type Result<M extends Method> = Static<(typeof METHODS)[M]['result']>;

const envelope = { v: Type.Literal(PROTOCOL_VERSION) };

export const RequestSchema = Type.Object({
  ...envelope,
  type: Type.Literal('request'),
  id: Type.Number(),
  method: Type.String(),
  params: Type.Unknown(),
});
export type Request = Static<typeof RequestSchema>;

/** What a host says, by `type`. */
export const HOST_MESSAGES = {
  hello: Type.Object({ ...envelope, type: Type.Literal('hello'), state: HostStateSchema }),
  state: Type.Object({ ...envelope, type: Type.Literal('state'), state: HostStateSchema }),
  journal: Type.Object({ ...envelope, type: Type.Literal('journal'), entry: JournalEntrySchema }),
  reply: Type.Union([
    Type.Object({ ...envelope, type: Type.Literal('reply'), id: Type.Number(), ok: Type.Literal(true), result: Type.Unknown() }),
    Type.Object({
      ...envelope,
      type: Type.Literal('reply'),
      id: Type.Number(),
      ok: Type.Literal(false),
      error: Type.Object({ kind: Type.String(), code: Type.String(), message: Type.String() }),
    }),
  ]),
} as const;
export type HostMessage = { [T in keyof typeof HOST_MESSAGES]: Static<(typeof HOST_MESSAGES)[T]> }[keyof typeof HOST_MESSAGES];

/** Where the host of a camera listens. */
export function socketPath(runtimeDir: string, camera: number): string {
  return `${runtimeDir}/camera${camera}.sock`;
}

/** Where the host keeps what it is supposed to be doing. */
export function intentPath(runtimeDir: string, camera: number): string {
  return `${runtimeDir}/camera${camera}.intent.json`;
}

/** Holds `{pid, starttime}` of the host, so that a hung one can be killed without guessing. */
export function identityPath(runtimeDir: string, camera: number): string {
  return `${runtimeDir}/camera${camera}.pid.json`;
}
