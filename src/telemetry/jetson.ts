/** Power modes of a Jetson as nvpmodel keeps them. */

export interface PowerMode {
  readonly name: string;
  /** Without leading zeros; `N/A` when unknown. */
  readonly id: string;
  /** The mode that sustained recording needs. */
  readonly isMax: boolean;
}

/** Contract 3.7, for the Orin Nano. */
const MODE_NAMES: ReadonlyMap<string, string> = new Map([
  ['0', '15W'],
  ['1', '25W'],
  ['2', 'MAXN_SUPER'],
  ['3', '7W'],
]);
const MAX_MODE = '2';

export const UNKNOWN_POWER_MODE: PowerMode = { name: 'Unknown', id: 'N/A', isMax: false };

/** The content of nvpmodel's status file (`pmode:0002`). Mode 0 has the id `0` (contract defect 65). */
export function parsePowerMode(status: string): PowerMode {
  const digits = /^pmode:[ \t]*(\d{1,9})\b/m.exec(status)?.[1];
  if (digits === undefined) return UNKNOWN_POWER_MODE;
  const id = String(Number(digits));
  return { name: MODE_NAMES.get(id) ?? `Mode ${id}`, id, isMax: id === MAX_MODE };
}
