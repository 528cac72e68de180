import Type, { type Static, type TSchema, type TSchemaOptions } from '#typebox';
import { camerasSchema, PresetSchema } from './camera-schema.js';

/**
 * The one source of the configuration's keys: type, default, range, unit and words. The published schema, the table
 * and the example in docs/ are generated from it. Annotations:
 * `x-touchline-live`: an edit of the running file applies (from the next recording on, where it concerns recordings);
 * `x-touchline-path`: a path, resolved against the folder of the file or the working directory;
 * `x-unit`: the unit of the figure.
 */

const LIVE = { 'x-touchline-live': true };
const AT_START = { 'x-touchline-live': false };

interface Words extends TSchemaOptions {
  readonly description: string;
  readonly default: unknown;
}

const seconds = (range: { minimum: number; maximum: number }, words: Words) =>
  Type.Number({ ...range, 'x-unit': 'seconds', ...words });
const minutes = (value: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1440, default: value, 'x-unit': 'minutes', description, ...LIVE });
const orNull = <S extends TSchema>(schema: S, words: Words) => Type.Union([schema, Type.Null()], words);

const folder = (words: Words) =>
  Type.String({
    minLength: 1,
    maxLength: 4096,
    'x-expected': 'the path of a folder',
    'x-touchline-path': true,
    ...AT_START,
    ...words,
  });

const general = {
  profile: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
    'x-expected': 'the name of a profile, such as sim, file, usb, ip, jetson-nvenc or jetson-x264',
    default: 'sim',
    description:
      'Pipelines to use: sim, file, usb, ip, jetson-nvenc, jetson-x264 or a profile of your own. ' +
      'Without it, given sources choose it.',
    ...AT_START,
  }),
  sources: orNull(
    Type.Array(
      Type.String({
        minLength: 1,
        maxLength: 2048,
        'x-expected': 'a video file, a device such as /dev/video0 or an address such as rtsp://host/path',
      }),
      { minItems: 1, maxItems: 2 },
    ),
    {
      default: null,
      description: 'Left and right camera: video files, devices or addresses; null = the profile needs none.',
      'x-touchline-path': true,
      ...AT_START,
    },
  ),
  host: Type.String({
    pattern: '^[0-9A-Za-z:.%_-]{1,253}$',
    'x-expected': 'an IP address or a host name',
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 = every network the rig is in.',
    ...AT_START,
  }),
  port: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 8000,
    description: 'TCP port to listen on; 0 = any free one.',
    ...AT_START,
  }),
  allowed_origins: Type.Array(
    Type.String({
      pattern: '^https?://(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\\[[0-9a-f:.]{2,45}\\])(?::[0-9]{1,5})?$',
      'x-expected': 'an origin as browsers write it: http:// or https://, a name in lower case, a port unless it is the usual one, and no path',
    }),
    {
      maxItems: 64,
      default: [],
      description:
        'Further web pages that may read and control the rig, by their origin, such as https://club.example; ' +
        'also the name under which the rig itself is reached when it is none of its own (docs/rest.md).',
      ...LIVE,
    },
  ),
  recordings_dir: folder({ default: 'var/recordings', description: 'Where matches are recorded; without it, `recordings` below a state_dir that is set.' }),
  state_dir: folder({ default: 'var/state', description: 'What the daemon must remember across a power cut.' }),
  runtime_dir: folder({ default: 'var/run', description: 'Sockets and intent files of the running cameras.' }),
  camera_supervisor: Type.Enum(['self', 'systemd'], {
    default: 'self',
    description:
      'Who starts the camera processes: self = the daemon, systemd = its units touchline-camera@0 and @1; ' +
      'then they go on recording when the daemon ends.',
    ...AT_START,
  }),
  log_level: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'Lowest level that is logged (docs/logging.md).',
    ...LIVE,
  }),
};

