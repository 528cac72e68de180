/** Carries out commands off the way on which messages are received (contract 4.4, defects 39 to 43). */
import type { Logger } from 'pino';
import { asTouchlineError, type TouchlineError } from '../../errors.js';
import { formatViolations } from '../../lib/violations.js';
import { INVALID_REQUEST, answerOf } from '../http/errors.js';
import { MAX_KEPT_RESULT_CHARACTERS } from '../contract/ws-common.js';
import type { Action } from './commands.js';
import { ackAgainFrame, ackFrame, errorFrame, failureOf, outcomeOf, resultFrame } from './frames.js';
import { commandKey, type Remembered, type ReplayCache } from './idempotency.js';
import type { Command } from './messages-in.js';

/** A connection as commands see it. */
export interface CommandSender {
  readonly id: string;
  /** Who it is, across its connections: ids of commands belong to it. */
  readonly client: string;
  /** Does nothing when the connection is gone. */
  reply(text: string): void;
}

export interface CommandRunnerOptions {
  readonly actions: ReadonlyMap<string, Action>;
  readonly replays: ReplayCache<CommandSender>;
  /** Commands under way per connection, and of all connections together, those included that are gone. */
  readonly maxRunning: { readonly perConnection: number; readonly total: number };
  /** A command that changes what the channels show was carried out. */
  readonly onStateChanged: () => void;
  readonly log: Logger;
}

/** What a name that no action has stands for. */
const UNKNOWN = { changesState: false, known: [] };

export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #running = new Map<CommandSender, number>();

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
  }

  /** Answers at once with an ack, a stored result or an error; the result follows. Never throws. */
  receive(command: Command, sender: CommandSender): void {
    const { actions, replays } = this.#options;
    const { id, action } = command;
    const { known } = actions.get(action) ?? UNKNOWN;
    const key = commandKey({ client: sender.client, ...command }, known);
    const seen = replays.find(key);
    if (seen !== null && seen.finished === null) {
      sender.reply(ackAgainFrame(id, action));
      seen.waiting.add(sender);
    } else if (seen?.finished?.outcome != null) {
      sender.reply(resultFrame(id, seen.finished.outcome, true));
    } else if (this.#isBusy(sender)) {
      sender.reply(errorFrame('too_many_commands'));
    } else if (seen !== null) {
      replays.again(seen, sender);
      void this.#run(command, seen, sender, true);
    } else {
      sender.reply(ackFrame(id, action));
      void this.#run(command, replays.begin(key, sender), sender, false);
    }
  }

  #isBusy(sender: CommandSender): boolean {
    const { maxRunning, replays } = this.#options;
    return (this.#running.get(sender) ?? 0) >= maxRunning.perConnection || replays.running >= maxRunning.total;
  }

  async #run(command: Command, entry: Remembered<CommandSender>, sender: CommandSender, isRepetition: boolean): Promise<void> {
    const { actions, replays, onStateChanged } = this.#options;
    this.#count(sender, 1);
    const action = actions.get(command.action);
    const { outcome, succeeded } = await this.#outcome(command, action, sender);
    this.#count(sender, -1);
    const isKept = outcome.length <= MAX_KEPT_RESULT_CHARACTERS || action?.changesState === true;
    replays.finish(entry, isKept ? outcome : null);
    for (const waiting of entry.waiting) waiting.reply(resultFrame(command.id, outcome, isRepetition || waiting !== sender));
    // Connections that are gone must not be held for as long as the result is.
    entry.waiting.clear();
    if (succeeded && action?.changesState === true) onStateChanged();
  }

  async #outcome(command: Command, action: Action | undefined, sender: CommandSender): Promise<{ readonly outcome: string; readonly succeeded: boolean }> {
    const { log } = this.#options;
    const fields = { connection: sender.id, id: command.id, action: command.action };
    if (action === undefined) return { outcome: failureOf(`Unknown action: ${command.action}`), succeeded: false };
    const startedMs = performance.now();
    try {
      const outcome = outcomeOf(await action.run(command.params));
      log[action.changesState ? 'info' : 'debug']({ ...fields, ms: Math.round(performance.now() - startedMs) }, 'command answered');
      return { outcome, succeeded: true };
    } catch (thrown) {
      const error = asTouchlineError(thrown);
      const { level } = answerOf(error);
      log[level]({ ...fields, ...(level === 'warn' || level === 'error' ? { err: error } : { detail: wordsOf(error) }) }, 'command failed');
      return { outcome: failureOf(wordsOf(error)), succeeded: false };
    }
  }

  #count(sender: CommandSender, change: 1 | -1): void {
    const running = (this.#running.get(sender) ?? 0) + change;
    if (running === 0) this.#running.delete(sender);
    else this.#running.set(sender, running);
  }
}

/** What is wrong with the params, rule by rule; otherwise the message as the contract has it. */
function wordsOf(error: TouchlineError): string {
  if (error.code !== INVALID_REQUEST || error.violations.length === 0) return error.message;
  return formatViolations(error.violations.map((violation) => ({ ...violation, path: ['params', ...violation.path.slice(1)] })));
}
