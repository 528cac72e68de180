import { join } from 'node:path';
import { execa } from '#execa';
import type { Locator, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openBrowser } from '../support/browser.js';
import { until } from '../support/rig.js';
import { band, bothMove, openKiosk, rigFor, stopButton } from '../support/web-kiosk.js';
import { small } from '../support/web-touch.js';

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];
interface CanvasLike {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { data: ArrayLike<number> } };
}

const browser = await openBrowser(t);

const aid = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

async function openAim(t: Test, rig: Awaited<ReturnType<typeof rigFor>>, init?: () => void) {
  const kiosk = await openKiosk(browser, rig, init);
  t.teardown(() => kiosk.page.context().close());
  await bothMove(kiosk);
  await aid(kiosk.page, 'Aim').click();
  return kiosk;
}

/** The pixel at a place of a canvas, both from 0 to 1. */
function pixelAt(canvas: Locator, x: number, y: number): Promise<Pixel> {
  return canvas.evaluate(
    (element, [across, down]) => {
      const drawn = element as unknown as CanvasLike;
      const { data } = drawn.getContext('2d').getImageData(Math.floor(across * drawn.width), Math.floor(down * drawn.height), 1, 1);
      return [data[0] ?? 0, data[1] ?? 0, data[2] ?? 0, data[3] ?? 0] as const;
    },
    [x, y] as const,
  );
}

/** All pixels as one number, to see whether anything has changed. */
function sumOf(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const drawn = element as unknown as CanvasLike;
    return Array.from(drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height).data).reduce((sum, value, index) => (sum + value * (index % 9973)) % 1_000_000_007, 0);
  });
}

const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = { white: [255, 255, 255], yellow: [255, 255, 0], cyan: [0, 255, 255], green: [0, 255, 0], blue: [0, 0, 255] };
const nameOf = ([red, green, blue]: Pixel): string =>
  Object.entries(COLOURS).find(([, colour]) => Math.abs(colour[0] - red) < 60 && Math.abs(colour[1] - green) < 60 && Math.abs(colour[2] - blue) < 60)?.[0] ?? `${red},${green},${blue}`;

t.test('the grid lies exactly over both pictures', async (t) => {
  const rig = await rigFor(t);
  const { page, errors } = await openAim(t, rig);
  t.equal(await page.getByTestId('grid').count(), 0);
  await aid(page, 'Grid').click();
  const grids = await page.getByTestId('grid').all();
  t.equal(grids.length, 2);
  for (const [camera, grid] of grids.entries()) {
    const [over, picture] = [await grid.boundingBox(), await page.getByTestId(`live-${camera}`).boundingBox()];
    for (const side of ['x', 'y', 'width', 'height'] as const) t.ok(Math.abs((over?.[side] ?? 0) - (picture?.[side] ?? -9)) < 2, `${side} of picture ${camera}`);
  }
  await aid(page, 'Done').click();
  t.equal(await page.getByTestId('grid').count(), 0);
  t.strictSame(errors, []);
});

t.test('the loupe shows what is under mouse and arrow keys at twice the size, and goes on as the picture moves', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openAim(t, rig);
  await aid(page, 'Loupe').click();
  const field = page.getByTestId('loupe-0');
  const loupe = field.locator('canvas');
  const box = await field.boundingBox();
  if (box === null) throw new Error('the loupe has no place');
  // The test card has seven bars: white, yellow, cyan, green, magenta, red, blue. This is the middle of the second one.
  await page.mouse.move(box.x + (box.width * 1.5) / 7, box.y + box.height * 0.4);
  const size = (await loupe.boundingBox())?.width ?? 0;
  const barPixels = (box.width / 7) * 2;
  const at = (pixels: number): Promise<string> => pixelAt(loupe, 0.5 + pixels / size, 0.5).then(nameOf);
  await until(async () => (await at(0)) === 'yellow', 'it shows the bar under the mouse');
  t.equal(await at(-barPixels / 2 + 8), 'yellow', 'the bar is twice as wide as on the picture');
  t.equal(await at(barPixels / 2 - 8), 'yellow');
  t.equal(await at(-barPixels / 2 - 8), 'white', 'and not wider');
  t.equal(await at(barPixels / 2 + 8), 'cyan');

  await field.focus();
  for (let presses = 0; presses < 7; presses += 1) await page.keyboard.press('ArrowRight');
  await until(async () => (await at(0)) === 'cyan', 'arrow keys move it');
  await page.keyboard.press('Home');
  await until(async () => (await at(0)) === 'green', 'Home puts it in the middle');

  const moving = page.getByTestId('loupe-1').locator('canvas');
  const before = await sumOf(moving);
  t.not(before, 0, 'it is not empty');
  await until(async () => (await sumOf(moving)) !== before, 'the picture in the loupe moves');
});

