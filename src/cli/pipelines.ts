import { configuredProfile, loadPipelineLibrary, type PipelineLibrary, redactPipeline, type RenderedPipeline, toShellCommand } from '../pipelines/index.js';
import type { Arguments, CliContext, Command } from './command.js';
import { checkPipelines, type CheckedPipeline } from './pipelines-check.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { findInstallation } from './installation.js';
import { namedProfile, type RenderedFor, renderFor } from './profiles.js';
import { usageError } from './run.js';
import type { Terminal } from './terminal.js';

export const pipelinesCommand: Command = {
  name: 'pipelines',
  summary: 'The pipelines that this rig can record with',
  usage: '[list|show|check] [profile] [--json]',
  help: [
    '  list        the profiles; the one that the configuration means is marked (default)',
    '  show        the pipeline of each camera as it would run now, to be tried by hand',
    '  check       builds the pipelines without running them and says what is wrong or missing on this machine',
    '',
    'Without a profile, show and check take the one that the configuration means.',
    '',
    '  --json      for scripts',
    '  --config F  configuration file; default: as for `touchline serve`',
  ],
  options: { json: { type: 'boolean' }, config: { type: 'string' } },
  maxPositionals: 2,
  run: async (args, context) => {
    const [action = 'list', profile] = args.positionals;
    const run = ACTIONS.get(action);
    if (run === undefined) throw usageError(`knows list, show and check, but not "${action}"`);
    const library = await loadPipelineLibrary(findInstallation().pipelinesDir);
    return run({ library, wanted: profile ?? null, args, context });
  },
};

interface Request {
  readonly library: PipelineLibrary;
  readonly wanted: string | null;
  readonly args: Arguments;
  readonly context: CliContext;
}

const ACTIONS: ReadonlyMap<string, (request: Request) => Promise<ExitCode>> = new Map([
  ['list', list],
  ['show', show],
  ['check', check],
]);

async function list({ library, args, context }: Request): Promise<ExitCode> {
  const { terminal } = context;
  const profiles = library.profiles();
  if (args.flag('json')) {
    terminal.out(JSON.stringify(profiles));
    return EXIT.ok;
  }
  const configured = await context
    .loadSettings(args.text('config'))
    .then((settings) => configuredProfile(library, settings.config, settings.sourcesBase))
    .catch(() => null);
  const width = Math.max(...profiles.map(({ name }) => name.length));
  for (const { name, description } of profiles) {
    const line = `${name === configured?.profile ? '*' : ' '} ${name.padEnd(width)}  ${description}`;
    terminal.out(name === configured?.profile ? terminal.color('strong', line) : line);
  }
  return EXIT.ok;
}

async function show(request: Request): Promise<ExitCode> {
  const { args, context } = request;
  const { terminal } = context;
  const rendered = await render(request);
  if (args.flag('json')) {
    const shown = rendered.map(({ profile, camera, pipeline: { text, expected, notes } }) => {
      return { profile, camera, text: redactPipeline(text), expected, notes };
    });
    terminal.out(JSON.stringify(shown));
    return EXIT.ok;
  }
  for (const { profile, camera, pipeline } of rendered) {
    terminal.out(terminal.color('quiet', `# ${profile}, cam${camera}: ${expectation(pipeline)}`));
    for (const note of pipeline.notes) terminal.out(terminal.color('caution', `# ${note}`));
    terminal.out(redactPipeline(toShellCommand(pipeline.text)));
  }
  return EXIT.ok;
}

async function check(request: Request): Promise<ExitCode> {
  const { args, context, library } = request;
  const { terminal } = context;
  const rendered = await render(request);
  const checked = await checkPipelines(rendered, library, findInstallation(), context.signal);
  if (args.flag('json')) terminal.out(JSON.stringify(checked));
  else for (const result of checked) printChecked(result, terminal);
  return checked.every(({ problem }) => problem === null) ? EXIT.ok : EXIT.failed;
}

function printChecked({ profile, camera, problem, missing }: CheckedPipeline, terminal: Terminal): void {
  const name = `${profile}, cam${camera}`;
  if (problem === null) {
    terminal.out(terminal.color('good', `✓ ${name}: builds`));
    return;
  }
  terminal.out(terminal.color('bad', `✗ ${name}: ${problem.reason}`));
  terminal.out(`    ${problem.hint}`);
  for (const { element, hint } of missing) terminal.out(`    missing: ${element} (${hint})`);
}

async function render({ library, wanted, args, context }: Request): Promise<readonly RenderedFor[]> {
  const settings = await context.loadSettings(args.text('config'));
  const chosen = wanted === null ? await configuredProfile(library, settings.config, settings.sourcesBase) : namedProfile(library, settings, wanted);
  return renderFor(library, settings, chosen);
}

function expectation({ expected }: RenderedPipeline): string {
  const size = expected.width === null ? 'size as the source has it' : `${expected.width}x${expected.height}`;
  const rate = expected.framerate === null ? '' : ` at ${expected.framerate} fps`;
  const bitrate = expected.bitrateKbps === null ? '' : `, ${expected.bitrateKbps} kbit/s`;
  return `${size}${rate}${bitrate}`;
}
