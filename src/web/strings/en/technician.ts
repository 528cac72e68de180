import type { HealthFacts } from '../../technician/log-lines.js';
import { kiosk } from './kiosk.js';

const { camera } = kiosk;

/** The rig's own words, with the names that people have for `cam0: …`. */
const inWords = (text: string): string => text.replace(/\bcam(\d+): (.)/g, (_match, id: string, first: string) => `${camera(Number(id))}: ${first.toLowerCase()}`);

/** The page of the technician: dense, and with the rig's own terms. */
export const technician = {
  title: 'Technician',
  /** In place of a value that nobody has measured. */
  unknown: 'not measured yet',
  none: 'none',
  never: 'never',
  stale: {
    section: (age: string): string => `not current, ${age} old`,
    waiting: 'Waiting for the rig…',
  },

  camera: {
    state: {
      recording: 'Recording',
      starting: 'Starting',
      recovering: 'Lost, recovering',
      failed: 'Lost, recovery failed',
      absent: 'Not recording',
      live: 'Live picture',
      liveStarting: 'Live picture starting',
      liveError: 'Live picture failed',
      rest: 'At rest',
    },
    fps: 'Frames per second',
    age: 'Newest frame',
    noMeters: 'The meters count while a match is recorded.',
    encoded: 'Frames encoded',
    atSource: 'Frames from the camera',
    missed: 'Frames missed',
    gap: 'Largest gap',
    written: 'Written',
    synced: 'Safe on disk',
    uptime: 'Running for',
    recoveries: 'Recovery attempts',
    lastError: 'Last error',
    lastRecovery: 'Last recovery',
    file: 'Newest file',
    probe: 'File check',
    probeOk: (frames: number | null): string => (frames === null ? 'plays' : `plays, ${frames} frames`),
    probeFailed: (error: string | null): string => `does not play: ${error ?? 'no reason known'}`,
  },

  graph: {
    empty: '3 min: nothing measured',
    range: (least: string, most: string): string => `3 min: ${least === most ? least : `${least} to ${most}`}`,
    spoken: (what: string, range: string): string => `${what}, last ${range}`,
  },

  health: {
    title: 'Health',
    ok: 'Healthy',
    bad: 'Not healthy',
    issue: inWords,
    guard: 'Overload guard',
    guardActive: 'Active: less is asked of the rig',
    guardRest: 'At rest',
    guardUnmeasured: 'Has not measured yet',
    cpu: 'CPU it measured',
    streak: 'Bad in a row',
    evaluated: 'Last looked',
    triggered: 'Triggered',
    reasons: 'Reasons',
    guardHealth: 'Health it saw',
    watchdog: 'Watchdog',
    watchdogRest: 'Nothing to watch: nothing is recorded.',
    watching: 'Watches, all cameras deliver',
    silent: (id: number): string => `${camera(id)} delivers nothing`,
    recovering: (id: number, attempts: number): string => `${camera(id)} is being restarted (attempt ${attempts})`,
    failed: (id: number): string => `${camera(id)}: no restart has helped; it is tried again all the while`,
  },

  system: {
    title: 'Machine',
    cpu: 'Processor',
    memory: 'Memory',
    disk: 'Disk',
    temperature: 'Temperature',
    clock: 'Clock',
    power: 'Power mode',
    daemon: 'Daemon',
    used: (used: string, total: string): string => `${used} of ${total} GiB`,
    free: (free: string, total: string): string => `${free} of ${total} GiB free`,
    hours: (hours: number): string => `${Math.floor(hours)} h ${Math.floor((hours * 60) % 60)} min of video fit`,
    hoursUnknown: 'how many hours fit is not known',
    celsius: (value: number): string => `${value.toFixed(1)} °C`,
    hottest: (zones: number): string => (zones === 1 ? 'one sensor' : `hottest of ${zones} sensors`),
    warning: 'hot',
    critical: 'too hot',
    noSensor: 'no sensor',
    noMode: 'none on this machine',
    notMax: 'too weak for recording',
    ghz: (value: number, cores: number): string => `${value.toFixed(2)} GHz on ${cores} cores`,
    daemonNow: (cpu: number, megabytes: number): string => `${cpu.toFixed(0)} % of a core, ${megabytes.toFixed(0)} MiB`,
  },

  access: {
    title: 'Who has the cameras',
    mode: 'Mode',
    modes: { idle: 'Nobody', preview: 'Live picture', recording: 'Recording', calibration: 'Calibration' },
    holder: 'Holder',
    since: 'Since',
    may: 'Allowed now',
    mayPreview: 'live picture',
    mayRecord: 'recording',
    transport: 'Ways for pictures',
    transports: { dual: 'WebRTC, else HLS', webrtc: 'WebRTC only', hls: 'HLS only' },
    noWebrtc: 'this rig cannot do WebRTC',
    viewers: 'WebRTC viewers',
    noViewers: 'nobody watches',
    viewer: (stream: string, connection: string): string => `${stream} to ${connection}`,
    live: (id: number): string => `${camera(id)}, live`,
    liveState: { idle: 'ended', stopped: 'not started', starting: 'starting', running: 'running', stopping: 'stopping', error: 'failed' },
  },

  log: {
    title: 'Logs',
    which: 'Log',
    types: { alerts: 'Alerts', watchdog: 'Watchdog', health: 'Health' },
    filter: 'Filter',
    filterHint: 'words that must be in the line',
    problemsOnly: 'Problems only',
    follow: 'Follow',
    following: 'New lines come into view',
    none: 'This log has no line yet.',
    noMatch: 'No line has these words.',
    count: (shown: number, all: number): string => `${shown === all ? '' : `${shown} of `}${all} ${all === 1 ? 'line' : 'lines'}`,
    failed: (reason: string): string => `The log cannot be read: ${reason}`,
    levels: { info: 'Info', warning: 'Warning', error: 'Error' },
    noTime: 'no time',
    unreadable: 'unreadable line',
    health: healthWords,
  },

  pipelines: {
    title: 'Pipelines',
    profile: (name: string): string => `profile ${name}`,
    which: 'Pipeline',
    kinds: { recording: 'Recording', live: 'Live picture' },
    copy: 'Copy',
    copied: (id: number): string => `Pipeline of the ${camera(id).toLowerCase()} copied`,
    notCopied: 'The browser does not copy. Select the text and copy it by hand.',
    text: (id: number): string => `Pipeline of the ${camera(id).toLowerCase()}`,
  },

  correlations: {
    title: 'What went wrong together',
    explain: 'Compares complaints of the camera stack with failed stops and bad files of the last 24 hours.',
    ask: 'Compare now',
    asking: 'Comparing…',
    counts: { nvvic_errors: 'Complaints of the camera stack', recording_stop_timeouts: 'Stops that timed out', probe_failures: 'Files that do not play', correlated_nvvic_events: 'Complaints close to one of these' },
    nothing: 'Nothing of the kind happened.',
    failed: (reason: string): string => `It could not be compared: ${reason}`,
  },

  versions: {
    title: 'Versions and tools',
    product: 'Touchline',
    api: 'API',
    node: 'Node.js',
    host: 'Rig',
    links: 'More',
    docs: 'API documentation',
    openapi: 'OpenAPI document',
    metrics: 'Metrics for Prometheus',
  },
};

function healthWords(facts: HealthFacts): string {
  const known = [
    facts.healthy ? 'Healthy' : `Not healthy: ${facts.issues.map(inWords).join('; ')}`,
    facts.phase === null || facts.phase === 'idle' ? 'idle' : `${facts.phase} ${facts.matchId ?? ''}`.trim(),
    facts.fps.length === 0 ? null : `${facts.fps.map((fps) => fps?.toFixed(1) ?? '–').join(' / ')} fps`,
    facts.cpuPercent === null ? null : `CPU ${facts.cpuPercent.toFixed(0)} %`,
    facts.celsius === null ? null : `${facts.celsius.toFixed(0)} °C`,
    facts.hoursLeft === null ? null : `${facts.hoursLeft.toFixed(1)} h fit`,
  ];
  return known.filter((word) => word !== null).join(' · ');
}
