/** An evening with FootballVision's dashboard in front of the real daemon: what each page reads is there (contract 12.2 to 12.10). */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { DashboardClient } from '../support/dashboard-client.js';
import {
  actionNotice,
  cloudNotice,
  dashboardPage,
  type DevelopmentData,
  developmentPage,
  diskLine,
  healthPage,
  type LogsData,
  logsPage,
  type MatchData,
  matchesPage,
  type MetricsData,
  type PanoramaData,
  panoramaPage,
  previewPage,
  type ProcessingData,
  processingLine,
  segmentLinks,
  type SegmentsData,
  startedByRest,
  type StartAnswer,
  type StatusData,
  stopNotice,
  type StopAnswer,
} from '../support/dashboard-pages.js';
import { call } from '../support/http.js';
import { Rig, until } from '../support/rig.js';

const MATCH = 'FC Köln – Heim';
const CHANNELS = ['status', 'system_metrics', 'panorama_status'];

async function open(t: Test, env: Readonly<Record<string, string>> = {}): Promise<{ readonly rig: Rig; readonly dashboard: DashboardClient }> {
  const rig = await Rig.start({ env });
  t.teardown(() => rig.dispose());
  const dashboard = new DashboardClient(rig.url, CHANNELS);
  t.teardown(() => dashboard.disconnect());
  return { rig, dashboard };
}

const recordingIs = (wanted: boolean) => (data: StatusData): boolean => data.recording.recording === wanted;
/** One camera may be faster than the other, and the status says so in between. */
const bothAreShown = ({ preview }: StatusData): boolean => Object.values(preview.cameras).every(({ active }) => active);
const doNothing = (): Promise<never> => Promise.reject(new Error('REST is for those who are offline'));

t.test('dashboard page: a match is started, shown and stopped over the socket', async (t) => {
  const { rig, dashboard } = await open(t, { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '2' });
  t.equal(dashboard.isConnected, false);
  await dashboard.connect();
  t.match(dashboardPage(await dashboard.channel<StatusData>('status')), { isRecording: false, match: '', clock: '0:00', tiles: ['Inactive', 'Inactive'], policy: 'degradation allowed', warnings: [], recoveries: [], overload: 'ok', cpu: '-' });

  const started = await dashboard.commandOr<StartAnswer>('start_recording', { match_id: MATCH, process_after_recording: false }, doNothing);
  t.equal(started.success, true);
  const page = dashboardPage(await dashboard.channel<StatusData>('status', recordingIs(true)));
  t.match(page, { isRecording: true, match: MATCH, clock: /^0:0\d$/, tiles: ['Active', 'Active'], policy: 'all cameras required', warnings: [], recoveries: ['camera_0 0', 'camera_1 0'], overload: 'ok' });
  const again = await dashboard.command<StartAnswer>('start_recording', { match_id: 'second', process_after_recording: false });
  t.match(again, { success: false, message: `Already recording match: ${MATCH}` });
  t.match(stopNotice(await dashboard.command<StopAnswer>('stop_recording', {})), /^red: Recording protected for 2\.0s\./);
  await until(async () => (await rig.get('/api/v1/recording')).body['protected']?.valueOf() === false, 'the protection is over');
  t.equal(stopNotice(await dashboard.command<StopAnswer>('stop_recording', {})), 'green: Recording stopped successfully');
  t.match(dashboardPage(await dashboard.channel<StatusData>('status', recordingIs(false))), { isRecording: false, tiles: ['Inactive', 'Inactive'] });
  t.equal(stopNotice(await dashboard.command<StopAnswer>('stop_recording', {})), 'red: Not currently recording');
  await t.rejects(dashboard.command('get_logs', { log_type: 'nope' }), { message: 'Unknown log type. Available: health, alerts, watchdog' }, 'refused as a whole: the error is text');
});

