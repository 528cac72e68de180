import { numberedEntries, readInteger } from './sysfs.js';

/** Sensors that are switched off or absent report values far outside of these. */
const LOWEST_CELSIUS = -100;
const HIGHEST_CELSIUS = 200;

/** Degrees Celsius of each thermal zone below `sysDir`, in the kernel's order; what cannot be read or be true is left out. */
export async function readZonesCelsius(sysDir: string): Promise<readonly number[]> {
  const folder = `${sysDir}/class/thermal`;
  const zones: number[] = [];
  // One after the other: a sensor behind a slow bus then holds one worker thread.
  for (const { name } of await numberedEntries(folder, 'thermal_zone')) {
    const milliCelsius = await readInteger(`${folder}/${name}/temp`);
    const celsius = (milliCelsius ?? Number.NaN) / 1000;
    if (celsius > LOWEST_CELSIUS && celsius < HIGHEST_CELSIUS) zones.push(celsius);
  }
  return zones;
}
