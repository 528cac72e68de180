/**
 * What the pages of FootballVision's dashboard make of the answers (contract 12.2 to 12.10), read as unguarded as there:
 * the types are what the dashboard believes, nothing checks them, and each function returns what the operator sees.
 */

interface CameraState {
  state: string;
}
interface Recovery {
  attempts: number;
  recovering: boolean;
  failed_permanently: boolean;
}
export interface StatusData {
  recording: {
    recording: boolean;
    match_id: string | null;
    duration: number;
    cameras: { camera_0?: CameraState; camera_1?: CameraState };
    require_all_cameras?: boolean;
    degraded: boolean;
    degraded_cameras: Record<string, string>;
    camera_recovery: Record<string, Recovery>;
    overload_guard: { active: boolean; cpu_percent?: number | null };
  };
  preview: {
    preview_active: boolean;
    cameras: Record<'camera_0' | 'camera_1', { active: boolean; hls_url: string; transport?: string; stream_kind: string }>;
    ice_servers: { urls: string | string[]; username?: string; credential?: string }[];
    relay?: { ws_url: string } | null;
  };
}

const isActive = (camera: CameraState | undefined): boolean => ['running', 'playing'].includes((camera?.state ?? '').toLowerCase());

export function dashboardPage({ recording }: StatusData) {
  const minutes = Math.floor(recording.duration / 60);
  const seconds = Math.floor(recording.duration % 60);
  const { overload_guard: guard } = recording;
  return {
    isRecording: recording.recording === true,
    match: recording.match_id === null ? '' : recording.match_id.toString(),
    clock: `${minutes.toFixed(0)}:${seconds.toFixed(0).padStart(2, '0')}`,
    tiles: [recording.cameras.camera_0, recording.cameras.camera_1].map((camera) => (isActive(camera) ? 'Active' : 'Inactive')),
    policy: recording.require_all_cameras ? 'all cameras required' : 'degradation allowed',
    warnings: recording.degraded ? Object.entries(recording.degraded_cameras).map(([camera, reason]) => `${camera}: ${reason.trim()}`) : [],
    recoveries: Object.entries(recording.camera_recovery).map(([camera, { attempts, recovering, failed_permanently: failed }]) => `${camera} ${attempts.toFixed(0)}${recovering ? ' recovering' : ''}${failed ? ' failed' : ''}`),
    overload: guard.active ? 'overloaded' : 'ok',
    cpu: guard.cpu_percent === null || guard.cpu_percent === undefined ? '-' : `${guard.cpu_percent.toFixed(1)}%`,
  };
}

export interface StartAnswer {
  success: boolean;
  message: string;
  match_id: string;
  cameras_started: number[];
}

/** Of a start by REST: `cameras_started` is used without a look. */
export function startedByRest(answer: StartAnswer): { readonly isStarted: boolean; readonly match: string; readonly tiles: readonly boolean[] } {
  return { tiles: [answer.cameras_started.includes(0), answer.cameras_started.includes(1)], isStarted: answer.success, match: answer.match_id };
}

export interface StopAnswer {
  success: boolean;
  message: string;
  transport_success?: boolean;
  graceful_stop?: boolean;
  integrity?: { all_ok: boolean | null };
}

/** Colour and text of the notice after a stop. */
export function stopNotice({ success, message, transport_success: transport, graceful_stop: graceful, integrity }: StopAnswer): string {
  if (success) return `green: ${message}`;
  return `${transport || graceful || integrity?.all_ok === false ? 'amber' : 'red'}: ${message}`;
}

/** The players of the preview page: by which way each gets its picture. */
export function previewPage({ preview }: StatusData) {
  const players = [preview.cameras.camera_0, preview.cameras.camera_1].map((camera) => {
    if (!camera.active) return 'off';
    if (!camera.hls_url.startsWith('/')) throw new Error('a player without an address does not render');
    const transport = camera.transport ?? 'hls';
    if (transport === 'webrtc') return preview.relay?.ws_url ? `relay ${preview.relay.ws_url}` : `webrtc ${camera.stream_kind}`;
    return `hls ${camera.hls_url}`;
  });
  const iceServers = preview.ice_servers.map(({ urls, ...login }) => ({ urls: [urls].flat().map((url) => url.replace('://', ':')), ...login }));
  return { isActive: preview.preview_active, players, iceServers: JSON.stringify(iceServers) };
}