t.test('dashboard page without a socket: the same over REST', async (t) => {
  const { dashboard } = await open(t, { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '0' });
  t.equal((await dashboard.json<StatusData>('GET', '/status')).preview.preview_active, false);
  await dashboard.json('DELETE', '/preview');
  const start = (match: string): Promise<StartAnswer> =>
    dashboard.commandOr('start_recording', {}, () => dashboard.json<StartAnswer>('POST', '/recording', { match_id: match, force: false, process_after_recording: false }));
  t.strictSame(startedByRest(await start(MATCH)), { isStarted: true, match: MATCH, tiles: [true, true] });
  t.match(startedByRest(await start('second')), { isStarted: false, tiles: [false, false] }, 'a refusal has the list of cameras, too');
  t.match(dashboardPage(await dashboard.json<StatusData>('GET', '/status')), { isRecording: true, match: MATCH, tiles: ['Active', 'Active'] });
  const stopped = await dashboard.json<StopAnswer & { readonly camera_stop_results: object }>('DELETE', '/recording');
  t.equal(stopNotice(stopped), 'green: Recording stopped successfully');
  t.strictSame(Object.keys(stopped.camera_stop_results), ['camera_0', 'camera_1']);
});

t.test('preview page: both players have an address, and servers stay as they are', async (t) => {
  const { dashboard } = await open(t);
  await dashboard.connect();
  const shown = async (isWanted: (data: StatusData) => boolean) => previewPage(await dashboard.channel<StatusData>('status', isWanted));
  const before = await shown(() => true);
  t.match(before, { isActive: false, players: ['off', 'off'] });
  t.match(await dashboard.command('start_preview', { transport: 'webrtc' }), { success: true, message: 'Preview started for cameras: [0, 1]' });
  t.strictSame(await shown(bothAreShown), { isActive: true, players: ['webrtc main_cam0', 'webrtc main_cam1'], iceServers: before.iceServers });
  t.match(await dashboard.command('stop_preview', {}), { success: true });
  t.strictSame(await shown(({ preview }) => !preview.preview_active), before);

  t.equal((await dashboard.json<StatusData>('GET', '/status')).recording.recording, false);
  t.match(await dashboard.json('POST', '/preview', { camera_id: null, transport: 'webrtc' }), { success: true });
  t.equal((await dashboard.fetch('DELETE', '/preview')).ok, true);
  await dashboard.json('POST', '/preview', { camera_id: null, transport: 'hls' });
  t.strictSame((await shown(bothAreShown)).players, ['hls /hls/cam0.m3u8', 'hls /hls/cam1.m3u8']);
  await dashboard.command('start_recording', { match_id: MATCH });
  await t.rejects(dashboard.command('start_preview', { transport: 'webrtc' }), { message: 'Recording is active. Stop recording before starting preview.' });
});

t.test('matches and player page: what was filmed is listed, its links work, and it can be deleted', async (t) => {
  const { rig, dashboard } = await open(t);
  t.strictSame(matchesPage(await dashboard.json<{ recordings: Record<string, MatchData> }>('GET', '/recordings')), []);
  await rig.record(MATCH);
  t.match((await rig.stop()).body, { success: true });
  const [segment = ''] = await rig.segments(MATCH, 0);
  await copyFile(join(rig.segmentsDir(MATCH), segment), join(rig.recordingsDir, MATCH, 'cam0_archive.mp4'));
  await mkdir(join(rig.recordingsDir, 'empty'));
  const listed = async () => matchesPage(await dashboard.json<{ recordings: Record<string, MatchData> }>('GET', '/recordings'));
  await until(async () => (await listed())[0]?.processed.length === 1, 'the match and its archive are listed');
  const matches = await listed();
  t.match(matches, [{ id: MATCH, size: /^\d+\.\d MB$/, cameras: '2', segments: '2', date: /^20\d\d-/, files: [/^cam0 segmented 1 true 24$/, /^cam1 segmented 1 true 24$/] }]);
  t.equal(matches.length, 1);
  t.match(diskLine(await dashboard.json('GET', '/health')), /^\d+\.\d GB free, \d+ %$/);
  // The dashboard writes ids into paths as they are; what a browser makes of that arrives here.
  t.match(await dashboard.json('GET', `/recordings/${MATCH}/processing-status`), { processing: false, completed: true });
  t.match(await dashboard.json('GET', '/recordings/nobody/processing-status'), { processing: false, completed: false });

  const data = await dashboard.json<SegmentsData>('GET', `/recordings/${MATCH}/segments`);
  t.match(data, { match_id: MATCH, type: 'segmented', segments_count: 2, segment_duration_minutes: undefined });
  t.type(data.total_size_mb, 'number');
  const links = segmentLinks(data);
  t.match(links.map(({ label }) => label), [/^CAM0 1 \d+\.\d\d$/, /^CAM1 1 \d+\.\d\d$/]);
  for (const href of [...links.map((link) => link.href), ...(matches[0]?.processed ?? [])]) {
    const answer = await call(rig.url, href, { headers: { range: 'bytes=4-7' } });
    t.match(answer, { status: 206, text: 'ftyp' }, `${href} is an address as it stands`);
  }

  t.equal(cloudNotice(await dashboard.fetch('GET', `/recordings/${MATCH}/r2-urls`)), 'Cloud storage is not set up on this rig');
  t.equal(cloudNotice(await dashboard.fetch('GET', '/recordings/nobody/r2-urls')), 'error: Recording nobody not found');
  t.equal(cloudNotice(await dashboard.fetch('GET', '/r2/archives')), 'Cloud storage is not set up on this rig');
  t.equal((await dashboard.fetch('DELETE', `/recordings/${MATCH}`)).status, 200);
  t.strictSame(await listed(), []);
});

