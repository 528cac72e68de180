import type { Static } from '#typebox';
import type { RecordingsBody } from '../api/contract/library.js';
import { asTouchlineError } from '../errors.js';
import { fileError } from '../lib/file-error.js';
import { catalogueFile, removeCatalogue } from '../library/catalogue-file.js';
import type { Arguments, CliContext, Command } from './command.js';
import { connect, DAEMON_HELP, DAEMON_OPTIONS } from './connection.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { usageError } from './run.js';

export const libraryCommand: Command = {
  name: 'library',
  summary: 'The matches on the rig',
  usage: '[list|rebuild] [--json]',
  help: [
    '  list        every match with its date, cameras, segments and size, the newest last (default)',
    '  rebuild     makes the catalogue again from the folders; without a running daemon, at its next start',
    '',
    ...DAEMON_HELP,
  ],
  options: DAEMON_OPTIONS,
  maxPositionals: 1,
  run: async (args, context) => {
    const [action = 'list'] = args.positionals;
    const run = ACTIONS.get(action);
    if (run === undefined) throw usageError(`knows list and rebuild, but not "${action}"`);
    return run(args, context);
  },
};

const ACTIONS: ReadonlyMap<string, (args: Arguments, context: CliContext) => Promise<ExitCode>> = new Map([
  ['list', list],
  ['rebuild', rebuild],
]);

const MIB = 1024 ** 2;
const SIZE_STEPS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
/** Would break the line; the terminal itself takes care of everything else. */
const LINE_ENDS = /[\n\r]/g;

async function list(args: Arguments, context: CliContext): Promise<ExitCode> {
  const { terminal } = context;
  const answer = await (await connect(args, context)).recordings();
  if (args.flag('json')) terminal.out(JSON.stringify(answer));
  else for (const line of libraryLines(answer)) terminal.out(line);
  return EXIT.ok;
}

/** One line per match, the name last because it may be of any length and script. */
export function libraryLines({ recordings }: Static<typeof RecordingsBody>): readonly string[] {
  const matches = Object.entries(recordings).sort(([a, x], [b, y]) => (x.created_at ?? 0) - (y.created_at ?? 0) || (a < b ? -1 : 1));
  if (matches.length === 0) return ['no matches'];
  const rows = matches.map(([id, match]) => [
    match.created_at === null ? '-' : dateOf(match.created_at),
    counted(match.camera_count, 'camera'),
    counted(match.segments_count, 'segment'),
    sizeOf(match.total_size_mb * MIB),
    id.replaceAll(LINE_ENDS, '\ufffd'),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const total = matches.reduce((sum, [, { total_size_mb }]) => sum + total_size_mb, 0);
  return [
    ...rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')),
    `${counted(matches.length, 'match', 'matches')}, ${sizeOf(total * MIB)}`,
  ];
}

async function rebuild(args: Arguments, context: CliContext): Promise<ExitCode> {
  const { terminal } = context;
  const client = await connect(args, context);
  try {
    const answer = await client.rebuildLibrary();
    terminal.out(args.flag('json') ? JSON.stringify(answer) : `made again from the folders: ${counted(answer.matches, 'match', 'matches')}`);
    return EXIT.ok;
  } catch (thrown) {
    // A daemon at a given address may be on another machine: its files are not ours.
    if (asTouchlineError(thrown).code !== 'daemon_unreachable' || args.text('url') !== null) throw thrown;
  }
  const file = catalogueFile((await context.settingsInForce(args.text('config'))).stateDir);
  try {
    removeCatalogue(file);
  } catch (thrown) {
    throw fileError(thrown, 'remove', file);
  }
  const message = 'no daemon is running: the catalogue is thrown away, and the next start makes it again';
  terminal.out(args.flag('json') ? JSON.stringify({ success: true, message, matches: null }) : message);
  return EXIT.ok;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function dateOf(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

function sizeOf(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), SIZE_STEPS.length - 1);
  return `${(bytes / 1024 ** step).toFixed(step < 2 ? 0 : 1)} ${SIZE_STEPS[step]}`;
}
