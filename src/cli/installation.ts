import { join, resolve } from 'node:path';

/** Where the parts of this installation are, from the place of the compiled code. */
export interface Installation {
  readonly pipelinesDir: string;
  /** Folder and file of the native GStreamer elements. */
  readonly pluginDir: string;
  readonly pluginFile: string;
}

export function findInstallation(): Installation {
  // build/src/cli -> build -> the checkout or the installed tree.
  const build = resolve(import.meta.dirname, '..', '..');
  const root = resolve(build, '..');
  const pluginDir = join(build, 'native');
  return {
    pipelinesDir: join(root, 'gst-pipelines'),
    pluginDir,
    pluginFile: join(pluginDir, 'libgsttouchline.so'),
  };
}
