/** The box itself: power mode, clocks of the processor, heat, which Jetson it is. */
import { numberedEntries, readInteger } from '../../telemetry/sysfs.js';
import { readZonesCelsius } from '../../telemetry/thermal.js';
import { asRoot, failure, fine, type Finding, skipped, warning } from './finding.js';
import type { Machine } from './machine.js';

/** Contract 11.6: operators are alerted above this. */
const HOT_CELSIUS = 75;
/** Jetsons slow down from here on. */
const THROTTLING_CELSIUS = 95;
/** jetson_clocks leaves this much between lowest and highest clock, if anything. */
const PINNED_SHARE = 0.98;
const GOVERNOR_FIX = "for g in /sys/devices/system/cpu/cpufreq/policy*/scaling_governor; do echo performance | sudo tee $g; done";

export interface Board {
  /** `NVIDIA Jetson Orin Nano …`; null on other machines. */
  readonly jetson: string | null;
  /** L4T release such as `R36.4.0`; null when nobody says. */
  readonly l4t: string | null;
}

export async function identifyBoard(machine: Machine): Promise<Board> {
  const release = await machine.text('/etc/nv_tegra_release');
  const model = (await machine.text('/proc/device-tree/model'))?.replaceAll('\0', '').trim() ?? '';
  const isJetson = release !== null || /jetson/i.test(model);
  return { jetson: isJetson ? model || 'Jetson' : null, l4t: parseL4t(release ?? '') };
}

/** `# R36 (release), REVISION: 4.0, GCID: …` → `R36.4.0`. */
export function parseL4t(release: string): string | null {
  const parts = /# (R\d+) \(release\), REVISION: ([\d.]+)/.exec(release);
  return parts === null ? null : `${parts[1]}.${parts[2]}`;
}

export function checkBoard({ jetson, l4t }: Board): Finding {
  if (jetson === null) return fine('board', 'no Jetson: power modes and CSI cameras are not looked at');
  return l4t === null
    ? warning('board', `${jetson}, L4T release unknown`, 'cat /etc/nv_tegra_release; recordings were tried with JetPack 6')
    : fine('board', `${jetson}, L4T ${l4t}`);
}

/** Read only: a mode is never set from here, because some of them restart the box. */
export async function checkPowerMode(machine: Machine): Promise<Finding> {
  const asked = await machine.run('nvpmodel', ['-q']);
  const status = await machine.text('/var/lib/nvpmodel/status');
  const modes = parseModes((await machine.text('/etc/nvpmodel.conf')) ?? '');
  const best = modes.get('MAXN_SUPER') ?? modes.get('MAXN') ?? null;
  const id = /^(\d+)\s*$/m.exec(asked.stdout)?.[1] ?? /^pmode:0*(\d+)/m.exec(status ?? '')?.[1] ?? null;
  const named = /NV Power Mode:\s*(\S+)/.exec(asked.stdout)?.[1] ?? [...modes].find(([, mode]) => mode === id)?.[0] ?? null;
  const fix = asRoot(`nvpmodel -m ${best ?? 'ID-OF-MAXN'}`);
  if (named === null) return warning('power mode', `unknown (${asked.ok ? 'no answer' : asked.reason})`, `nvpmodel -q; it should be MAXN_SUPER or MAXN: ${fix}`);
  if (named.startsWith('MAXN')) return fine('power mode', named);
  return warning('power mode', `${named}: the processors are held back, frames will be missed`, fix);
}

/** `< POWER_MODEL ID=2 NAME=MAXN_SUPER >` of nvpmodel.conf: ids by name. */
export function parseModes(conf: string): ReadonlyMap<string, string> {
  return new Map([...conf.matchAll(/<\s*POWER_MODEL\s+ID=(\d+)\s+NAME=([\w-]+)/g)].map(([, id = '', name = '']) => [name, id]));
}

