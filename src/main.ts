/**
 * The composition root: with `src/main/` the only place that knows every part. `startDaemon` reads as the order of a
 * start; `stop` undoes it backwards.
 */
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createHttpApp } from './api/http/app.js';
import { isAllowedPage, isKnownHost } from './api/http/origin.js';
import { startHttpServer } from './api/http/server.js';
import { attachWebSocket, type WebSocketPlane } from './api/ws/attach.js';
import { liveSignalling } from './api/ws/live-signalling.js';
import { keepConfig, loadConfigForStart } from './config/known-good.js';
import { configFileOf, DEFAULT_CONFIG_FILE } from './config/load.js';
import type { Config } from './config/config.js';
import { watchConfig } from './config/watch.js';
import { startDiagnostics } from './diagnostics/diagnostics.js';
import { bootId, systemClock } from './lib/clock.js';
import { makeFolderDurably } from './lib/durable-file.js';
import { openLibrary } from './library/library.js';
import { bannerOf, type Banner } from './main/banner.js';
import { cameraStackUnits, checkPipelines, createCameras } from './main/cameras.js';
import { claimFolders } from './main/folders.js';
import { composeRecording, recentLoad } from './main/recording.js';
import { unwind, type Undo } from './main/undo.js';
import { CameraMutex } from './mutex/camera-mutex.js';
import { configuredProfile, liveRequest, loadPipelineLibrary, pipelineTexts, recordingRequest, type RenderedPipeline } from './pipelines/index.js';
import { openMonitor } from './monitor/open-monitor.js';
import { exampleTargets, hlsFolder } from './preview/hls-folder.js';
import { openLivePictures } from './preview/live-pictures.js';
import { RecordingsVolume } from './recording/recordings-volume.js';
import { statusLine } from './recording/status-line.js';
import { RecordingStore } from './recording/store.js';
import { createLogging } from './telemetry/log.js';
import { ProgressWatch } from './telemetry/progress-watch.js';
import { answersRequests } from './telemetry/self-check.js';
import { serviceNotifier } from './telemetry/service-notify.js';
import { SystemSampler } from './telemetry/system.js';
import { productVersion } from './lib/product-version.js';

const CAMERA_IDS = [0, 1] as const;
const ROOT = resolve(import.meta.dirname, '..', '..');
/** The page as scripts/build-web.ts leaves it. */
const PAGE_DIR = join(ROOT, 'build', 'web');

