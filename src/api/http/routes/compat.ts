import type { Route } from '../route.js';
import { cloudRoutes } from './cloud.js';
import { developmentRoutes, type DevelopmentParts } from './development.js';
import { panoramaRoutes, type PanoramaParts } from './panorama.js';

/** What the clients of the reference ask for and this rig does not do: answers that they understand. */
export type CompatParts = PanoramaParts & DevelopmentParts;

export function compatRoutes(parts: CompatParts): readonly Route[] {
  return [...panoramaRoutes(parts), ...cloudRoutes(parts), ...developmentRoutes(parts)];
}