t.test('health page: every figure is there from the first second on', async (t) => {
  const { dashboard } = await open(t);
  const first = healthPage(await dashboard.json<MetricsData>('GET', '/system-metrics'));
  await dashboard.connect();
  for (const page of [first, healthPage(await dashboard.channel<MetricsData>('system_metrics'))]) {
    t.match(page, { power: /^.+ \(.+\)$/, clocks: /^\d/, temperature: /^-?\d+\.\d (?:fine|warm|critical)$/, load: /^\d+\.\d$/, memory: /^(?:\d+\.\d ?){4}$/, storage: /^(?:\d+\.\d ?){4}$/ });
    t.notMatch(JSON.stringify(page), /NaN|Infinity|undefined/);
  }
});

t.test('logs page: each log is a list that the page can turn round, alerts are cards', async (t) => {
  const { rig, dashboard } = await open(t, { TOUCHLINE_RECORDING_SLO_MIN_EFFECTIVE_FPS: '200' });
  await rig.record('slow');
  await rig.stop();
  await dashboard.connect();
  const read = async (type: string) => logsPage(await dashboard.commandOr<LogsData>('get_logs', { log_type: type, lines: 200 }, doNothing));
  await until(async () => (await read('alerts')).cards.length > 0, 'the frame rate below what was promised is an alert');
  const alerts = await read('alerts');
  t.ok(alerts.cards.every((card) => /^(?:warning|error): \S/.test(card)), alerts.cards.join());
  t.equal(alerts.cards.length, alerts.lines.length, 'no line is hidden');
  t.equal(alerts.total, String(alerts.lines.length));
  t.ok((await read('health')).lines.length > 0);
  const watchdog = await read('watchdog');
  t.ok(watchdog.lines.length > 0 || watchdog.notice === 'Log file does not exist yet');
  for (const type of ['health', 'alerts', 'watchdog']) t.type(logsPage(await dashboard.json<LogsData>('GET', `/logs/${type}?lines=200`)).notice, 'string', type);
  t.strictSame((await dashboard.json<LogsData>('GET', '/logs/alerts?lines=200')).lines.reverse(), alerts.lines, 'over REST the same');
});

