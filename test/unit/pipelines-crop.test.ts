/** The configuration's crop (pixels to remove) in the words of both converters. */
import t from 'tap';
import { cropTo, ROTATION_WORDS, rotated } from '../../src/pipelines/crop.js';
import { randomNumbers } from '../support/pipeline-tools.js';

const SENSOR = { width: 3840, height: 2160 };

t.test('pixels removed become edges and sizes', async (t) => {
  const cases = [
    // The crop that the rigs ship with (contract 5.9): 2880x1752 are left.
    { crop: [480, 480, 0, 408], removed: [480, 480, 0, 408], edges: [480, 3360, 0, 1752], clamped: false },
    { crop: [0, 0, 0, 0], removed: [0, 0, 0, 0], edges: [0, 3840, 0, 2160], clamped: false },
    { crop: [100, 0, 50, 0], removed: [100, 0, 50, 0], edges: [100, 3840, 50, 2160], clamped: false },
    // Odd: the start moves outwards, the size shrinks.
    { crop: [1, 0, 3, 0], removed: [0, 0, 2, 0], edges: [0, 3840, 2, 2160], clamped: false },
    { crop: [0, 1, 0, 3], removed: [0, 2, 0, 4], edges: [0, 3838, 0, 2156], clamped: false },
    // More than there is: 16 pixels stay.
    { crop: [4000, 0, 0, 0], removed: [3824, 0, 0, 0], edges: [3824, 3840, 0, 2160], clamped: true },
    { crop: [0, 4000, 0, 5000], removed: [0, 3824, 0, 2144], edges: [0, 16, 0, 16], clamped: true },
    { crop: [2000, 2000, 0, 0], removed: [2000, 1824, 0, 0], edges: [2000, 2016, 0, 2160], clamped: true },
    { crop: [1912, 1912, 0, 0], removed: [1912, 1912, 0, 0], edges: [1912, 1928, 0, 2160], clamped: false },
  ] as const;
  for (const { crop, removed, edges, clamped } of cases) {
    const [left, right, top, bottom] = crop;
    const result = cropTo(SENSOR, { left, right, top, bottom });
    const list = ({ left, right, top, bottom }: typeof result.removed): number[] => [left, right, top, bottom];
    t.strictSame(list(result.removed), removed, `removed ${crop.join()}`);
    t.strictSame(list(result.edges), edges, `edges ${crop.join()}`);
    t.equal(result.isClamped, clamped, `clamped ${crop.join()}`);
  }
});

t.test('whatever is asked for, an even picture of at least 16x16 inside the sensor is left', async (t) => {
  const random = randomNumbers(7);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  for (let round = 0; round < 5000; round += 1) {
    const sensor = { width: 16 + upTo(4000), height: 16 + upTo(3000) };
    const crop = { left: upTo(5000), right: upTo(5000), top: upTo(4000), bottom: upTo(4000) };
    const { kept, removed, edges } = cropTo(sensor, crop);
    const isSound =
      kept.width >= 16 &&
      kept.height >= 16 &&
      kept.width % 2 === 0 &&
      kept.height % 2 === 0 &&
      removed.left % 2 === 0 &&
      removed.top % 2 === 0 &&
      removed.left >= 0 &&
      removed.right >= 0 &&
      removed.top >= 0 &&
      removed.bottom >= 0 &&
      removed.left + kept.width + removed.right === sensor.width &&
      removed.top + kept.height + removed.bottom === sensor.height &&
      edges.right - edges.left === kept.width &&
      edges.bottom - edges.top === kept.height &&
      edges.left === removed.left &&
      edges.top === removed.top;
    if (!isSound) t.fail(JSON.stringify({ sensor, crop, kept, removed, edges }));
  }
  t.pass('5000 crops');
});

t.test('a quarter turn swaps width and height, clockwise in both converters', async (t) => {
  t.strictSame(rotated({ width: 640, height: 360 }, 90), { width: 360, height: 640 });
  t.strictSame(rotated({ width: 640, height: 360 }, 180), { width: 640, height: 360 });
  t.strictSame(ROTATION_WORDS[90], { videoDirection: '90r', flipMethod: 3 });
  t.strictSame(ROTATION_WORDS[270], { videoDirection: '90l', flipMethod: 1 });
});