interface CpuPolicy {
  readonly governor: string;
  readonly driver: string;
  readonly minKhz: number;
  readonly maxKhz: number;
  readonly hardwareMaxKhz: number;
}

export async function checkClocks(machine: Machine, board: Board): Promise<Finding> {
  const policies = await readPolicies(machine);
  if (policies.length === 0) return fine('CPU clocks', 'not adjustable here');
  const governors = [...new Set(policies.map(({ governor }) => governor))].join(', ');
  const ghz = (Math.max(...policies.map(({ maxKhz }) => maxKhz)) / 1e6).toFixed(2);
  const detail = `governor ${governors}, up to ${ghz} GHz`;
  const clocksFix = board.jetson === null ? GOVERNOR_FIX : asRoot('jetson_clocks');
  if (policies.some(({ maxKhz, hardwareMaxKhz }) => maxKhz < hardwareMaxKhz * PINNED_SHARE)) {
    return warning('CPU clocks', `${detail}: limited below what the processor can do`, clocksFix);
  }
  const isPinned = policies.every(({ governor, minKhz, maxKhz }) => governor === 'performance' || minKhz >= maxKhz * PINNED_SHARE);
  if (isPinned) return fine('CPU clocks', `${detail}, held at the top`);
  if (board.jetson !== null) return warning('CPU clocks', `${detail}: not held at the top, peaks of load cost frames`, clocksFix);
  // Drivers with a mind of their own use the same word for a mode that does scale up.
  const isSlow = policies.some(({ governor, driver }) => governor === 'powersave' && !/pstate/.test(driver));
  return isSlow ? warning('CPU clocks', `${detail}: held at the bottom`, clocksFix) : fine('CPU clocks', detail);
}

async function readPolicies(machine: Machine): Promise<readonly CpuPolicy[]> {
  const folder = '/sys/devices/system/cpu/cpufreq';
  const policies: CpuPolicy[] = [];
  for (const { name } of await numberedEntries(`${machine.root}${folder}`, 'policy')) {
    const word = async (key: string): Promise<string> => (await machine.text(`${folder}/${name}/${key}`))?.trim() ?? '';
    const khz = async (key: string): Promise<number> => (await readInteger(`${machine.root}${folder}/${name}/${key}`)) ?? 0;
    policies.push({
      governor: await word('scaling_governor'),
      driver: await word('scaling_driver'),
      minKhz: await khz('scaling_min_freq'),
      maxKhz: await khz('scaling_max_freq'),
      hardwareMaxKhz: await khz('cpuinfo_max_freq'),
    });
  }
  return policies;
}

export async function checkTemperature(machine: Machine): Promise<Finding> {
  const zones = await readZonesCelsius(`${machine.root}/sys`);
  if (zones.length === 0) return skipped('temperature', 'this machine has no sensors');
  const hottest = Math.max(...zones);
  const detail = `${hottest.toFixed(0)} °C at the hottest of ${zones.length} sensors`;
  const fix = 'shade and fan: put the box out of the sun, clear its vents; then look again';
  const slowed = await slowedDown(machine);
  if (hottest >= THROTTLING_CELSIUS) return failure('temperature', `${detail}: the box slows itself down and will switch off`, fix);
  if (slowed) return warning('temperature', `${detail}; the kernel holds the processors back because of heat`, fix);
  return hottest > HOT_CELSIUS ? warning('temperature', `${detail}, more than ${HOT_CELSIUS}`, fix) : fine('temperature', detail);
}

async function slowedDown(machine: Machine): Promise<boolean> {
  const folder = '/sys/class/thermal';
  for (const { name } of await numberedEntries(`${machine.root}${folder}`, 'cooling_device')) {
    // Fans and displays are cooling devices too.
    const type = (await machine.text(`${folder}/${name}/type`)) ?? '';
    if (!/cpufreq|^Processor/i.test(type)) continue;
    if (((await readInteger(`${machine.root}${folder}/${name}/cur_state`)) ?? 0) > 0) return true;
  }
  return false;
}
