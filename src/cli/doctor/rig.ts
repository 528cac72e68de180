/** The rig as it is configured: cameras, pipelines, folders, address. */
import { RootBody } from '../../api/contract/root.js';
import { compileSchema } from '../../lib/schema.js';
import { type ChosenProfile, configuredProfile, loadPipelineLibrary, type PipelineLibrary } from '../../pipelines/index.js';
import { daemonUrl } from '../connection.js';
import { httpCall } from '../http-call.js';
import type { Installation } from '../installation.js';
import { checkPipelines } from '../pipelines-check.js';
import { type RenderedFor, renderFor } from '../profiles.js';
import type { RigSettings } from '../settings.js';
import { checkArgus, checkDevice, checkVideoFile } from './cameras.js';
import { aptInstall, asRoot, failure, fine, type Finding, warning } from './finding.js';
import type { Machine } from './machine.js';
import { isPortFree, unreachableReason } from './places.js';
import type { Account } from './rights.js';

const ANSWER_TIMEOUT_MS = 3_000;
const ARGUS_ELEMENT = 'nvarguscamerasrc';

export interface ConfiguredRig {
  readonly library: PipelineLibrary;
  readonly chosen: ChosenProfile;
  readonly rendered: readonly RenderedFor[];
}

/** Throws TouchlineError for a profile that cannot be used. */
export async function configuredRig(settings: RigSettings, installation: Installation): Promise<ConfiguredRig> {
  const library = await loadPipelineLibrary(installation.pipelinesDir);
  const chosen = await configuredProfile(library, settings.config, settings.sourcesBase);
  return { library, chosen, rendered: renderFor(library, settings, chosen) };
}

/** What all cameras together write; null when the pipelines do not say. */
export function bitrateKbps({ rendered }: ConfiguredRig): number | null {
  const rates = rendered.map(({ pipeline }) => pipeline.expected.bitrateKbps);
  return rates.includes(null) ? null : rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
}

/** Whether its cameras are behind NVIDIA's camera service. */
export function usesArgus({ rendered }: ConfiguredRig): boolean {
  return rendered.some(({ pipeline }) => pipeline.elements.includes(ARGUS_ELEMENT));
}

/** @param account the daemon's own user; null: whoever asks */
export async function checkCameras(machine: Machine, rig: ConfiguredRig, account: Account | null, signal: AbortSignal): Promise<readonly Finding[]> {
  const { library, chosen } = rig;
  const kind = library.profiles().find(({ name }) => name === chosen.profile)?.sourceKind ?? 'none';
  if (usesArgus(rig)) return checkArgus(machine);
  const sources = chosen.sources ?? [];
  if (kind === 'device') return Promise.all(sources.map((source) => checkDevice(machine, source, account)));
  if (kind === 'file') return Promise.all(sources.map((source) => checkVideoFile(source, account)));
  return kind === 'url' ? (await Promise.all(sources.map((source) => checkNetworkCamera(source, signal)))).flat() : [];
}

async function checkNetworkCamera(source: string, signal: AbortSignal): Promise<readonly Finding[]> {
  if (!/^rtsps?:/i.test(source)) return [];
  const reason = await unreachableReason(source, signal);
  const { host, hostname } = new URL(source);
  if (reason === null) return [fine('network camera', `${host} answers`)];
  return [failure('network camera', `${host} does not answer: ${reason}`, `check its power and network: ping ${hostname}`)];
}

/** Builds every pipeline without running it. */
export async function checkRecordingPipelines({ library, chosen, rendered }: ConfiguredRig, installation: Installation, signal: AbortSignal): Promise<readonly Finding[]> {
  const checked = await checkPipelines(rendered, library, installation, signal);
  const problems = checked.flatMap(({ camera, problem, missing }) => {
    if (problem === null) return [];
    const subject = `pipeline of cam${camera}`;
    return [failure(subject, problem.reason, fixFor(missing.map(({ element }) => element), library) ?? problem.hint)];
  });
  return problems.length > 0 ? problems : [fine('cameras', `profile ${chosen.profile}: all pipelines build`)];
}

/** One command for all missing elements that come in Debian packages. */
function fixFor(elements: readonly string[], library: PipelineLibrary): string | null {
  const packages = elements.flatMap((element) => library.packageForElement(element) ?? []);
  return packages.length > 0 && packages.every((name) => /^[a-z0-9.+-]+$/.test(name)) ? aptInstall(packages) : null;
}

const rootBody = compileSchema(RootBody);

/** Who has the daemon's port: the daemon, nobody, or somebody else. */
export async function checkAddress(settings: RigSettings, isService: boolean, signal: AbortSignal): Promise<Finding> {
  const url = daemonUrl(settings);
  const text = await httpCall(url, { method: 'GET', timeoutMs: ANSWER_TIMEOUT_MS, signal }).then(
    (answer) => answer.text,
    () => null,
  );
  const root = text === null ? null : rootBody.parseJson(text);
  if (root?.ok === true) return fine('daemon', `${root.value.product} ${root.value.product_version} answers at ${url}`);
  if (text === null && (await isPortFree(settings.host, settings.port))) {
    return warning('daemon', `does not run; port ${settings.port} is free`, isService ? asRoot('systemctl start touchline') : 'touchline serve');
  }
  const fix = `${asRoot('ss')} -ltnp 'sport = :${settings.port}' names it; or set "port" in the configuration`;
  return failure('daemon', `port ${settings.port} on ${settings.host} is taken, and what has it does not answer as the daemon does, or the address is not this machine's`, fix);
}