export interface DaemonOptions {
  readonly configFile?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export interface Daemon {
  readonly banner: Banner;
  /** Ends it cleanly: a recording is finalised, the camera hosts end. Idempotent. */
  stop(): Promise<void>;
  /** Resolves with the exit code when it has ended. */
  readonly stopped: Promise<number>;
}

/** Resolves when requests are answered truthfully; throws TouchlineError when it cannot be. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  process.title = 'touchline';
  const file = configFileOf({ option: options.configFile, env: options.env, cwd: options.cwd, defaultPath: DEFAULT_CONFIG_FILE });
  const load = { file, env: options.env, cwd: options.cwd };
  const loaded = await loadConfigForStart(load);
  let config = loaded.config;
  const logging = createLogging({ level: config.logLevel, env: options.env });
  const log = logging.part('daemon');
  const notifier = serviceNotifier(options.env);

  await makeFolderDurably(config.stateDir);
  const store = new RecordingStore(config.stateDir, systemClock, logging.part('recording'));
  const stored = await store.peek();
  const running = stored?.bootId === bootId() ? stored.matchDir : null;
  const volume = await RecordingsVolume.choose({ configured: config.recordingsDir, stateDir: config.stateDir, running, clock: systemClock, log: logging.part('recording') });
  const recordingsDir = volume.folder;
  const locks = await claimFolders({ ...config, recordingsDir }, log);
  const undo: Undo[] = locks.map((lock) => ({ end: () => lock.release() }));
  undo.push({ end: () => volume.close() });
  try {
    const templates = await loadPipelineLibrary(join(ROOT, 'gst-pipelines'));
    const chosen = await configuredProfile(templates, config, options.cwd);
    const renderAll = (from: Config): readonly RenderedPipeline[] => CAMERA_IDS.map((camera) => templates.renderRecording(recordingRequest(from, chosen, camera)));
    let pipelines = renderAll(config);
    const pluginPath = [join(ROOT, 'build', 'native'), options.env['GST_PLUGIN_PATH']].filter((path) => path !== undefined && path !== '').join(':');

    const version = await productVersion();
    const { cameras, launcher } = createCameras({ cameraIds: CAMERA_IDS, config: () => config, version, pluginPath, env: options.env, logging });
    for (const camera of cameras) camera.start();
    undo.push({
      end: () => Promise.all(cameras.map((camera) => camera.shutdown(config.recordingStopEosTimeoutMs))),
      leave: () => Promise.all(cameras.map((camera) => (launcher.startsHosts && camera.state?.run == null ? camera.shutdown(config.recordingStopEosTimeoutMs) : camera.release()))),
    });

    const system = new SystemSampler({ clock: systemClock, log: logging.part('system'), recordingsDir, absence: () => volume.absence() });
    await system.start();
    undo.push({ end: () => system.stop() });
    const library = await openLibrary({ recordingsDir, stateDir: config.stateDir, clock: systemClock, log: logging.part('library') });
    undo.push({ end: () => library.close() });
    const mutex = new CameraMutex(systemClock);
    const { recorder, relief, cameraStackRepair } = await composeRecording({ cameras, store, volume, mutex, library, system, config: () => config, pipelines: () => pipelines, version, logging });
    const diagnostics = await startDiagnostics({
      logDir: join(config.stateDir, 'logs'),
      hostUnits: launcher.startsHosts ? null : cameraStackUnits(CAMERA_IDS),
      recording: recorder,
      system,
      minEffectiveFps: () => config.recordingSloMinEffectiveFps,
      leftBehind: volume.leftBehind,
      clock: systemClock,
      log: logging.part('diagnostics'),
    });
    undo.push({ end: () => diagnostics.stop() });
    undo.push({ end: cameraStackRepair.listen(recorder) });
    await recorder.adopt();
    // Its end in an orderly end comes first of all, below.
    undo.push({ end: () => undefined, leave: () => recorder.detach() });

    const picturesDir = hlsFolder(config.hlsDir, config.runtimeDir);
    const monitor = await openMonitor({
      cameras,
      mode: () => config.monitorMode,
      pipeline: (camera, picture, targets) =>
        templates.renderMonitor(liveRequest(config, chosen, camera), picture, { ...targets, fps: config.monitorFps, width: config.monitorWidth })?.text ?? null,
      fps: () => config.monitorFps,
      folder: picturesDir,
      cpuPercent: () => recentLoad(system.latest()),
      clock: systemClock,
      log: logging.part('monitor'),
    });
    undo.push({ end: () => monitor.close() });
    const live = await openLivePictures({
      cameras,
      mutex,
      pipeline: (camera, targets) => templates.renderLive(liveRequest(config, chosen, camera), targets).text,
      times: () => ({ stallMs: config.recordingStallMs, firstFrameTimeoutMs: config.recordingStartTimeoutMs }),
      hlsDir: picturesDir,
      transportMode: config.previewTransportMode,
      webrtcUdpPort: config.webrtcUdpPort,
      bindAddress: listensEverywhere(config.host) ? null : config.host,
      iceServers: config.webrtcIceServers,
      monitors: monitor.feeds,
      clock: systemClock,
      log: logging.part('preview'),
    });
    undo.push({ end: () => live.close() });
    recorder.events.on('changed', () => {
      if (recorder.status().phase === 'idle') live.endMonitors();
    });
    relief.pictures((limit) => {
      monitor.limit(limit);
      // A stream that stands still would look like a camera that does.
      if (limit.suspended) live.endMonitors();
    });
    const { preview } = live;
    const liveExamples = new Map(CAMERA_IDS.map((camera) => [camera, exampleTargets(picturesDir, camera)]));
    let sockets: WebSocketPlane | null = null;
    const app = createHttpApp({
      recording: recorder,
      preview,
      hlsDir: live.hlsDir,
      monitor: monitor.service,
      library,
      diagnostics,
      system,
      rig: () => ({ name: hostname(), cameraIds: CAMERA_IDS, matchTeams: config.matchTeams, previewTransportMode: config.previewTransportMode, protectionMs: config.recordingProtectionMs, requireAllCameras: config.recordingRequireAllCameras }),
      pipelines: () => pipelineTexts(templates, config, chosen, liveExamples),
      pageDir: PAGE_DIR,
      version,
      log: logging.part('api'),
      allowedOrigins: () => config.allowedOrigins,
      connections: () => sockets?.connections() ?? 0,
    });
    const http = await startHttpServer({ app, host: config.host, port: config.port, log: logging.part('api') });
    undo.push({ end: () => http.close() }, { end: () => monitor.dismiss() });
    const plane = attachWebSocket({
      server: http.server,
      parts: { recording: recorder, preview, library, diagnostics },
      signalling: liveSignalling(live.sessions),
      clock: systemClock,
      log: logging.part('ws'),
      isAllowed: ({ headers }) => isAllowedPage(headers, config.allowedOrigins) && isKnownHost(headers, config.allowedOrigins),
    });
    sockets = plane;
    undo.push({ end: () => plane.close() });
    void checkPipelines(templates, pipelines, pluginPath, log);

    const keepThisConfig = (): Promise<void> => keepConfig(load, config.stateDir).catch((error: unknown) => log.error({ err: error }, 'the configuration could not be kept for a start with a broken file'));
    // It tells of a file that was left aside at the start, too.
    const watcher = await watchConfig({
      load,
      running: loaded,
      onChange: ({ active, applied, needRestart }) => {
        try {
          pipelines = renderAll(active.config);
        } catch (error) {
          log.error({ err: error }, 'configuration edit refused, the old one stays in force');
          return;
        }
        config = active.config;
        logging.setLevel(config.logLevel);
        log.info({ applied, needRestart }, 'configuration changed');
        void keepThisConfig();
      },
      onRejected: (error) => log.error({ err: error, violations: error.violations }, 'configuration edit refused, the old one stays in force'),
    });
    const keeping = keepThisConfig();
    undo.push({ end: () => keeping }, { end: () => watcher.close() });
    // Nobody's download, viewer or question makes a match wait for its end. Until the rest is undone, requests are answered.
    undo.push({ end: () => recorder.shutdown(), leave: () => undefined });
    const tellStatus = (): void => notifier.status(statusLine(recorder.status()));
    // A disk that hangs is none of it: the next daemon would hang, too.
    const work = [{ what: 'the state of the recording is known', goesOn: () => (tellStatus(), true), toleranceMs: 0 }, answersRequests({ host: config.host, port: http.port, path: '/api/v1/recording' })];
    const progress = new ProgressWatch({ notifier, work, clock: systemClock, log });
    undo.push({ end: () => progress.stop() });
    recorder.events.on('changed', tellStatus);
    progress.start();
    tellStatus();
    notifier.ready();
    if (notifier.isSupervised) log.info({ address: http.url, profile: chosen.profile, version, recordingsDir: config.recordingsDir }, 'ready');

    const ended = Promise.withResolvers<number>();
    let stopping: Promise<void> | null = null;
    const end = (): Promise<boolean> => {
      notifier.stopping();
      if (notifier.isSupervised) log.info({ leavesCamerasAlone: !launcher.startsHosts }, 'ending');
      // Hosts that somebody else looks after go on recording without this daemon.
      return unwind(undo.map(({ end, leave }) => (launcher.startsHosts ? end : (leave ?? end))), log);
    };
    return {
      banner: bannerOf({ address: http.url, chosen, pipelines, recordingsDir, hoursLeft: recorder.status().hoursLeft }),
      stop: () => (stopping ??= end().then((clean) => ended.resolve(clean ? 0 : 1))),
      stopped: ended.promise,
    };
  } catch (error) {
    // A daemon that cannot start (its port is taken) must not end the match that it found running.
    await unwind(undo.map(({ end, leave }) => leave ?? end), log);
    throw error;
  }
}

/** Whether this configured address means every network that the rig is in. */
function listensEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
