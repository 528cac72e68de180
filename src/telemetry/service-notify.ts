import { loadDatagram, type SendDatagram } from '../lib/datagram.js';

/** What a service tells the manager that started it (sd_notify(3)). Without such a manager all of it does nothing. */
export interface ServiceNotifier {
  /** Some manager listens. */
  readonly isSupervised: boolean;
  /** The manager ends this process when `alive` was not called for this long; null when it does not watch. */
  readonly watchdogMs: number | null;
  /** The start is over, and what the service promises holds. */
  ready(): void;
  /** One line for people, shown by `systemctl status`. Sent when it changed. */
  status(text: string): void;
  /** Real work went on. Call it for no other reason. */
  alive(): void;
  /** From now on `alive` is expected at least this often. Sent when it changed: systemd takes it for a sign of life. */
  watch(limitMs: number): void;
  stopping(): void;
  /** Start or stop may take this much longer from now on. */
  extend(ms: number): void;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Variables by which a manager speaks to one process; the processes that it starts itself must not see them. */
export const MANAGER_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'JOURNAL_STREAM'] as const;

const MAX_STATUS = 200;
const US_PER_MS = 1000;

/** The manager named by the environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of sd_notify(3), sd_watchdog_enabled(3). */
export function serviceNotifier(env: Env, send: SendDatagram | null = loadDatagram(), pid: number = process.pid): ServiceNotifier {
  const socket = env['NOTIFY_SOCKET'];
  const isSupervised = send !== null && socket !== undefined && /^[/@]/.test(socket);
  let shown = '';
  let limit = 0;
  // A manager that is busy with something else is told the next time.
  const tell = (text: string): boolean => isSupervised && send(socket, Buffer.from(text), 0) === 0;
  return {
    isSupervised,
    watchdogMs: isSupervised ? watchdogMs(env, pid) : null,
    ready: () => void tell('READY=1'),
    status: (text) => {
      const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, MAX_STATUS);
      if (line !== shown && tell(`STATUS=${line}`)) shown = line;
    },
    alive: () => void tell('WATCHDOG=1'),
    watch: (limitMs) => {
      if (limitMs !== limit && tell(`WATCHDOG_USEC=${Math.round(limitMs * US_PER_MS)}`)) limit = limitMs;
    },
    stopping: () => void tell('STOPPING=1'),
    extend: (ms) => void tell(`EXTEND_TIMEOUT_USEC=${Math.round(ms * US_PER_MS)}`),
  };
}

function watchdogMs(env: Env, pid: number): number | null {
  const usec = env['WATCHDOG_USEC'] ?? '';
  const owner = env['WATCHDOG_PID'] ?? String(pid);
  return /^[1-9]\d{0,15}$/.test(usec) && owner === String(pid) ? Number(usec) / US_PER_MS : null;
}
