import type { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { Exclusive } from '../lib/exclusive.js';
import type { RecordingEvents, RecordingService } from '../recording/types.js';
import { type BoardRoots, BoardSampler } from '../telemetry/board.js';
import type { SystemSampler } from '../telemetry/system.js';
import { readCorrelations } from './correlations.js';
import { EventLog } from './event-log.js';
import { HealthWriter } from './health-writer.js';
import { Journal } from './journal.js';
import { Patrol } from './patrol.js';
import { type LeftBehind } from './disk-alerts.js';
import { RecordingWatch } from './recording-watch.js';
import { StackComplaints } from './stack-complaints.js';
import { StackWatch } from './stack-watch.js';
import type { BoardSample, Diagnostics, LogType } from './types.js';
import { watchUnits } from './unit-watch.js';

export interface DiagnosticsOptions {
  /** Folder of the three logs; the camera hosts' own logs are there too. */
  readonly logDir: string;
  /**
   * Where the camera hosts are units of systemd, so that what they say is in its journal: the camera of each unit that is
   * followed there, null for one that all cameras have in common. Null: they write into `logDir`.
   */
  readonly hostUnits: ReadonlyMap<string, number | null> | null;
  readonly recording: Pick<RecordingService, 'status' | 'health'> & { readonly events: EventEmitter<RecordingEvents> };
  readonly system: SystemSampler;
  /** `recording_slo_min_effective_fps` of this moment. */
  readonly minEffectiveFps: () => number;
  /** Matches that lie where they do not belong. */
  readonly leftBehind: LeftBehind | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Between two lines of the health log while nothing changes. */
  readonly healthIntervalMs?: number;
  readonly boardRoots?: Partial<BoardRoots>;
}

const HEALTH_INTERVAL_MS = 60_000;
const HEALTH_LOOK_MS = 5000;
const STACK_LOOK_MS = 1000;
const FIRST_BOARD_SAMPLE_MS = 1000;
const CLOSE_MS = 2000;

/** Begins to watch and to write. Resolves when requests can be answered. */
export async function startDiagnostics(options: DiagnosticsOptions): Promise<Diagnostics & { stop(): Promise<void> }> {
  const { clock, log, logDir, recording, system } = options;
  const disk = new Exclusive();
  const openLog = (type: LogType): EventLog => new EventLog({ path: join(logDir, `${type}.ndjson`), clock, log, disk });
  const logs: Readonly<Record<LogType, EventLog>> = { health: openLog('health'), alerts: openLog('alerts'), watchdog: openLog('watchdog') };
  const journal = new Journal(logs, clock);
  const board = new BoardSampler({ clock, log, ...(options.boardRoots === undefined ? {} : { roots: options.boardRoots }) });
  // A sensor that hangs must not keep the rig from recording.
  const patience = new AbortController();
  await Promise.race([board.start(), clock.sleepMs(FIRST_BOARD_SAMPLE_MS, patience.signal).catch(() => undefined)]);
  patience.abort();

  journal.note({ eventType: 'daemon_started', severity: 'info', message: 'The daemon has started', details: { pid: process.pid } });
  const watch = new RecordingWatch(recording, journal, options.minEffectiveFps);
  const stopListening = watch.listen();
  watch.lookAtDisk(options.leftBehind);
  const health = new HealthWriter({ recording, watch, system, board, file: logs.health, clock, intervalMs: options.healthIntervalMs ?? HEALTH_INTERVAL_MS });
  const healthPatrol = new Patrol({ clock, log, fault: 'the health log cannot be kept', intervalMs: HEALTH_LOOK_MS, look: () => health.look() });
  const stack = stackWatch(options, logs.watchdog, new StackComplaints({ journal, clock }));
  const changed = (): void => healthPatrol.wake();
  recording.events.on('changed', changed);
  healthPatrol.start();
  stack.start();

  return {
    board: () => boardSample(board, system),
    tail: (type, lines) => logs[type].tail(lines),
    correlations: (query) => readCorrelations(logs.watchdog, clock, query),
    alertCounts: () => journal.counts(),
    stop: async () => {
      recording.events.off('changed', changed);
      stopListening();
      await Promise.all([healthPatrol.stop(), stack.stop(), board.stop()]);
      journal.note({ eventType: 'daemon_stopped', severity: 'info', message: 'The daemon ends in order', details: { pid: process.pid } });
      await Promise.all(Object.values(logs).map((file) => file.close(CLOSE_MS)));
    },
  };
}

function stackWatch({ hostUnits, logDir, clock, log }: DiagnosticsOptions, watchdog: EventLog, complaints: StackComplaints): { start(): void; stop(): Promise<void> } {
  if (hostUnits !== null) return watchUnits({ units: hostUnits, watchdog, complaints, clock, log });
  const watch = new StackWatch({ logDir, watchdog, complaints });
  return new Patrol({ clock, log, fault: 'the logs of the camera hosts cannot be followed', intervalMs: STACK_LOOK_MS, look: () => watch.look() });
}

function boardSample(board: BoardSampler, system: SystemSampler): BoardSample {
  const sample = system.latest();
  const totalBytes = sample?.disk?.totalBytes ?? 0;
  const freeBytes = sample?.disk?.freeBytes ?? 0;
  // Contract 3.7: what a user cannot have counts as used.
  return { ...board.latest(), cpuPercent: sample?.cpuPercent ?? 0, storage: { totalBytes, freeBytes, usedBytes: totalBytes - freeBytes } };
}
