import Type from '#typebox';
import type { MonitorService } from '../../../monitor/types.js';
import { sendMotionJpeg } from '../motion-jpeg.js';
import { DirectAnswer, downloadRoute, type Route } from '../route.js';

export interface MonitorParts {
  readonly monitor: MonitorService;
}

const REFUSALS = {
  '404': 'There is no such camera',
  '409': 'The camera does not run now',
  '503': 'Small pictures are switched off, the profile makes none, the processor has no time for them, or there are too many viewers',
} as const;

/** Small pictures of what the cameras do, while they record and while their live picture is shown. */
export function monitorRoutes({ monitor }: MonitorParts): readonly Route[] {
  return [
    downloadRoute({
      method: 'GET',
      base: 'root',
      path: '/video/stream',
      name: 'video_stream',
      tag: 'Monitor',
      summary: 'Motion JPEG of one camera, for an <img>',
      description: 'Works during a recording, too, and cannot slow it. A viewer who reads slowly gets fewer pictures; `X-Timestamp` of each says when it was made. Ends when no picture came for some seconds.',
      quiet: true,
      query: Type.Object({ path: Type.String({ pattern: '^cam[0-9]$', description: '`cam0` left, `cam1` right' }) }),
      refusals: REFUSALS,
      download: { mediaType: 'multipart/x-mixed-replace', description: 'JPEG pictures without end', head: false, endless: true },
      handle: ({ query: { path } }) => new DirectAnswer((_request, response) => sendMotionJpeg(monitor, Number(path.slice(3)), response)),
    }),
    downloadRoute({
      method: 'GET',
      base: 'api',
      path: '/cameras/:camera/snapshot.jpg',
      name: 'snapshot',
      tag: 'Monitor',
      summary: 'One picture of one camera, as it is now',
      quiet: true,
      params: Type.Object({ camera: Type.Integer({ minimum: 0, maximum: 9, description: '0 left, 1 right' }) }),
      refusals: { ...REFUSALS, '504': 'The camera runs, but no picture came in time' },
      download: { mediaType: 'image/jpeg', description: 'A JPEG picture', head: false },
      handle: async ({ params: { camera } }) => {
        const { jpeg } = await monitor.snapshot(camera);
        return new DirectAnswer(async (_request, response) => {
          response.set({ 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' }).send(jpeg);
        });
      },
    }),
  ];
}
