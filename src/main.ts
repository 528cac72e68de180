/**
 * The composition root: the only place that knows every part. `startDaemon` reads as the order of a start; `stop`
 * undoes it backwards.
 */
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { createHttpApp } from './api/http/app.js';
import { isAllowedPage, isKnownHost } from './api/http/origin.js';
import { startHttpServer } from './api/http/server.js';
import { attachWebSocket, type WebSocketPlane } from './api/ws/attach.js';
import { liveSignalling } from './api/ws/live-signalling.js';
import { Camera } from './camera/camera.js';
import { DetachedLauncher } from './camera/launcher.js';
import { SupervisedLauncher } from './camera/supervised-launcher.js';
import { buildPipelines } from './camera/pipeline-check.js';
import { keepConfig, loadConfigForStart } from './config/known-good.js';
import { configFileOf, DEFAULT_CONFIG_FILE } from './config/load.js';
import type { Config } from './config/config.js';
import { watchConfig } from './config/watch.js';
import { startDiagnostics } from './diagnostics/diagnostics.js';
import { Prober } from './integrity/probe.js';
import { systemClock } from './lib/clock.js';
import { makeFolderDurably, removeLeftoverTempFiles } from './lib/durable-file.js';
import { acquireFolderLock, type FolderLock } from './lib/process-lock.js';
import { openLibrary } from './library/library.js';
import { CameraMutex } from './mutex/camera-mutex.js';
import { configuredProfile, liveRequest, loadPipelineLibrary, pipelineTexts, recordingRequest, redactPipeline, type ChosenProfile, type PipelineLibrary, type RenderedPipeline } from './pipelines/index.js';
import { openMonitor } from './monitor/open-monitor.js';
import { exampleTargets, hlsFolder } from './preview/hls-folder.js';
import { openLivePictures } from './preview/live-pictures.js';
import { CameraStackRepair } from './recording/camera-stack-repair.js';
import { Heartbeat } from './recording/heartbeat.js';
import { MatchKeeper } from './recording/match-keeper.js';
import { RELIEF_STEPS } from './recording/overload-guard.js';
import { policyOf } from './recording/policy.js';
import { EncoderRelief } from './recording/encoder-relief.js';
import { Recorder } from './recording/recorder.js';
import { Relief } from './recording/relief.js';
import { readSpace } from './recording/space.js';
import { RecordingsVolume } from './recording/recordings-volume.js';
import { RecordingStore } from './recording/store.js';
import { statusLine } from './recording/status-line.js';
import { UntidyList } from './recording/untidy-list.js';
import { createLogging } from './telemetry/log.js';
import { ProgressWatch } from './telemetry/progress-watch.js';
import { answersRequests } from './telemetry/self-check.js';
import { serviceNotifier } from './telemetry/service-notify.js';
import { SystemSampler, type SystemSample } from './telemetry/system.js';
import { productVersion } from './lib/product-version.js';

const CAMERA_IDS = [0, 1] as const;
const ROOT = resolve(import.meta.dirname, '..', '..');
/** The page as scripts/build-web.ts leaves it. */
const PAGE_DIR = join(ROOT, 'build', 'web');
/** Several missed heartbeats. Until then a silent camera is already shown as one that does not record. */
const HOST_SILENCE_LIMIT_MS = 3000;
const LOAD_IS_OLD_MS = 10_000;