t.test('the overlap is marked where the halves meet, as wide as chosen and remembered, and both edges can be compared', async (t) => {
  const rig = await rigFor(t);
  const { page, errors } = await openAim(t, rig);
  await aid(page, 'Overlap').click();
  const shares = async (): Promise<readonly number[]> =>
    Promise.all([0, 1].map(async (camera) => {
      const [marked, picture] = [await page.getByTestId(`overlap-${camera}`).boundingBox(), await page.getByTestId(`live-${camera}`).boundingBox()];
      if (marked === null || picture === null) return -1;
      const isAtEdge = camera === 0 ? Math.abs(marked.x + marked.width - picture.x - picture.width) < 2 : Math.abs(marked.x - picture.x) < 2;
      return isAtEdge ? Math.round((100 * marked.width) / picture.width) : -1;
    }));
  t.strictSame(await shares(), [15, 15], 'the right edge of the left camera, and the left edge of the right one');
  await page.getByRole('slider', { name: 'Width' }).focus();
  for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press('ArrowRight');
  t.strictSame(await shares(), [20, 20]);
  await page.keyboard.press('End');
  t.strictSame(await shares(), [30, 30], 'never wider than 30 %');
  await page.keyboard.press('Home');
  t.strictSame(await shares(), [5, 5], 'never narrower than 5 %');
  await page.keyboard.press('PageUp');
  const chosen = await shares();

  await aid(page, 'Compare').click();
  for (const camera of [0, 1]) await until(async () => (await page.getByTestId(`strip-${camera}`).count()) === 1 && (await pixelAt(page.getByTestId(`strip-${camera}`), 0.5, 0.4))[3] === 255, `strip ${camera} is drawn`);
  t.equal(nameOf(await pixelAt(page.getByTestId('strip-0'), 0.5, 0.4)), 'blue', 'the last bar of the left picture');
  const before = await sumOf(page.getByTestId('strip-1'));
  await until(async () => (await sumOf(page.getByTestId('strip-1'))) !== before, 'the strips are live');
  await page.keyboard.press('Escape');
  await until(async () => (await page.getByTestId('strip-0').count()) === 0, 'Escape takes the strips away');

  await page.reload();
  await aid(page, 'Aim').click();
  await aid(page, 'Overlap').click();
  t.strictSame(await shares(), chosen, 'the width is remembered');
  t.strictSame(errors, []);
});

