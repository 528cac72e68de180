/** A rig with the stand-ins for NVIDIA's elements, which do what a file tells them (native/jetson). */
import { resolve } from 'node:path';

export const JETSON_STAND_INS = resolve(import.meta.dirname, '..', '..', 'native-test');

/** Small pictures: what is tried with them does not depend on their size. */
export const JETSON_ENV: Readonly<Record<string, string>> = {
  GST_PLUGIN_PATH: JETSON_STAND_INS,
  TOUCHLINE_PROFILE: 'jetson-x264',
  TOUCHLINE_VIDEO_WIDTH: '640',
  TOUCHLINE_VIDEO_HEIGHT: '360',
};

/** The same, broken by what somebody writes into the file. */
export const breakableJetsonEnv = (faultFile: string): Readonly<Record<string, string>> => ({ ...JETSON_ENV, TOUCHLINE_TEST_JETSON_FAULT_FILE: faultFile });
