import type { Library } from '../../../library/types.js';
import type { RecordingService } from '../../../recording/types.js';
import type { Route } from '../route.js';

export interface LibraryParts {
  readonly library: Library;
  readonly recording: RecordingService;
}

export function libraryRoutes(_parts: LibraryParts): readonly Route[] {
  return [];
}