export interface DaemonOptions {
  readonly configFile?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export interface Banner {
  readonly address: string;
  readonly profile: string;
  readonly cameras: readonly string[];
  readonly recordingsDir: string;
  readonly hoursLeft: number | null;
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
  const volume = await RecordingsVolume.choose({ configured: config.recordingsDir, stateDir: config.stateDir, clock: systemClock, log: logging.part('recording') });
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
    const launcher =
      config.cameraSupervisor === 'systemd'
        ? new SupervisedLauncher(config)
        : new DetachedLauncher({
            runtimeDir: config.runtimeDir,
            logDir: join(config.stateDir, 'logs'),
            logLevel: config.logLevel,
            pluginPath,
            env: options.env,
            log: logging.part('camera'),
          });
    const cameras = CAMERA_IDS.map(
      (id) =>
        new Camera({
          id,
          runtimeDir: config.runtimeDir,
          launcher,
          softwareVersion: version,
          clock: systemClock,
          log: logging.part('camera', { camera: id }),
          silenceLimitMs: HOST_SILENCE_LIMIT_MS,
          backoffMs: () => config.recordingRecoveryBackoffMs,
        }),
    );
    for (const camera of cameras) camera.start();
    undo.push({
      end: () => Promise.all(cameras.map((camera) => camera.shutdown(config.recordingStopEosTimeoutMs))),
      leave: () => Promise.all(cameras.map((camera) => (launcher.startsHosts && camera.state?.run == null ? camera.shutdown(config.recordingStopEosTimeoutMs) : camera.release()))),
    });

    const prober = new Prober(systemClock);
    const system = new SystemSampler({ clock: systemClock, log: logging.part('system'), recordingsDir });
    await system.start();
    undo.push({ end: () => system.stop() });
    const untidy = new UntidyList(config.stateDir, (error) => log.error({ err: error }, 'the list of matches to put in order cannot be kept'));
    await untidy.load();
    const library = await openLibrary({ recordingsDir, stateDir: config.stateDir, clock: systemClock, log: logging.part('library') });
    undo.push({ end: () => library.close() });
    const mutex = new CameraMutex(systemClock);
    const relief = new Relief(cameras.map((camera) => new EncoderRelief(camera, systemClock, logging.part('recording'))));
    const cameraStackRepair = new CameraStackRepair({
      policy: () => ({ enabled: config.cameraStackRepairEnabled, afterFailures: config.cameraStackRepairAfterFailures, intervalMs: config.cameraStackRepairIntervalMs }),
      applies: () => pipelines.some(({ text }) => text.includes('nvarguscamerasrc')),
      clock: systemClock,
      log: logging.part('recording'),
    });
    const recorder = new Recorder({
      cameras,
      recordingsDir,
      policy: () => policyOf(config),
      pipeline: (camera) => ({ text: pipelines[camera]?.text ?? '', bitrateKbps: pipelines[camera]?.expected.bitrateKbps ?? null }),
      mutex,
      store: new RecordingStore(config.stateDir, systemClock, logging.part('recording')),
      heartbeat: new Heartbeat(config.stateDir, systemClock, logging.part('recording')),
      keeper: new MatchKeeper({
        cameraIds: CAMERA_IDS,
        prober,
        probeTimeoutMs: () => config.recordingIntegrityProbeTimeoutMs,
        softwareVersion: version,
        untidy,
        onFiles: (matchDir) => library.touched(basename(matchDir)),
        clock: systemClock,
        log: logging.part('match'),
      }),
      hasMatch: (matchId) => library.has(matchId),
      prober,
      guard: {
        policy: () => ({
          enabled: config.overloadGuardEnabled,
          cpuPercentThreshold: config.overloadCpuPercentThreshold,
          pollIntervalMs: config.overloadPollIntervalMs,
          unhealthyStreakThreshold: config.overloadUnhealthyStreakThreshold,
        }),
        cpuPercent: () => recentLoad(system.latest()),
        // Where the camera encodes, there is no bit rate to lower.
        steps: () => RELIEF_STEPS.filter((step) => step !== 'lower_bitrate' || pipelines.some(({ expected }) => expected.bitrateKbps !== null)),
        relieve: (steps) => relief.take(steps),
      },
      space: { latest: () => system.latest()?.disk ?? null, read: () => readSpace(recordingsDir) },
      volume,
      cameraStackRepair,
      clock: systemClock,
      log: logging.part('recording'),
    });
    recorder.events.on('files', ({ matchId }) => library.touched(matchId));
    const diagnostics = await startDiagnostics({
      logDir: join(config.stateDir, 'logs'),
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
    const work = [{ what: 'the state of the recording is known', goesOn: () => (tellStatus(), true), toleranceMs: 0 }, answersRequests(`${http.url}/api/v1/recording`)];
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
      banner: bannerOf(http.url, chosen, pipelines, recordingsDir, recorder),
      stop: () => (stopping ??= end().then((clean) => ended.resolve(clean ? 0 : 1))),
      stopped: ended.promise,
    };
  } catch (error) {
    // A daemon that cannot start (its port is taken) must not end the match that it found running.
    await unwind(undo.map(({ end, leave }) => leave ?? end), log);
    throw error;
  }
}

/** Load of all processors together; null when the last reading is too old to say anything of now. */
function recentLoad(sample: SystemSample | null): number | null {
  return sample === null || systemClock.monoMs() - sample.takenAtMonoMs > LOAD_IS_OLD_MS ? null : sample.cpuPercent;
}

/** Whether this configured address means every network that the rig is in. */
function listensEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

type Step = () => Promise<unknown> | unknown;

interface Undo {
  /** In an orderly end. */
  readonly end: Step;
  /** Where a recording is to go on without this daemon; default `end`. */
  readonly leave?: Step;
}

/** One daemon per folder, and each folder there and clean of what a crash left half-written. */
async function claimFolders(config: Config, log: Logger): Promise<FolderLock[]> {
  const folders = [config.runtimeDir, config.stateDir, config.recordingsDir];
  const locks: FolderLock[] = [];
  try {
    for (const folder of folders) {
      await makeFolderDurably(folder);
      locks.push(await acquireFolderLock(folder, 'daemon'));
      const leftovers = await removeLeftoverTempFiles(folder);
      if (leftovers.length > 0) log.warn({ folder, leftovers }, 'removed files that a crash left half-written');
    }
    await makeFolderDurably(join(config.stateDir, 'logs'));
    return locks;
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}

/** Tells before kick-off that a pipeline cannot be built; the daemon stays up, because it is what tells people. */
async function checkPipelines(library: PipelineLibrary, pipelines: readonly RenderedPipeline[], pluginPath: string, log: Logger): Promise<void> {
  try {
    const complaints = await buildPipelines(pipelines.map(({ text }) => text), { pluginPath });
    complaints.forEach((complaint, camera) => {
      if (complaint === null) return;
      const { element, reason, hint } = library.explainParseError(complaint, pipelines[camera]?.text ?? '');
      log.error({ camera, element, reason, hint, pipeline: redactPipeline(pipelines[camera]?.text ?? '') }, 'this camera cannot record: its pipeline cannot be built');
    });
  } catch (error) {
    log.error({ err: error }, 'the pipelines could not be checked');
  }
}

function bannerOf(address: string, chosen: ChosenProfile, pipelines: readonly RenderedPipeline[], recordingsDir: string, recorder: Recorder): Banner {
  return {
    address,
    profile: chosen.profile,
    cameras: pipelines.map(({ expected }, camera) => {
      const size = expected.width === null ? 'size as it comes' : `${expected.width}x${expected.height}`;
      const rate = expected.framerate === null ? '' : ` at ${expected.framerate} fps`;
      const bits = expected.bitrateKbps === null ? '' : `, ${expected.bitrateKbps} kbit/s`;
      return `cam${camera} ${size}${rate}${bits}`;
    }),
    recordingsDir,
    hoursLeft: recorder.status().hoursLeft,
  };
}

/** Backwards; what fails does not keep the rest from being undone. */
async function unwind(undo: Step[], log: Logger): Promise<boolean> {
  let clean = true;
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      await step();
    } catch (error) {
      clean = false;
      log.error({ err: error }, 'ending a part failed');
    }
  }
  return clean;
}
