import type { Diagnostics } from '../../../diagnostics/types.js';
import type { Route } from '../route.js';

export interface DiagnosticsParts {
  readonly diagnostics: Diagnostics;
}

export function diagnosticsRoutes(_parts: DiagnosticsParts): readonly Route[] {
  return [];
}
