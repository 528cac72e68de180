import t from 'tap';
import { overlapFrom } from '../../src/web/aiming/aids.js';
import { BINS, histogramPath, paintZebra, type Reading, readBrightness, smoothed, verdictOf } from '../../src/web/aiming/brightness.js';
import { containedBox, insideBox, loupePlace, loupeSource, overlapBand } from '../../src/web/aiming/geometry.js';
import { en } from '../../src/web/strings/en.js';

const { verdict: words } = en.aiming.brightness;

/** A picture of grey pixels with these brightnesses, each as often as the other. */
const picture = (...values: readonly number[]): Uint8ClampedArray => new Uint8ClampedArray(values.flatMap((value) => [value, value, value, 255]));
const reading = (white: number, black: number, mean = 0.5): Reading => ({ white, black, mean, bins: [] });

t.test('white and black are counted, and nothing that still shows something', async (t) => {
  const read = readBrightness(picture(255, 251, 250, 128, 5, 4, 0, 60));
  t.equal(read.white, 2 / 8);
  t.equal(read.black, 2 / 8);
  t.equal(read.bins.length, BINS);
  t.ok(Math.abs(read.bins.reduce((sum, share) => sum + share, 0) - 1) < 1e-9, 'each pixel is in one step');
  t.equal(readBrightness(picture(255)).mean, 1);
  t.equal(readBrightness(new Uint8ClampedArray([255, 255, 0, 255])).white, 0, 'full yellow is no white');
});

t.test('a picture that is too bright is named with its share and what to do', async (t) => {
  const verdict = verdictOf(reading(0.12, 0), null);
  t.strictSame(verdict, { kind: 'bright', whitePercent: 12 });
  t.equal(words(0, verdict), 'Left picture is too bright: 12 % is white. Lower exposure.');
  t.equal(words(1, verdictOf(reading(0, 0.34), null)), 'Right picture is too dark: 34 % is black. Raise exposure.');
  t.equal(verdictOf(reading(0.1, 0.3), null).kind, 'harsh');
  t.equal(words(1, verdictOf(reading(0, 0, 0.08), null)), 'Right picture is dark all over: 8 % of full brightness. Raise exposure.');
  t.equal(words(0, verdictOf(reading(0.01, 0.05), null)), 'Left picture is well exposed.', 'a bright shirt and a tree in the shade are no fault');
});

t.test('a sentence does not come and go with every frame at the limit', async (t) => {
  t.equal(verdictOf(reading(0.019, 0), null).kind, 'good');
  t.equal(verdictOf(reading(0.019, 0), 'bright').kind, 'bright', 'what was said holds near the limit');
  t.equal(verdictOf(reading(0.014, 0), 'bright').kind, 'good');
  const odd = smoothed(reading(0, 0), reading(1, 0));
  t.ok(odd.white > 0.3 && odd.white < 0.5, 'one frame counts for less than half');
  t.equal(smoothed(null, reading(1, 0)).white, 1, 'the first one counts at once');
});

t.test('the zebra covers what is white or black, and leaves the rest to be seen', async (t) => {
  const pixels = picture(255, 128, 0);
  const zebra = new Uint8ClampedArray(pixels.length).fill(9);
  paintZebra(pixels, zebra, 3);
  t.strictSame([3, 7, 11].map((at) => zebra[at]), [255, 0, 255]);
  t.notSame([...zebra.slice(0, 3)], [...zebra.slice(8, 11)], 'white and black have different stripes');
});

t.test('a histogram without a pixel is an empty one', async (t) => {
  t.equal(histogramPath([0, 0], 10, 4), 'M0 4L0.0 4.0H5.0L5.0 4.0H10.0V4z');
  t.match(histogramPath([1, 0.25], 10, 4), /L0\.0 0\.0H5\.0L5\.0 2\.0/, 'small peaks are seen beside large ones');
});

t.test('aids lie exactly over a picture, whatever its shape', async (t) => {
  t.strictSame(containedBox({ width: 640, height: 360 }, { width: 1280, height: 720 }), { left: 0, top: 0, width: 640, height: 360 });
  t.strictSame(containedBox({ width: 640, height: 360 }, { width: 640, height: 480 }), { left: 80, top: 0, width: 480, height: 360 });
  t.strictSame(containedBox({ width: 640, height: 360 }, { width: 0, height: 0 }), { left: 0, top: 0, width: 640, height: 360 });
});

t.test('the loupe shows what is under it at twice the size, and is not under the finger', async (t) => {
  const source = loupeSource({ x: 0.5, y: 0.5 }, { width: 1280, height: 720 }, { width: 640, height: 360 }, 200, 2);
  t.strictSame(source, { left: 540, top: 260, width: 200, height: 200 }, '100 px on the screen are 200 of this picture');
  const shown = { width: 640, height: 360 };
  t.strictSame(loupePlace({ x: 0.5, y: 0.5 }, shown, 100, false), { x: 320, y: 180 });
  t.strictSame(loupePlace({ x: 0.5, y: 0.5 }, shown, 100, true), { x: 320, y: 105 }, 'above a finger');
  t.strictSame(loupePlace({ x: 0.5, y: 0.1 }, shown, 100, true), { x: 320, y: 111 }, 'below it where there is no room above');
  t.strictSame(insideBox({ x: -1, y: 2 }), { x: 0, y: 1 });
});

t.test('the bands are at the edges where the halves meet', async (t) => {
  t.strictSame(overlapBand(0, 25), { from: 0.75, to: 1 });
  t.strictSame(overlapBand(1, 25), { from: 0, to: 0.25 });
  t.strictSame([null, 'x', '1', '12', '99'].map(overlapFrom), [15, 15, 5, 12, 30], 'a width from outside is one that makes sense');
});