export interface MatchData {
  files: { file: string; type: string; segment_count?: number; size_mb: number; created_at: number; path?: string }[];
  total_size_mb: number;
  camera_count: number;
  segments_count: number;
  created_at: number | null;
}

/** Newest first, without matches that have no files. */
export function matchesPage({ recordings }: { recordings: Record<string, MatchData> }) {
  const dateOf = (value: number | null): string => (value === null ? '' : new Date(value > 1e12 ? value : value * 1000).toISOString());
  return Object.entries(recordings)
    .filter(([, { files }]) => files.length > 0)
    .map(([id, match]) => ({
      id,
      size: `${match.total_size_mb.toFixed(1)} MB`,
      cameras: match.camera_count.toFixed(0),
      segments: match.segments_count.toFixed(0),
      date: dateOf(match.created_at),
      files: match.files.filter(({ file }) => !file.endsWith('_archive.mp4')).map(({ file, size_mb: size, type, segment_count: count, created_at: at }) => `${file} ${type} ${count ?? ''} ${size >= 0 ? size.toFixed(2).length > 0 : ''} ${dateOf(at).length}`),
      processed: match.files.filter(({ file }) => file.endsWith('_archive.mp4')).map(({ path }) => path ?? ''),
    }))
    .sort((a, b) => b.date.localeCompare(a.date));
}

export function diskLine({ system }: { system: { disk_free_gb: number; disk_percent: number } }): string {
  return `${system.disk_free_gb.toFixed(1)} GB free, ${system.disk_percent.toFixed(0)} %`;
}

interface SegmentData {
  name: string;
  path: string;
  size_mb: number;
  created_at: number;
  segment_number: number;
  camera: string;
}
export interface SegmentsData {
  match_id: string;
  type: string;
  cam0: SegmentData[];
  cam1: SegmentData[];
  other: SegmentData[];
  total_size_mb: number;
  segments_count: number;
  segment_duration_minutes?: number;
}

/** Links of the download dialog, camera by camera. */
export function segmentLinks(data: SegmentsData): readonly { readonly label: string; readonly href: string }[] {
  return [...data.cam0, ...data.cam1, ...data.other].map((segment) => ({
    label: `${segment.camera.toUpperCase()} ${segment.segment_number.toFixed(0)} ${segment.name.length > 0 ? segment.size_mb.toFixed(2) : ''}`,
    href: segment.path,
  }));
}

export interface MetricsData {
  power_mode: { name: string; id: string; is_max: boolean };
  cpu_avg: { performance: number; efficiency: number };
  cpu_frequencies: { cpu: number; freq_ghz: number; type: string }[];
  temperature: { max_c: number; warning: boolean; critical: boolean };
  cpu_usage: { overall: number };
  memory: { used_gb: number; total_gb: number; percent: number; available_gb: number };
  storage: { free_gb: number; percent: number; used_gb: number; total_gb: number };
}

export function healthPage(metrics: MetricsData) {
  const { power_mode: power, cpu_avg: average, temperature, memory, storage } = metrics;
  return {
    power: `${power.name.toUpperCase()} (${power.id.trim()})`,
    banner: power.is_max === false ? 'not in MAXN' : null,
    clocks: `${average.performance.toFixed(3)} ${average.efficiency.toFixed(3)}`,
    cores: metrics.cpu_frequencies.map(({ cpu, freq_ghz: clock, type }) => `${cpu.toFixed(0)} ${clock.toFixed(3)} ${type.charAt(0)}`),
    temperature: `${temperature.max_c.toFixed(1)} ${temperature.critical === true ? 'critical' : temperature.warning === true ? 'warm' : 'fine'}`,
    load: metrics.cpu_usage.overall.toFixed(1),
    memory: [memory.used_gb, memory.total_gb, memory.percent, memory.available_gb].map((value) => value.toFixed(1)).join(' '),
    storage: [storage.free_gb, storage.percent, storage.used_gb, storage.total_gb].map((value) => value.toFixed(1)).join(' '),
  };
}

export interface LogsData {
  lines: string[];
  message?: string;
  total_lines?: number;
}

