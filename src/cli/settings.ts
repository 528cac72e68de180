import type { Config } from '../config/config.js';

/** What the command line needs to know of the configuration. Folders are absolute. */
export interface RigSettings {
  readonly host: string;
  readonly port: number;
  /** As configured; which profile that means, together with the sources, `chooseProfile` says. */
  readonly profile: string;
  readonly sources: readonly string[] | null;
  readonly recordingsDir: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  /** Base of relative sources. */
  readonly sourcesBase: string;
  readonly minFreeGb: number;
  /** All of it, for what is made from it as a whole. */
  readonly config: Config;
}
