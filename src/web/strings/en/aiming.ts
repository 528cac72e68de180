import type { Verdict } from '../../aiming/brightness.js';
import type { Aid } from '../../aiming/aids.js';

const SIDES: readonly string[] = ['Left', 'Right'];
const side = (camera: number): string => SIDES[camera] ?? `Camera ${camera + 1}`;
const picture = (camera: number): string => (camera < SIDES.length ? `${side(camera)} picture` : `Picture of camera ${camera + 1}`);

/** What helps to aim the cameras. */
export const aiming = {
  open: 'Aim',
  done: 'Done',
  title: 'Aiming aids',
  aids: { grid: 'Grid', loupe: 'Loupe', overlap: 'Overlap', brightness: 'Brightness' } satisfies Readonly<Record<Aid, string>>,
  grid: 'Lines at the thirds of the picture, and the level through its middle',
  loupe: {
    label: (camera: number): string => `Loupe on the ${picture(camera).toLowerCase()}`,
    hint: 'Arrow keys move it, with Shift in larger steps. Home puts it in the middle.',
  },
  overlap: {
    width: 'Width',
    percent: (value: number): string => `${value} %`,
    band: (camera: number, percent: number): string => `${percent} % at the ${camera === 0 ? 'right' : 'left'} edge, which the other camera should see, too`,
  },
  compare: {
    open: 'Compare',
    title: 'Compare the overlap',
    explain: 'Both strips should show the same things at the same height. Turn the cameras until they do.',
    strip: (camera: number): string => (camera === 0 ? 'Left camera, right edge' : 'Right camera, left edge'),
    none: 'No picture',
  },
  brightness: {
    histogram: (camera: number): string => `How much of the ${picture(camera).toLowerCase()} is dark and how much is bright`,
    verdict: (camera: number, verdict: Verdict): string => {
      switch (verdict.kind) {
        case 'good':
          return `${picture(camera)} is well exposed.`;
        case 'bright':
          return `${picture(camera)} is too bright: ${verdict.whitePercent} % is white. Lower exposure.`;
        case 'dark':
          return `${picture(camera)} is too dark: ${verdict.blackPercent} % is black. Raise exposure.`;
        case 'harsh':
          return `${picture(camera)} has too much contrast: ${verdict.whitePercent} % is white, ${verdict.blackPercent} % is black. Turn the camera away from the sun.`;
        case 'dim':
          return `${picture(camera)} is dark all over: ${verdict.meanPercent} % of full brightness. Raise exposure.`;
      }
    },
  },
};
