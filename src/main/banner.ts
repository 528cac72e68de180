import type { ChosenProfile, RenderedPipeline } from '../pipelines/index.js';

/** What a person is told who starts the daemon by hand. */
export interface Banner {
  readonly address: string;
  readonly profile: string;
  readonly cameras: readonly string[];
  readonly recordingsDir: string;
  readonly hoursLeft: number | null;
}

export function bannerOf(rig: {
  readonly address: string;
  readonly chosen: Pick<ChosenProfile, 'profile'>;
  readonly pipelines: readonly RenderedPipeline[];
  readonly recordingsDir: string;
  readonly hoursLeft: number | null;
}): Banner {
  return {
    address: rig.address,
    profile: rig.chosen.profile,
    cameras: rig.pipelines.map(({ expected }, camera) => {
      const size = expected.width === null ? 'size as it comes' : `${expected.width}x${expected.height}`;
      const rate = expected.framerate === null ? '' : ` at ${expected.framerate} fps`;
      const bits = expected.bitrateKbps === null ? '' : `, ${expected.bitrateKbps} kbit/s`;
      return `cam${camera} ${size}${rate}${bits}`;
    }),
    recordingsDir: rig.recordingsDir,
    hoursLeft: rig.hoursLeft,
  };
}
