/** What the rig is doing while the doctor looks at it, so that nothing is disturbed. */
import { access, constants, readdir } from 'node:fs/promises';
import { errnoOf } from '../../lib/file-error.js';
import { readJsonFile } from '../../lib/durable-file.js';
import { isAlive, ProcessIdentitySchema } from '../../lib/process-identity.js';
import { compileSchema } from '../../lib/schema.js';
import { identityPath, intentPath } from '../../camera/protocol.js';
import { StatusBody } from '../../api/contract/status.js';
import { daemonUrl } from '../connection.js';
import { httpCall } from '../http-call.js';
import type { RigSettings } from '../settings.js';

const ANSWER_TIMEOUT_MS = 3_000;

const statusBody = compileSchema(StatusBody);
const identityFile = compileSchema(ProcessIdentitySchema);

/** What the daemon says; null when it does not know or does not run. */
interface Told {
  readonly hoursLeft: number | null;
  /** About the disk that matches are recorded to because the configured one is missing; null when it is there. */
  readonly substitute: string | null;
}

const NOTHING_TOLD: Told = { hoursLeft: null, substitute: null };

/**
 * `recording`: also the start or end of one. `unknown`: no daemon answers, and where the cameras keep their state is closed
 * to whoever asks.
 */
export type Activity = Told & { readonly kind: 'idle' | 'recording' | 'unknown' };

export async function activityOf(settings: RigSettings, signal: AbortSignal): Promise<Activity> {
  const text = await httpCall(`${daemonUrl(settings)}/api/v1/status`, { method: 'GET', timeoutMs: ANSWER_TIMEOUT_MS, signal }).then(
    (answer) => answer.text,
    () => null,
  );
  const status = text === null ? null : statusBody.parseJson(text);
  if (status?.ok === true) {
    const { phase, recording, hours_left: hoursLeft, recordings_disk: disk } = status.value.recording;
    const substitute = disk.is_substitute ? (disk.message ?? 'the configured disk is missing: matches go to another one') : null;
    return { kind: phase === 'idle' && !recording ? 'idle' : 'recording', hoursLeft, substitute };
  }
  return hostsActivity(settings);
}

/** Camera hosts go on recording without a daemon. */
async function hostsActivity({ runtimeDir, config }: RigSettings): Promise<Activity> {
  try {
    await readdir(runtimeDir);
    for (const camera of config.cameras.keys()) {
      const identity = await readJsonFile(identityPath(runtimeDir, camera), identityFile);
      const hasIntent = await access(intentPath(runtimeDir, camera), constants.F_OK).then(() => true, () => false);
      if ('value' in identity && isAlive(identity.value) && hasIntent) return { kind: 'recording', ...NOTHING_TOLD };
    }
    return { kind: 'idle', ...NOTHING_TOLD };
  } catch (thrown) {
    return { kind: errnoOf(thrown) === 'ENOENT' ? 'idle' : 'unknown', ...NOTHING_TOLD };
  }
}