t.test('a white picture is said to be too bright and marked, one that is well exposed is not', async (t) => {
  const folder = t.testdir();
  const clips = await Promise.all(
    ['white', 'gray'].map(async (colour) => {
      const clip = join(folder, `${colour}.mp4`);
      await execa('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `color=${colour}:size=320x240:rate=30:duration=1`, '-pix_fmt', 'yuv420p', clip]);
      return clip;
    }),
  );
  const rig = await rigFor(t, { env: { TOUCHLINE_SOURCES: clips.join(',') } });
  const { page } = await openAim(t, rig);
  t.equal(await page.getByTestId('verdicts').count(), 0);
  await aid(page, 'Brightness').click();
  const verdicts = page.getByTestId('verdicts');
  await verdicts.getByText(/^Left picture is too bright: \d+ % is white\. Lower exposure\.$/).waitFor();
  await verdicts.getByText('Right picture is well exposed.').waitFor();
  t.ok(Number(/(\d+) %/.exec(await verdicts.innerText())?.[1]) > 90, 'nearly all of it is white');
  t.equal((await pixelAt(page.getByTestId('zebra-0'), 0.5, 0.8))[3], 255, 'white is covered by the zebra');
  t.equal((await pixelAt(page.getByTestId('zebra-1'), 0.5, 0.8))[3], 0, 'what is well exposed is not');
  t.equal(await page.locator('.aim-histogram').count(), 2);
  // These pictures are 4:3; the aids lie on them and not on the bars beside them.
  const [field, pane] = [await page.getByTestId('zebra-0').boundingBox(), await page.getByTestId('live-0').boundingBox()];
  t.ok(Math.abs((field?.width ?? 0) / (field?.height ?? 1) - 4 / 3) < 0.02 && (field?.width ?? 0) < (pane?.width ?? 0) - 20);
});

t.test('no frame is looked at while no aid is in use', async (t) => {
  const rig = await rigFor(t);
  const { page, decoded } = await openAim(t, rig, () => {
    const counted = globalThis as unknown as { looks: number; CanvasRenderingContext2D: { prototype: Record<string, unknown> }; OffscreenCanvasRenderingContext2D: { prototype: Record<string, unknown> } };
    counted.looks = 0;
    for (const { prototype } of [counted.CanvasRenderingContext2D, counted.OffscreenCanvasRenderingContext2D]) {
      const draw = prototype['drawImage'] as (...args: unknown[]) => void;
      prototype['drawImage'] = function (...args: unknown[]) {
        counted.looks += 1;
        return draw.apply(this, args);
      };
    }
  });
  const looks = (): Promise<number> => page.evaluate(() => (globalThis as unknown as { looks: number }).looks);
  const frames = async (count: number): Promise<void> => {
    const before = await decoded(0);
    await until(async () => (await decoded(0)) > before + count, `${count} frames have come`);
  };
  await frames(30);
  t.equal(await looks(), 0, 'none before');
  await aid(page, 'Loupe').click();
  await aid(page, 'Brightness').click();
  await frames(30);
  t.ok((await looks()) > 10, 'they are looked at in use');
  await aid(page, 'Done').click();
  await page.getByTestId('loupe-0').waitFor({ state: 'detached' });
  const after = await looks();
  await frames(30);
  t.equal(await looks(), after, 'none after');
});

t.test('aids end when a recording begins, and work on its stills when they are asked for again', async (t) => {
  const rig = await rigFor(t, { env: { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '0' } });
  const { page, errors } = await openAim(t, rig);
  await aid(page, 'Loupe').click();
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  t.equal(await page.getByTestId('aim-bar').count(), 0);
  t.equal(await page.getByTestId('loupe-0').count(), 0);
  await page.locator('[data-testid=monitor-1][data-state=playing]').waitFor();
  await aid(page, 'Aim').click();
  await aid(page, 'Loupe').click();
  await aid(page, 'Brightness').click();
  const loupe = page.getByTestId('loupe-1').locator('canvas');
  await until(async () => (await pixelAt(loupe, 0.5, 0.5))[3] === 255, 'the loupe shows the stills');
  const before = await sumOf(loupe);
  await until(async () => (await sumOf(loupe)) !== before, 'the stills move in it');
  await page.getByTestId('verdicts').getByText(/^Right picture is too bright: \d+ % is white/).waitFor();
  t.ok(await stopButton(page).isVisible(), 'the way to stop stays in sight');
  t.strictSame(errors, []);
});

t.test('everything that is touched while aiming is at least 48 px large, and the screen of the rig does not scroll', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openAim(t, rig);
  for (const name of ['Grid', 'Loupe', 'Overlap', 'Brightness']) await aid(page, name).click();
  await page.getByTestId('verdicts').getByText('Left picture').waitFor();
  for (const [width, height] of [[1280, 800], [1024, 768], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    t.strictSame(await small(page), [], `${width}x${height}`);
    const scrolls = await page.locator('main').evaluate((main: { scrollHeight: number; clientHeight: number; scrollWidth: number; clientWidth: number }) => ({ down: main.scrollHeight > main.clientHeight, across: main.scrollWidth > main.clientWidth }));
    t.match(scrolls, { across: false, ...(width > 390 ? { down: false } : {}) }, `${width}x${height}`);
  }
});