t.test('panorama page: nothing is calibrated, and each button says why it does nothing', async (t) => {
  const { rig, dashboard } = await open(t);
  await dashboard.connect();
  const pushed = await dashboard.channel<PanoramaData>('panorama_status');
  t.strictSame(panoramaPage(pushed), { state: 'off', calibrated: false, figures: '0.0 fps, 0.0 ms, 0 dropped', quality: '', date: '', canComplete: false, frames: '0' });
  const polled = { panorama: await dashboard.json<PanoramaData['panorama']>('GET', '/panorama/status'), calibration: await dashboard.json<PanoramaData['calibration']>('GET', '/panorama/calibration') };
  t.strictSame(polled, pushed, 'over REST the same');
  const press = async (path: string, body?: unknown): Promise<string> => {
    const { status, body: answer } = await dashboard.fetch<{ detail: string }>('POST', `/panorama${path}`, body);
    return `${status} ${answer.detail.trim()}`;
  };
  t.equal(await press('/preview/start', { transport: 'webrtc' }), '503 Panorama not calibrated');
  t.equal(await press('/preview/stop'), '400 Panorama preview not active');
  t.equal(await press('/calibration/start', { frame_count: 15 }), '400 Calibration service not available (not implemented yet)');
  t.equal(await press('/calibration/start'), '400 Calibration service not available (not implemented yet)');
  t.equal(await press('/calibration/capture'), '400 Calibration not started');
  t.equal(await press('/calibration/complete'), '400 Calibration not started');
  t.match(await press('/calibration/reset'), /^400 \S/);
  t.match(await dashboard.fetch('DELETE', '/panorama/calibration'), { status: 400, body: { detail: /\S/ } });
  t.equal(await press('/process', { match_id: 'nobody' }), '404 Match segments not found: nobody');
  t.match(await dashboard.fetch('POST', '/panorama/process', {}), { status: 422, body: { detail: [{ loc: ['body', 'match_id'] }] } });
  await rig.record(MATCH);
  t.equal(await press('/preview/start', { transport: 'webrtc' }), '409 Cannot start panorama: recording is active');
  t.match((await rig.get('/api/v1/recording')).body, { recording: true }, 'and nothing has happened to it');
  await rig.stop();
  await until(async () => (await press('/process', { match_id: MATCH })) === '400 Panorama not calibrated', 'the match is known');
  t.equal(processingLine(await dashboard.command<ProcessingData>('get_panorama_processing', { match_id: MATCH })), '0 %');
  t.match(await dashboard.fetch('GET', `/panorama/process/nobody/status`), { status: 200, body: { processing: false, progress: 0, eta_seconds: null, completed: false, error: null, message: 'No processing found for match nobody' } });

  t.match(await dashboard.fetch('PUT', '/panorama/config', {}), { status: 400, body: { detail: 'No configuration updates provided' } });
  t.match(await dashboard.fetch('PUT', '/panorama/config', { enabled: null }), { status: 400, body: { detail: 'No configuration updates provided' } });
  t.match(await dashboard.fetch('PUT', '/panorama/config', { output_width: 'wide' }), { status: 422, body: { detail: [{ loc: ['body', 'output_width'] }] } });
  const config = await dashboard.json('GET', '/panorama/config');
  t.match(await dashboard.fetch('PUT', '/panorama/config', { enabled: true }), { status: 400, body: { detail: /does not stitch/ } }, 'nothing is stored, and nobody says so');
  t.strictSame(await dashboard.json('GET', '/panorama/config'), config);
  t.match(await dashboard.json('GET', '/panorama/stats'), { preview_active: false, uptime_seconds: 0, current_fps: 0, dropped_frames: 0 });
});

t.test('development page and sidebar: everything is shown, and every button is refused in words', async (t) => {
  const { rig, dashboard } = await open(t);
  const data: DevelopmentData = { status: await dashboard.json('GET', '/dev/status'), git: await dashboard.json('GET', '/dev/git-status'), system: await dashboard.json('GET', '/dev/system-info') };
  const page = developmentPage(data);
  t.match(page, { production: /^running \S+ \d+\.\d+\.\d+/, development: 'stopped', isBehind: false, changes: [], cpu: /^\d+\.\d % of \d+$/ });
  t.notMatch(JSON.stringify(page), /NaN|Infinity|undefined/);
  t.match(await dashboard.json('GET', '/dev/service-status'), { current: 'production', production_active: true, development_active: false });
  t.strictSame(await dashboard.json('GET', '/dev/backups'), { backups: [] });
  for (const [path, body] of [['git-pull'], ['build-ui'], ['restart-production'], ['switch-service', { target: 'dev' }], ['deploy-prod', { confirm: true }], ['rollback', { backup_name: '../..' }]] as const) {
    const { status, body: answer } = await dashboard.fetch<{ detail: string }>('POST', `/dev/${path}`, body);
    t.match([status, actionNotice(answer)], [403, /^failed: .*not over the network/], path);
  }
  t.match(await dashboard.fetch('GET', '/dev/logs?service=dev&lines=100'), { status: 403, body: { detail: /journalctl/ } }, 'nor is the log anybody\'s business');
  t.match((await rig.get('/api/v1/health')).body, { status: 'healthy' }, 'and the daemon goes on');
  for (const path of ['/camera/config', '/camera/config/0', '/camera/apply', '/camera/presets', '/camera/presets/x', '/camera/presets/x/load']) {
    t.match(await dashboard.fetch('GET', path), { status: 404, body: { detail: 'Not Found' } }, `${path}, as ever`);
  }
});
