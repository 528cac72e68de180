import type { Figure } from '../bench/figure.js';
import type { Scene } from './kit/scene.js';

/** One line of the result. */
export interface Finding extends Figure {
  /** A time or a rate, which a busy machine can spoil; the others hold on any machine or the product is at fault. */
  readonly isTimed: boolean;
}

export interface Drill {
  readonly name: string;
  /** What it breaks, for people who choose from a list. */
  readonly breaks: string;
  /** Loop devices, mounts, cgroups. */
  readonly needsRoot: boolean;
  /** Throws only when it cannot be carried out; what did not hold is a finding. */
  readonly run: (scene: Scene) => Promise<readonly Finding[]>;
}
