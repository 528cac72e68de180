import { fileURLToPath } from 'node:url';
import { execa } from '#execa';
import { Type } from '#typebox';
import { TouchlineError } from '../errors.js';
import { compileSchema } from '../lib/schema.js';

const HOST_MAIN = fileURLToPath(new URL('./host/main.js', import.meta.url));
const TIMEOUT_MS = 30_000;
const complaints = compileSchema(Type.Array(Type.Union([Type.String(), Type.Null()])));

/**
 * GStreamer's complaint about each pipeline text, null where it has none. Builds them without running them, in a
 * process of its own: a broken plugin takes that one down. Throws `pipeline_check_failed` when that happens.
 */
export async function buildPipelines(texts: readonly string[], options: { readonly pluginPath: string; readonly signal?: AbortSignal }): Promise<readonly (string | null)[]> {
  if (texts.length === 0) return [];
  const check = await execa(process.execPath, [HOST_MAIN, '--check'], {
    env: { GST_PLUGIN_PATH: options.pluginPath, LC_ALL: 'C' },
    input: JSON.stringify(texts),
    timeout: TIMEOUT_MS,
    reject: false,
    maxBuffer: 1024 * 1024,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const answer = complaints.parseJson(String(check.stdout));
  if (!check.failed && answer.ok && answer.value.length === texts.length) return answer.value;
  const reason = String(check.stderr).trim().split('\n').at(-1) || check.shortMessage || 'it gave no answer';
  throw new TouchlineError({ kind: 'unavailable', code: 'pipeline_check_failed', message: `The camera host could not check the pipelines: ${reason}` });
}
