/** The cameras as devices; whether their pipelines build is looked at elsewhere. */
import { stat } from 'node:fs/promises';
import { numberedEntries } from '../../telemetry/sysfs.js';
import { asRoot, failure, fine, type Finding, warning } from './finding.js';
import type { Machine } from './machine.js';
import { type Account, refusedTo } from './rights.js';

const CAMERAS = 2;
const ARGUS_UNIT = 'nvargus-daemon';

export interface VideoDevice {
  readonly path: string;
  /** As the driver calls it, e.g. `vi-output, imx477 9-001a`. */
  readonly name: string;
}

export async function videoDevices(machine: Machine): Promise<readonly VideoDevice[]> {
  const folder = '/sys/class/video4linux';
  const entries = await numberedEntries(`${machine.root}${folder}`, 'video');
  return Promise.all(entries.map(async ({ name }) => ({ path: `/dev/${name}`, name: (await machine.text(`${folder}/${name}/name`))?.trim() ?? '' })));
}

/** CSI cameras behind NVIDIA's Argus: the kernel has to know both sensors, and its service has to run. */
export async function checkArgus(machine: Machine): Promise<readonly Finding[]> {
  const sensors = (await videoDevices(machine)).filter(({ name }) => name.startsWith('vi-output'));
  const names = sensors.map(({ name }) => name.replace('vi-output, ', '')).join(', ');
  const look = `power off, reseat the ribbon cables; then: ${asRoot('dmesg')} | grep -iE 'imx|tegra-cam'; is the sensor chosen? ${asRoot('/opt/nvidia/jetson-io/jetson-io.py')}`;
  const found =
    sensors.length >= CAMERAS
      ? fine('CSI sensors', names)
      : failure('CSI sensors', `${sensors.length} of ${CAMERAS} found${names === '' ? '' : `: ${names}`}`, look);
  return [found, await checkArgusService(machine)];
}

async function checkArgusService(machine: Machine): Promise<Finding> {
  const asked = await machine.run('systemctl', ['is-active', ARGUS_UNIT]);
  if (asked.ok) return fine(ARGUS_UNIT, 'active');
  return failure(ARGUS_UNIT, asked.stdout.trim() || asked.reason, asRoot(`systemctl restart ${ARGUS_UNIT}`));
}

/** @param account who will open it; null: whoever asks */
export async function checkDevice(machine: Machine, path: string, account: Account | null): Promise<Finding> {
  const subject = `camera ${path}`;
  const devices = await videoDevices(machine);
  const info = await stat(path).catch(() => null);
  if (info === null) {
    const there = devices.map((device) => `${device.path} (${device.name})`).join(', ') || 'none';
    return failure(subject, `is not there. Devices that are: ${there}`, 'check its plug, or correct "sources" in the configuration');
  }
  if (!info.isCharacterDevice()) return failure(subject, 'is no device', 'correct "sources" in the configuration');
  const refused = account === null ? null : await refusedTo(account, path);
  if (refused !== null) return failure(subject, `is closed to ${account?.name ?? ''}`, refused);
  return fine(subject, devices.find((device) => device.path === path)?.name ?? 'there');
}

/** A video that stands for a camera. */
export async function checkVideoFile(path: string, account: Account | null): Promise<Finding> {
  const info = await stat(path).catch(() => null);
  if (info?.isFile() !== true) return failure('video file', `${path} is no file`, 'correct "sources" in the configuration');
  const refused = account === null ? null : await refusedTo(account, path);
  if (refused !== null) return failure('video file', `${path} is closed to ${account?.name ?? ''}`, asRoot(`chmod a+r ${path}`));
  return info.size === 0 ? warning('video file', `${path} is empty`, 'copy it again') : fine('video file', path);
}
