import { cpuCurrentSpeed } from 'systeminformation';
import { numberedEntries, readInteger } from './sysfs.js';

export interface CpuClock {
  readonly cpu: number;
  readonly freqGhz: number;
  readonly type: 'performance' | 'efficiency';
}

/** Cores of one kind differ a little in what they may reach; below this share of the fastest it is another kind. */
const SAME_KIND_SHARE = 0.85;

/** The clock of every core that tells it. What a core can reach never changes and is read once per core. */
export class CpuClocks {
  readonly #sysDir: string;
  readonly #highestKhz = new Map<number, number>();

  constructor(sysDir: string) {
    this.#sysDir = sysDir;
  }

  async read(): Promise<readonly CpuClock[]> {
    const folder = `${this.#sysDir}/devices/system/cpu`;
    const current: { readonly cpu: number; readonly khz: number }[] = [];
    for (const { name, number: cpu } of await numberedEntries(folder, 'cpu')) {
      const khz = await readInteger(`${folder}/${name}/cpufreq/scaling_cur_freq`);
      if (khz === null || khz <= 0) continue;
      current.push({ cpu, khz });
      if (!this.#highestKhz.has(cpu)) this.#highestKhz.set(cpu, (await readInteger(`${folder}/${name}/cpufreq/cpuinfo_max_freq`)) ?? 0);
    }
    if (current.length === 0) return withoutCpufreq();
    const fastestKhz = Math.max(...this.#highestKhz.values());
    return current.map(({ cpu, khz }) => ({ cpu, freqGhz: khz / 1e6, type: this.#typeOf(cpu, fastestKhz) }));
  }

  #typeOf(cpu: number, fastestKhz: number): CpuClock['type'] {
    const highestKhz = this.#highestKhz.get(cpu) ?? 0;
    return highestKhz > 0 && highestKhz < fastestKhz * SAME_KIND_SHARE ? 'efficiency' : 'performance';
  }
}

/** From /proc/cpuinfo. Of systeminformation's functions this one and `mem` start no shell on Linux. */
async function withoutCpufreq(): Promise<readonly CpuClock[]> {
  const { cores } = await cpuCurrentSpeed();
  return cores.flatMap((freqGhz, cpu) => (freqGhz > 0 ? [{ cpu, freqGhz, type: 'performance' as const }] : []));
}
