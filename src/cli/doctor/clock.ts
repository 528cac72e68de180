import { stat } from 'node:fs/promises';
import { asRoot, fine, type Finding, warning } from './finding.js';
import { type Machine, properties } from './machine.js';

const DAY_MS = 86_400_000;
/** Beyond the life of any box of this kind. */
const LATEST_EPOCH_MS = Date.UTC(2060, 0, 1);

/**
 * Matches are filed under the wall clock. Durations come from the monotonic clock, so a wrong date costs no video and
 * is never a failure.
 * @param softwareFile a file of this installation: no clock can truly be older than it
 */
export async function checkWallClock(machine: Machine, softwareFile: string, nowEpochMs: number): Promise<Finding> {
  const now = `${new Date(nowEpochMs).toISOString().slice(0, 19)}Z`;
  const setByHand = asRoot("timedatectl set-time 'YYYY-MM-DD hh:mm:ss'");
  const builtEpochMs = await stat(softwareFile).then(({ mtimeMs }) => mtimeMs, () => 0);
  if (nowEpochMs < builtEpochMs - DAY_MS || nowEpochMs > LATEST_EPOCH_MS) {
    return warning('clock', `${now} cannot be true: matches get wrong dates`, `connect the box to a network with internet, or ${asRoot('timedatectl set-ntp false')} && ${setByHand}`);
  }
  const asked = await machine.run('timedatectl', ['show']);
  const said = properties(asked.stdout);
  if (!asked.ok || !said.has('NTP')) return fine('clock', `${now}; nobody here tells whether a time server sets it`);
  if (said.get('NTP') !== 'yes') return warning('clock', `${now}, set by no time server`, asRoot('timedatectl set-ntp true'));
  if (said.get('NTPSynchronized') === 'yes') return fine('clock', `${now}, set by a time server`);
  return warning('clock', `${now}, the time server has not been reached since the start`, 'connect the box to a network with internet, then: timedatectl timesync-status');
}
