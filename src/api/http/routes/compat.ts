import type { Library } from '../../../library/types.js';
import type { Route } from '../route.js';

export interface CompatParts {
  readonly library: Library;
}

export function compatRoutes(_parts: CompatParts): readonly Route[] {
  return [];
}
