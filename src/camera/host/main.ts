/** Entry of a camera host process: `touchline-camera@N`. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../lib/clock.js';
import { writeFileDurably } from '../../lib/durable-file.js';
import { identityOf } from '../../lib/process-identity.js';
import { acquireFolderLock } from '../../lib/process-lock.js';
import { createLogger } from '../../telemetry/log.js';
import { ProgressWatch } from '../../telemetry/progress-watch.js';
import { serviceNotifier } from '../../telemetry/service-notify.js';
import { identityPath, socketPath } from '../protocol.js';
import { productVersion } from '../../lib/product-version.js';
import { runCheck } from './check.js';
import { loadGStreamer } from './gst.js';
import { CameraHost } from './host.js';
import { HostFiles } from './intent.js';
import { goesOn, statusText, watchdogLimitMs } from './progress.js';
import { HostServer } from './server.js';

/** A host that records nothing and that no daemon talks to has no reason to stay. */
const IDLE_WITHOUT_CLIENT_MS = 60_000;
const TERM_EOS_TIMEOUT_MS = 5000;
const WATCH_MS = 1000;

const { values } = parseArgs({
  options: {
    camera: { type: 'string' },
    'runtime-dir': { type: 'string' },
    'log-level': { type: 'string', default: 'info' },
    check: { type: 'boolean', default: false },
  },
});

if (values.check) await runCheck();
else await serve();

async function serve(): Promise<void> {
  const camera = Number(values.camera);
  const runtimeDir = values['runtime-dir'];
  if (!Number.isInteger(camera) || camera < 0 || camera > 9 || runtimeDir === undefined) {
    process.stderr.write('usage: touchline-camera --camera N --runtime-dir DIR [--log-level LEVEL]\n');
    process.exit(2);
  }
  process.title = `touchline-camera@${camera}`;
  const log = createLogger({ level: values['log-level'], part: 'camera-host', identifier: 'touchline-camera' }).child({ camera });
  const notifier = serviceNotifier(process.env);
  const lock = await acquireFolderLock(runtimeDir, `camera${camera}`).catch((error: unknown) => {
    log.error({ err: error }, 'another host serves this camera');
    process.exit(3);
  });

  const leave = (): void => {
    void lock.release().finally(() => process.kill(process.pid, 'SIGKILL'));
  };
  const die = (): never => {
    // Not process.exit: that joins worker threads, and one may be parked in a camera stack that hangs.
    process.kill(process.pid, 'SIGKILL');
    throw new Error('unreachable');
  };

  const host: CameraHost = new CameraHost({
    camera,
    softwareVersion: await productVersion(),
    files: new HostFiles(runtimeDir, camera),
    createPipeline: loadGStreamer(),
    clock: systemClock,
    log,
    isPacing: notifier.isSupervised,
    listener: { state: (state) => server.broadcastState(state), journal: (entry) => server.broadcastJournal(entry) },
    die,
    leave,
  });
  const server = new HostServer({ host, log, onShutdown: leave });

  process.on('uncaughtException', (error) => {
    // The regular end of a process waits for its worker threads, and one of those waits for the pipeline.
    log.fatal({ err: error }, 'the camera host has a fault in itself');
    die();
  });
  const end = (): void => {
    notifier.stopping();
    void host.interrupt(TERM_EOS_TIMEOUT_MS).finally(leave);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', () => undefined);

  const identity = identityOf(process.pid);
  await writeFileDurably(identityPath(runtimeDir, camera), JSON.stringify(identity), { mode: 0o600 });
  // Resuming comes first: every millisecond before the next frame counts. And the first thing that a client hears is true.
  await host.start();
  await server.listen(socketPath(runtimeDir, camera));
  notifier.ready();
  const frames = (): boolean => {
    const facts = host.progress();
    notifier.status(statusText(facts.phase, host.state().run?.matchId ?? null));
    notifier.watch(watchdogLimitMs(facts));
    return goesOn(facts);
  };
  new ProgressWatch({ notifier, work: [{ what: 'frames come from the camera', goesOn: frames, toleranceMs: 0 }], roundMs: WATCH_MS, clock: systemClock, log }).start();

  let idleSinceMs = systemClock.monoMs();
  setInterval(() => {
    // A live picture without a daemon is seen by nobody. An idle host would only be started again by a service manager.
    const mayLeave = host.phase === 'live' || (host.phase === 'idle' && !notifier.isSupervised);
    if (server.clients > 0 || !mayLeave) idleSinceMs = systemClock.monoMs();
    else if (systemClock.monoMs() - idleSinceMs > IDLE_WITHOUT_CLIENT_MS) {
      log.info('nobody needs this host any more');
      leave();
    }
  }, 5000);
}
