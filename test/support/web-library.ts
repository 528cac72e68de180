import type { Page } from 'playwright-core';
import type { Rig } from './rig.js';
import { until } from './rig.js';

/** What the page shows of one camera: the element that is seen, and what is in it. */
export interface Shown {
  readonly state: string;
  /** Name of the file. */
  readonly file: string;
  readonly currentTime: number;
  /** Where in the match that is: its place in the file, and the place of the file. */
  readonly matchSeconds: number;
}

export const matchAddress = (rig: Rig, matchId: string): string => `${rig.url}/app/#/library/${encodeURIComponent(matchId)}`;

/** Records for so long and stops; resolves when the list has the match. */
export async function recorded(rig: Rig, matchId: string, seconds: number): Promise<void> {
  await rig.record(matchId);
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) >= seconds, `${seconds} s are recorded`, 60_000);
  await rig.stop();
  await until(async () => JSON.stringify((await rig.get('/api/v1/recordings')).body).includes(matchId), 'the match is in the list');
}

/** Start of each file on the time line of the match. */
export async function startsOf(rig: Rig, matchId: string): Promise<ReadonlyMap<string, number>> {
  const { body } = await rig.get(`/api/v1/recordings/${encodeURIComponent(matchId)}/segments`);
  const { cam0, cam1 } = body as unknown as Record<string, readonly { readonly name: string; readonly start_seconds: number }[]>;
  return new Map([...(cam0 ?? []), ...(cam1 ?? [])].map(({ name, start_seconds }) => [name, start_seconds]));
}

/** What both cameras show, read at one instant. */
export async function shown(page: Page, starts: ReadonlyMap<string, number>): Promise<Shown[]> {
  // Evaluated in the page; the daemon's compiler knows nothing of its elements.
  const views = await page.locator('.view').evaluateAll((elements: unknown[]) =>
    (elements as { dataset: { state: string }; querySelector: (selector: string) => { src: string; currentTime: number } | null }[]).map((view) => {
      const video = view.querySelector('video[data-seen]');
      return { state: view.dataset.state, src: video?.src ?? '', currentTime: video?.currentTime ?? 0 };
    }),
  );
  return views.map(({ state, src, currentTime }) => {
    const file = decodeURIComponent(src === '' ? '' : (new URL(src).pathname.split('/').at(-1) ?? ''));
    return { state, file, currentTime, matchSeconds: (starts.get(file) ?? Number.NaN) + currentTime };
  });
}
