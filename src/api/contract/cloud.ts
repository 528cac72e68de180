import Type from '#typebox';
import { Count } from './common.js';

/** Archives in the cloud (contract 3.8). This version has no cloud storage; these are the shapes of one that has. */

const CloudFile = Type.Object({ name: Type.String(), key: Type.String(), size_mb: Type.Number(), url: Type.String() });

export const CloudUrlsBody = Type.Object(
  { success: Type.Boolean(), message: Type.String(), files: Type.Array(CloudFile), expires_in_seconds: Count },
  { title: 'CloudUrls' },
);

export const CloudArchivesBody = Type.Object(
  {
    success: Type.Boolean(),
    matches: Type.Array(Type.Object({ match_id: Type.String(), year_month: Type.String(), files: Type.Array(CloudFile), total_size_mb: Type.Number() })),
    total_matches: Count,
    expires_in_seconds: Count,
  },
  { title: 'CloudArchives' },
);