const recording = {
  recording_quality: Type.Enum(['high', 'balanced', 'fast'], {
    default: 'high',
    description: 'Quality preset of recordings.',
    ...LIVE,
  }),
  recording_bitrate_kbps: orNull(Type.Integer({ minimum: 64, maximum: 500_000 }), {
    default: null,
    'x-unit': 'kbit/s',
    description: 'Bit rate per camera; null = the quality preset decides.',
    ...LIVE,
  }),
  recording_require_all_cameras: Type.Boolean({
    default: true,
    description: 'Start only with both cameras; false = one is enough.',
    ...LIVE,
  }),
  recording_segment_seconds: seconds(
    { minimum: 0.2, maximum: 86_400 },
    { default: 600, description: 'Length of one file of a recording.', ...LIVE },
  ),
  recording_protection_seconds: seconds(
    { minimum: 0, maximum: 3600 },
    { default: 10, description: 'After a start, a stop without force is refused for this long.', ...LIVE },
  ),
  recording_start_timeout_seconds: seconds(
    { minimum: 1, maximum: 600 },
    { default: 10, description: 'A start fails when a camera has delivered no frame, or no keyframe, by then.', ...LIVE },
  ),
  recording_stall_seconds: seconds(
    { minimum: 0.5, maximum: 600 },
    { default: 2, description: 'A camera without a new frame for this long is restarted.', ...LIVE },
  ),
  recording_stop_eos_timeout_seconds: seconds(
    { minimum: 1, maximum: 600 },
    { default: 5, description: 'How long a camera may take to finalise its file at a stop; a disk that is behind gets 30 s more to take what waits for it.', ...LIVE },
  ),
  recording_integrity_probe_timeout_seconds: seconds(
    { minimum: 1, maximum: 600 },
    { default: 8, description: 'How long the check of one finished file may take.', ...LIVE },
  ),
  recording_recovery_max_attempts: Type.Integer({
    minimum: 0,
    maximum: 1000,
    default: 2,
    description: 'How often a failed camera is started again.',
    ...LIVE,
  }),
  recording_recovery_backoff_seconds: seconds(
    { minimum: 0, maximum: 3600 },
    { default: 1, description: 'Wait before the first new start of a failed camera; grows with each attempt.', ...LIVE },
  ),
  recording_min_free_gb: Type.Number({
    minimum: 0,
    maximum: 1_000_000,
    default: 2,
    'x-unit': 'GiB',
    description: 'With less free space a start is refused.',
    ...LIVE,
  }),
  recording_slo_min_effective_fps: Type.Number({
    minimum: 1,
    maximum: 240,
    default: 24,
    'x-unit': 'frames/s',
    description: 'A finished file below this rate raises an alert.',
    ...LIVE,
  }),
  recording_space_low_minutes: minutes(60, 'With room for less than this much more of the recording, an alert warns.'),
  recording_space_critical_minutes: minutes(15, 'With room for less than this, a second alert calls it an error.'),
  recording_reserve_mb: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 512,
    'x-unit': 'MiB',
    description: 'With less free space a running recording is stopped in order, so that its files are finalised; 0 = never.',
    ...LIVE,
  }),
  recording_resume_enabled: Type.Boolean({
    default: true,
    description: 'After a power cut in mid-match, go on recording the same match.',
    ...AT_START,
  }),
  recording_resume_max_age_seconds: seconds(
    { minimum: 0, maximum: 604_800 },
    { default: 1800, description: 'A match that was last recorded longer ago than this is over. A clock that is known to be wrong ends no match.', ...AT_START },
  ),
};

const overload = {
  recording_overload_guard_enabled: Type.Boolean({
    default: true,
    description: 'Watch for overload while recording and take load off the machine: fewer small pictures, then none, then a lower bit rate.',
    ...LIVE,
  }),
  recording_overload_cpu_percent_threshold: Type.Number({
    minimum: 1,
    maximum: 100,
    default: 92,
    'x-unit': 'percent',
    description: 'Load of all processors together that counts as overload.',
    ...LIVE,
  }),
  recording_overload_poll_interval_seconds: seconds(
    { minimum: 1, maximum: 3600 },
    { default: 5, description: 'Time between two looks of the overload guard.', ...LIVE },
  ),
  recording_overload_unhealthy_streak_threshold: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 3,
    description: 'Bad looks in a row until the guard acts, and until each further step.',
    ...LIVE,
  }),
};

const cameraStack = {
  camera_stack_repair_enabled: Type.Boolean({
    default: true,
    description: 'On a Jetson: have nvargus-daemon restarted when no camera comes back without that; under systemd by a helper (docs/appliance.md).',
    ...LIVE,
  }),
  camera_stack_repair_after_failures: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 3,
    description: 'How often in a row each camera must have failed before that.',
    ...LIVE,
  }),
  camera_stack_repair_interval_seconds: seconds(
    { minimum: 10, maximum: 86_400 },
    { default: 300, description: 'Shortest time between two of these restarts.', ...LIVE },
  ),
};

const pixels = Type.Integer({ minimum: 16, maximum: 8192 });

