import { constants } from 'node:os';
import { loadDatagram, type SendDatagram } from '../lib/datagram.js';
import { journalEntry } from './journal-entry.js';
import { priorityOf } from './log-lines.js';

const SOCKET = '/run/systemd/journal/socket';
/** How long a full journal may hold up a line. */
const PATIENCE_MS = 20;
const WARNING = 40;

/**
 * Entries with fields for the journal. A journal that takes nothing costs the first line a moment and the following
 * ones nothing: they are counted, and the next entry that goes through is preceded by their number. So unlike a plain
 * descriptor it can never hold up the process.
 */
export class JournalSink {
  readonly #send: SendDatagram;
  readonly #identifier: string;
  readonly #socket: string;
  #lost = 0;

  private constructor(send: SendDatagram, identifier: string, socket: string) {
    this.#send = send;
    this.#identifier = identifier;
    this.#socket = socket;
  }

  /** Null when entries with fields cannot be sent from here. */
  static open(identifier: string, socket: string | null = SOCKET): JournalSink | null {
    const send = socket === null ? null : loadDatagram();
    return send === null || socket === null ? null : new JournalSink(send, identifier, socket);
  }

  /** Takes a redacted JSON line; false when it has to go elsewhere. */
  write(line: string, level: number): boolean {
    const entry = journalEntry(line, priorityOf(level), this.#identifier);
    if (entry === null) return false;
    if (this.#lost > 0) {
      const notice = JSON.stringify({ part: 'log', msg: 'log lines were lost, the journal took none', lines: this.#lost });
      const bytes = journalEntry(notice, priorityOf(WARNING), this.#identifier);
      if (bytes !== null && this.#send(this.#socket, bytes, 0) === 0) this.#lost = 0;
    }
    const errno = this.#send(this.#socket, entry, this.#lost > 0 ? 0 : PATIENCE_MS);
    if (errno === 0) return true;
    if (errno !== constants.errno.EAGAIN) return false;
    this.#lost += 1;
    return true;
  }
}
