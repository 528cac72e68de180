/** The ways to have NVIDIA's camera daemon restarted. Each resolves with null when that worked, otherwise with why not, for a person. */
import { existsSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { execa } from '#execa';
import { errnoOf, fileError } from '../lib/file-error.js';
import type { Clock } from '../lib/clock.js';

export type CameraStackRestart = () => Promise<string | null>;

export const CAMERA_STACK_SERVICE = 'nvargus-daemon.service';
/** nvargus-daemon takes some seconds; with cameras that hang, systemd kills it after ten. */
const RESTART_TIMEOUT_MS = 30_000;
/** The helper rests for ten seconds after a restart, which may itself have taken that long. */
const TAKEN_WITHIN_MS = 30_000;
const POLL_MS = 100;
const MAX_OUTPUT_BYTES = 16 * 1024;

/** With the rights of this process, which whoever started it has to have given to it. */
export const restartBySystemctl: CameraStackRestart = async () => {
  const outcome = await execa('systemctl', ['--no-ask-password', 'restart', CAMERA_STACK_SERVICE], { reject: false, timeout: RESTART_TIMEOUT_MS, stdin: 'ignore', maxBuffer: MAX_OUTPUT_BYTES });
  if (outcome.exitCode === 0) return null;
  if (outcome.timedOut) return `systemctl did not finish within ${RESTART_TIMEOUT_MS / 1000} s`;
  return outcome.stderr.trim().split('\n')[0] || outcome.shortMessage || 'systemctl failed';
};

/**
 * Asks the helper of an installation for it (docs/decisions/0006-root-helper.md): success means that the restart has
 * begun. A request that nobody takes is withdrawn, so that it restarts nothing when the cameras deliver again.
 */
export function restartByRequest({ runtimeDir, clock }: { readonly runtimeDir: string; readonly clock: Clock }): CameraStackRestart {
  const request = `${runtimeDir}/nvargus-restart.request`;
  return async () => {
    try {
      await writeFile(request, '');
    } catch (error) {
      return fileError(error, 'write', request).message;
    }
    const deadlineMs = clock.monoMs() + TAKEN_WITHIN_MS;
    while (clock.monoMs() < deadlineMs) {
      await clock.sleepMs(POLL_MS);
      if (!existsSync(request)) return null;
    }
    try {
      await unlink(request);
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? null : fileError(error, 'remove', request).message;
    }
    return `nobody took the request ${request} within ${TAKEN_WITHIN_MS / 1000} s; "sudo systemctl restart touchline-nvargus-restart.path" brings back who should`;
  };
}
