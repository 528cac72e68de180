import send from 'send';
import Type from '#typebox';
import { TouchlineError } from '../../../errors.js';
import type { PreviewService } from '../../../preview/types.js';
import { DirectAnswer, downloadRoute, type Route } from '../route.js';

export interface HlsParts {
  /** Folder of the playlists and segments of the live pictures. */
  readonly hlsDir: string;
  readonly preview: PreviewService;
}

const HLS_FILE = /^cam(\d+)(?:\.m3u8|_\d+\.ts)$/;
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['m3u8', 'application/vnd.apple.mpegurl'],
  ['ts', 'video/mp2t'],
]);

/** Live pictures as HLS, at the addresses that the status names (contract 3.12). */
export function hlsRoutes({ hlsDir, preview }: HlsParts): readonly Route[] {
  return [
    downloadRoute({
      method: 'GET',
      base: 'root',
      path: '/hls/:file',
      name: 'hls',
      tag: 'Preview',
      summary: 'Playlists and segments of the live pictures, while they are shown over HLS',
      params: Type.Object({ file: Type.String({ description: '`cam0.m3u8`, `cam1.m3u8` or a segment that a playlist names' }) }),
      quiet: true,
      refusals: { '404': 'There is no such picture now' },
      download: { mediaType: 'application/vnd.apple.mpegurl', description: 'A playlist, or MPEG-TS', head: true, ranges: true },
      handle: ({ params: { file } }) => {
        const [, camera] = HLS_FILE.exec(file) ?? [];
        if (camera === undefined) throw noPicture();
        preview.watched(Number(camera));
        return new DirectAnswer(
          (request, response) =>
            new Promise((resolve, reject) => {
              response.once('close', resolve);
              send(request, file, { root: hlsDir, cacheControl: false })
                .on('headers', () => {
                  response.set('Cache-Control', 'no-cache');
                  response.set('Content-Type', MEDIA_TYPES.get(file.split('.').at(-1) ?? '') ?? 'application/octet-stream');
                })
                .on('error', (error: NodeJS.ErrnoException) => {
                  if (response.headersSent) response.destroy();
                  reject(refusal(error));
                })
                .pipe(response);
            }),
        );
      },
    }),
  ];
}

/** Of `send`, whose refusals have names. */
function refusal(error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT') return noPicture();
  if (error.name === 'RangeNotSatisfiableError') return new TouchlineError({ kind: 'invalid', code: 'range_not_satisfiable', message: 'The file is shorter: the range begins beyond its end' });
  if (error.name === 'PreconditionFailedError') return new TouchlineError({ kind: 'conflict', code: 'precondition_failed', message: 'The file is another one by now' });
  return error;
}

function noPicture(): TouchlineError {
  return new TouchlineError({ kind: 'not_found', code: 'no_live_picture', message: 'There is no such live picture now. POST /api/v1/preview starts one.' });
}
