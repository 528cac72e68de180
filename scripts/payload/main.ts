/** Assembles a version folder: `node build/scripts/payload/main.js --arch amd64 --out FOLDER …`; prints its identity. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asTouchlineError } from '../../src/errors.js';
import { assemble } from './assemble.js';

// Three folders up from build/scripts/payload/.
const ROOT = resolve(import.meta.dirname, '..', '..', '..');

const { values } = parseArgs({
  options: {
    arch: { type: 'string' },
    version: { type: 'string' },
    node: { type: 'string' },
    native: { type: 'string', default: resolve(ROOT, 'build', 'native') },
    binding: {
      type: 'string',
      default: resolve(ROOT, 'node_modules/gstreamer-superficial/build/Release/gstreamer-superficial.node'),
    },
    modules: { type: 'string' },
    strip: { type: 'string', default: 'strip' },
    out: { type: 'string' },
  },
});

function required(name: 'arch' | 'version' | 'node' | 'out'): string {
  const value = values[name];
  if (value === undefined || value === '') throw new Error(`--${name} is missing`);
  return value;
}

try {
  const identity = await assemble({
    root: ROOT,
    arch: required('arch'),
    version: required('version'),
    nodeHome: resolve(required('node')),
    nativeDir: resolve(values.native),
    binding: resolve(values.binding),
    extraModules: values.modules === undefined ? null : resolve(values.modules),
    strip: values.strip,
    out: resolve(required('out')),
  });
  process.stdout.write(`${identity}\n`);
} catch (thrown) {
  process.stderr.write(`error: ${asTouchlineError(thrown).message}\n`);
  process.exitCode = 1;
}