const preview = {
  preview_transport_mode: Type.Enum(['dual', 'hls', 'webrtc'], {
    default: 'dual',
    description: 'How live pictures are sent when nobody says: webrtc, or hls (also with dual).',
    ...AT_START,
  }),
  hls_dir: orNull(Type.String({ minLength: 1, maxLength: 4096, 'x-expected': 'the path of a folder' }), {
    default: null,
    'x-touchline-path': true,
    description: 'Where live pictures lie as HLS, in memory; null = a folder of its own in /dev/shm.',
    ...AT_START,
  }),
  webrtc_udp_port: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 0,
    description: 'UDP port of all WebRTC viewers, for the rule of a firewall; 0 = any free one.',
    ...AT_START,
  }),
  webrtc_ice_servers: Type.Array(
    Type.Object(
      {
        urls: Type.Array(Type.String({ pattern: '^(?:stuns?|turns?):[^\\s]{1,500}$', 'x-expected': 'an address such as stun:host:port or turn:host:port?transport=udp' }), { minItems: 1, maxItems: 8 }),
        username: Type.Optional(Type.String({ maxLength: 256 })),
        credential: Type.Optional(Type.String({ maxLength: 256 })),
      },
      { additionalProperties: false },
    ),
    {
      maxItems: 8,
      default: [],
      description: 'STUN and TURN servers for viewers outside the network of the rig, as browsers take them. Whoever reads the status sees them.',
      ...AT_START,
    },
  ),
  monitor_mode: Type.Enum(['auto', 'on', 'off'], {
    default: 'auto',
    description: 'Small pictures of what is being recorded: on; off; auto = on, unless the processor has no time left for them. Off and on count from the next recording.',
    ...LIVE,
  }),
  monitor_fps: Type.Integer({
    minimum: 1,
    maximum: 30,
    default: 12,
    'x-unit': 'frames/s',
    description: 'How many small pictures a second at most.',
    ...LIVE,
  }),
  monitor_width: Type.Integer({
    minimum: 160,
    maximum: 1280,
    multipleOf: 2,
    default: 640,
    'x-unit': 'pixels',
    description: 'Width of the small pictures.',
    ...LIVE,
  }),
};

const page = {
  match_teams: Type.Array(
    Type.String({
      // What the rule for match ids allows, so that each name can stand in one.
      pattern: '^[^\\s/\\\\<>:"|?*.](?:[^/\\\\<>:"|?*\\u0000-\\u001f]{0,38}[^\\s/\\\\<>:"|?*.\\u0000-\\u001f])?$',
      'x-expected': 'the name of a team, of at most 40 characters and none of / \\ < > : " | ? *',
    }),
    {
      maxItems: 40,
      default: [],
      description: 'Teams that play here: the page offers them for the name of a match, so that nobody has to type.',
      ...LIVE,
    },
  ),
};

const picture = {
  video_width: orNull(pixels, {
    default: null,
    'x-unit': 'pixels',
    description: 'Width that the source delivers; null = the profile decides.',
    ...AT_START,
  }),
  video_height: orNull(pixels, {
    default: null,
    'x-unit': 'pixels',
    description: 'Height that the source delivers; null = the profile decides.',
    ...AT_START,
  }),
  video_framerate: orNull(Type.Number({ minimum: 1, maximum: 240 }), {
    default: null,
    'x-unit': 'frames/s',
    description: 'Frame rate that the source delivers; null = the profile decides.',
    ...AT_START,
  }),
  cameras: camerasSchema({ description: 'Settings of the left (0) and the right (1) camera.', ...LIVE }),
  presets: Type.Record(Type.String({ pattern: '^[^_]' }), PresetSchema, {
    additionalProperties: false,
    default: {},
    description: 'Named camera settings. Kept, not used by this version.',
    ...LIVE,
  }),
};

/** The whole configuration with every default filled in, in the words of the file. */
export const ConfigSchema = Type.Object(
  { ...general, ...recording, ...overload, ...cameraStack, ...preview, ...page, ...picture },
  { additionalProperties: false, title: 'Touchline configuration' },
);

export type WireConfig = Static<typeof ConfigSchema>;
export type ConfigKey = keyof WireConfig;

/** What a file or the environment may say: the same rules, and every key may be left out. */
export const PartialConfigSchema: TSchema = withoutRequired(ConfigSchema);

function withoutRequired(schema: object): object {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => !(keyword === 'required' && Array.isArray(value)))
      .map(([keyword, value]: [string, unknown]): [string, unknown] => [keyword, relaxed(value)]),
  );
}

function relaxed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relaxed);
  return typeof value === 'object' && value !== null ? withoutRequired(value) : value;
}
