import { access } from 'node:fs/promises';
import type { Installation } from '../installation.js';
import { runTool } from '../tool.js';
import { aptInstall, failure, fine, type Finding, warning } from './finding.js';

const TOOL_TIMEOUT_MS = 20_000;
const NODE_MAJOR = 24;
/** Fragments that are finalised on close came with 1.20 (JetPack 6). */
const GSTREAMER_MINOR = 20;

export function checkNode(version: string): Finding {
  const major = Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
  if (major >= NODE_MAJOR) return fine('Node.js', version);
  return failure('Node.js', `${version} is too old: ${NODE_MAJOR} or newer is needed`, 'make setup');
}

export async function checkGStreamer(signal: AbortSignal): Promise<Finding> {
  const asked = await runTool('gst-inspect-1.0', ['--version'], { timeoutMs: TOOL_TIMEOUT_MS, signal });
  if (!asked.ok) return failure('GStreamer', `gst-inspect-1.0: ${asked.reason}`, aptInstall(['gstreamer1.0-tools']));
  const version = /GStreamer (\d+)\.(\d+)\.\d+/.exec(asked.stdout);
  const [major = 0, minor = 0] = version === null ? [] : [Number(version[1]), Number(version[2])];
  if (major > 1 || (major === 1 && minor >= GSTREAMER_MINOR)) return fine('GStreamer', version?.[0] ?? '');
  return failure('GStreamer', `${version?.[0] ?? asked.stdout} is too old: 1.${GSTREAMER_MINOR} is needed`, 'upgrade the system');
}

export async function checkFfprobe(signal: AbortSignal): Promise<Finding> {
  const asked = await runTool('ffprobe', ['-version'], { timeoutMs: TOOL_TIMEOUT_MS, signal });
  if (asked.ok) return fine('ffprobe', asked.stdout.split(' Copyright')[0] ?? '');
  // Files are recorded all the same; nobody says whether they are intact.
  return warning('ffprobe', `${asked.reason}: segments cannot be probed`, aptInstall(['ffmpeg']));
}

/** Finalises what a crash left; matches are recorded and play without it. */
export async function checkFfmpeg(signal: AbortSignal): Promise<Finding> {
  const asked = await runTool('ffmpeg', ['-hide_banner', '-version'], { timeoutMs: TOOL_TIMEOUT_MS, signal });
  if (asked.ok) return fine('ffmpeg', asked.stdout.split(' Copyright')[0] ?? '');
  return warning('ffmpeg', `${asked.reason}: segments stay as a crash left them`, aptInstall(['ffmpeg']));
}

export async function checkNativePlugin({ pluginFile }: Installation): Promise<Finding> {
  const isThere = await access(pluginFile).then(
    () => true,
    () => false,
  );
  if (isThere) return fine('native elements', pluginFile);
  return failure('native elements', `${pluginFile} is missing`, 'make build');
}

/**
 * Without it, `--exists` also asks that the element's plugin be as new as GStreamer itself, which plugins from elsewhere
 * (ours, NVIDIA's) are not: they count versions of their own.
 */
const ANY_VERSION = '--atleast-version=0.0.0';

/** Which of the elements GStreamer does not have, each looked up on its own. */
export async function missingElements(
  elements: readonly string[],
  pluginDir: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const element of elements) {
    const options = { env: { GST_PLUGIN_PATH: pluginDir }, timeoutMs: TOOL_TIMEOUT_MS, signal };
    const asked = await runTool('gst-inspect-1.0', ['--exists', ANY_VERSION, element], options);
    if (!asked.ok) missing.push(element);
  }
  return missing;
}