/** Newest first. The list is turned round in place; once a line is an alert, those that are not are hidden. */
export function logsPage({ lines, message, total_lines: total }: LogsData) {
  const newestFirst = lines.reverse();
  const cards = newestFirst.flatMap((line) => {
    if (!line.trim().startsWith('{')) return [];
    const alert: { ts: string; event_type: string; severity: string; message: string } = JSON.parse(line);
    return [alert.ts, alert.event_type, alert.severity, alert.message].every((value) => typeof value === 'string') ? [`${alert.severity}: ${alert.message}`] : [];
  });
  return { lines: newestFirst, cards, notice: message ?? '', total: total?.toFixed(0) ?? '' };
}

export interface PanoramaData {
  panorama: {
    preview_active: boolean;
    transport: string;
    stream_kind: string;
    hls_url: string;
    ice_servers: unknown[];
    calibrated: boolean;
    performance?: { current_fps: number; avg_sync_drift_ms: number; dropped_frames: number };
    quality_score?: number;
    calibration_date?: string;
  };
  calibration: { is_calibrating: boolean; frames_captured: number };
}

export function panoramaPage({ panorama, calibration }: PanoramaData) {
  const { performance } = panorama;
  return {
    state: panorama.preview_active ? `${panorama.transport} ${panorama.stream_kind} ${panorama.hls_url} ${panorama.ice_servers.length.toFixed(0)}` : 'off',
    calibrated: panorama.calibrated === true,
    figures: performance ? `${performance.current_fps.toFixed(1)} fps, ${performance.avg_sync_drift_ms.toFixed(1)} ms, ${performance.dropped_frames.toFixed(0)} dropped` : '',
    quality: panorama.quality_score === undefined ? '' : panorama.quality_score.toFixed(2),
    date: panorama.calibration_date === undefined ? '' : panorama.calibration_date.slice(0, 10),
    canComplete: calibration.is_calibrating && calibration.frames_captured >= 10,
    frames: calibration.frames_captured.toFixed(0),
  };
}

export interface ProcessingData {
  progress: number;
  eta_seconds: number | null;
  completed: boolean;
  error: string | null;
}

export function processingLine({ progress, eta_seconds: eta, completed, error }: ProcessingData): string {
  if (error) return `failed: ${error}`;
  return completed ? 'completed' : `${progress.toFixed(0)} %${eta === null ? '' : `, ${(eta / 60).toFixed(0)} min`}`;
}

/** What the matches page and the player say about the cloud: with a status of 503 words of their own. */
export function cloudNotice({ status, body }: { status: number; body: { files?: unknown[]; matches?: unknown[]; detail?: string } }): string {
  if (status === 503) return 'Cloud storage is not set up on this rig';
  if (status >= 400) return `error: ${(body.detail ?? '').trim()}`;
  return `${(body.files ?? body.matches ?? []).length} archives`;
}

interface Service {
  active: boolean;
  branch: string;
  commit: string;
}
interface Disk {
  used_gb: number;
  total_gb: number;
  percent: number;
}
export interface DevelopmentData {
  status: { services: { production: Service; development: Service } };
  git: { branch: string; commit: string; commit_message: string; behind: number; has_changes: boolean; changes: string[] };
  system: { cpu: { percent: number; count: number }; memory: Disk; disk: { root: Disk; recordings: Disk } };
}

export function developmentPage({ status: { services }, git, system }: DevelopmentData) {
  const line = ({ active, branch, commit }: Service): string => `${active ? 'running' : 'stopped'} ${branch.trim()} ${commit.substring(0, 7)}`.trim();
  const bar = ({ used_gb: used, total_gb: total, percent }: Disk): string => `${used.toFixed(1)} / ${total.toFixed(1)} GB (${percent.toFixed(0)} %)`;
  return {
    production: line(services.production),
    development: line(services.development),
    git: `${git.branch.trim()} ${git.commit.substring(0, 7)} ${git.commit_message.split('\n')[0] ?? ''}`,
    isBehind: git.behind > 0,
    changes: git.has_changes ? git.changes.map((change) => change.trim()) : [],
    cpu: `${system.cpu.percent.toFixed(1)} % of ${system.cpu.count.toFixed(0)}`,
    bars: [system.memory, system.disk.root, system.disk.recordings].map(bar),
  };
}

/** The notice after a button of the development page or the sidebar. */
export function actionNotice({ success, error, message, detail }: { success?: boolean; error?: string; message?: string; detail?: string }): string {
  return success ? `done: ${message ?? ''}` : `failed: ${error ?? message ?? (detail ?? 'unknown').trim()}`;
}
