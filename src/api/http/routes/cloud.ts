import Type from '#typebox';
import { TouchlineError } from '../../../errors.js';
import type { Library } from '../../../library/types.js';
import { CloudArchivesBody, CloudUrlsBody } from '../../contract/cloud.js';
import { jsonRoute, type Route } from '../route.js';

const NO_STORAGE = { '503': 'Always: this version has no cloud storage' };

/** Archives in the cloud (contract 3.8): the dashboard has words of its own for a rig without. */
export function cloudRoutes({ library }: { readonly library: Library }): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings/:match_id/r2-urls',
      name: 'recording_r2_urls',
      tag: 'Cloud',
      summary: 'Addresses of the archives of a match in the cloud',
      params: Type.Object({ match_id: Type.String() }),
      response: CloudUrlsBody,
      refusals: { ...NO_STORAGE, '404': 'There is no such match' },
      handle: async ({ params }) => {
        if (await library.has(params.match_id)) throw noStorage();
        throw new TouchlineError({ kind: 'not_found', code: 'recording_not_found', message: `Recording ${params.match_id.slice(0, 130)} not found` });
      },
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/r2/archives',
      name: 'r2_archives',
      tag: 'Cloud',
      summary: 'All archives in the cloud',
      response: CloudArchivesBody,
      refusals: NO_STORAGE,
      handle: () => {
        throw noStorage();
      },
    }),
  ];
}

function noStorage(): TouchlineError {
  return new TouchlineError({ kind: 'conflict', code: 'no_cloud_storage', message: 'R2 storage not configured' });
}
