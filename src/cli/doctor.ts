import { asTouchlineError } from '../errors.js';
import { RootBody } from '../api/contract/root.js';
import { compileSchema } from '../lib/schema.js';
import { configuredProfile, loadPipelineLibrary, type PipelineLibrary } from '../pipelines/index.js';
import type { CliContext, Command } from './command.js';
import { daemonUrl } from './connection.js';
import { aptInstall, failure, fine, type Finding, warning } from './doctor/finding.js';
import { checkFolder, checkSpace, isPortFree, unreachableReason } from './doctor/places.js';
import { checkFfprobe, checkGStreamer, checkNativePlugin, checkNode } from './doctor/software.js';
import { EXIT } from './exit-codes.js';
import { httpCall } from './http-call.js';
import { findInstallation, type Installation } from './installation.js';
import { checkPipelines } from './pipelines-check.js';
import { renderFor } from './profiles.js';
import type { RigSettings } from './settings.js';
import type { Terminal } from './terminal.js';

const ANSWER_TIMEOUT_MS = 3_000;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'What is missing on this machine, and the command that fixes it',
  usage: '[--json] [--config FILE]',
  help: [
    '  --json      the findings as one line of JSON, for scripts',
    '  --config F  configuration file; default: as for `touchline serve`',
    '',
    'Changes nothing. Exit code 1 when something keeps the rig from recording.',
  ],
  options: { json: { type: 'boolean' }, config: { type: 'string' } },
  maxPositionals: 0,
  run: async (args, context) => {
    const { terminal } = context;
    const findings = await examine(args.text('config'), context);
    if (args.flag('json')) terminal.out(JSON.stringify(findings));
    else for (const finding of findings) print(finding, terminal);
    return findings.some(({ state }) => state === 'failure') ? EXIT.failed : EXIT.ok;
  },
};

/** Looks at everything; what cannot be looked at because something before it is broken is left out. */
async function examine(configFile: string | null, context: CliContext): Promise<readonly Finding[]> {
  const { signal } = context;
  const installation = findInstallation();
  const software = [
    checkNode(process.version),
    ...(await Promise.all([checkGStreamer(signal), checkFfprobe(signal), checkNativePlugin(installation)])),
  ];
  try {
    const settings = await context.loadSettings(configFile);
    return [
      ...software,
      fine('configuration', 'can be used'),
      ...(await examineCameras(settings, installation, signal)),
      ...(await examinePlaces(settings)),
      await examineAddress(settings, signal),
    ];
  } catch (thrown) {
    return [...software, failure('configuration', asTouchlineError(thrown).message, 'correct the named keys')];
  }
}

async function examineCameras(
  settings: RigSettings,
  installation: Installation,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const library = await loadPipelineLibrary(installation.pipelinesDir);
    const chosen = await configuredProfile(library, settings.config, settings.sourcesBase);
    const unreachable = await Promise.all((chosen.sources ?? []).map((source) => checkSource(source, signal)));
    const checked = await checkPipelines(renderFor(library, settings, chosen), library, installation, signal);
    const problems = checked.flatMap(({ camera, problem, missing }) => {
      if (problem === null) return [];
      const subject = `pipeline of cam${camera}`;
      return [failure(subject, problem.reason, fixFor(missing.map(({ element }) => element), library) ?? problem.hint)];
    });
    const found = [...unreachable.flat(), ...problems];
    return found.length > 0 ? found : [fine('cameras', `profile ${chosen.profile}: all pipelines build`)];
  } catch (thrown) {
    return [failure('cameras', asTouchlineError(thrown).message, 'correct "profile" and "sources", or the named file')];
  }
}

async function checkSource(source: string, signal: AbortSignal): Promise<readonly Finding[]> {
  if (!/^rtsps?:/i.test(source)) return [];
  const reason = await unreachableReason(source, signal);
  if (reason === null) return [];
  const { host, hostname } = new URL(source);
  return [failure('network camera', `${host} does not answer: ${reason}`, `check its power and network: ping ${hostname}`)];
}

/** One command for all missing elements that come in Debian packages. */
function fixFor(elements: readonly string[], library: PipelineLibrary): string | null {
  const packages = elements.flatMap((element) => library.packageForElement(element) ?? []);
  return packages.length > 0 && packages.every((name) => /^[a-z0-9.+-]+$/.test(name)) ? aptInstall(packages) : null;
}

async function examinePlaces(settings: RigSettings): Promise<readonly Finding[]> {
  return Promise.all([
    checkFolder('recordings folder', settings.recordingsDir),
    checkFolder('state folder', settings.stateDir),
    checkFolder('runtime folder', settings.runtimeDir),
    checkSpace(settings.recordingsDir, settings.minFreeGb),
  ]);
}

const rootBody = compileSchema(RootBody);

/** Who has the daemon's port: the daemon, nobody, or somebody else. */
async function examineAddress(settings: RigSettings, signal: AbortSignal): Promise<Finding> {
  const url = daemonUrl(settings);
  const text = await httpCall(url, { method: 'GET', timeoutMs: ANSWER_TIMEOUT_MS, signal }).then(
    (answer) => answer.text,
    () => null,
  );
  const root = text === null ? null : rootBody.parseJson(text);
  if (root?.ok === true) return fine('daemon', `${root.value.product} ${root.value.product_version} answers at ${url}`);
  if (text === null && (await isPortFree(settings.host, settings.port))) {
    return warning('daemon', `does not run; port ${settings.port} is free`, 'touchline serve');
  }
  const fix = `ss -ltnp 'sport = :${settings.port}' names it; or set TOUCHLINE_PORT`;
  return failure('daemon', `another program has port ${settings.port} on ${settings.host}, or the address is not this machine's`, fix);
}

const MARKS = { ok: '✓', warning: '!', failure: '✗' } as const;
const TONES = { ok: 'good', warning: 'caution', failure: 'bad' } as const;

function print({ subject, state, detail, fix }: Finding, terminal: Terminal): void {
  terminal.out(`${terminal.color(TONES[state], `${MARKS[state]} ${subject.padEnd(18)}`)} ${detail}`);
  if (fix !== null) terminal.out(`  ${' '.repeat(18)} → ${fix}`);
}
