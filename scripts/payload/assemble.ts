/**
 * Puts a version folder together: all that a rig needs of Touchline, and nothing that compiles, tests or measures it.
 * What is in it depends on the checkout and the lock file alone, so that the same sources give the same identity.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from '#execa';
import { Type } from '#typebox';
import { TouchlineError } from '../../src/errors.js';
import { readJsonFile } from '../../src/lib/durable-file.js';
import { compileSchema } from '../../src/lib/schema.js';
import { filesBelow, place, placeFolder, placeText } from './folder.js';
import { neededPackages, type NpmTarget } from './lockfile.js';
import { IN_THE_PAGE, renderNotices, type Notice } from './notices.js';
import { seal } from './seal.js';
import { isLicence, isShippedOfBuild, isShippedOfPackage } from './selection.js';

/** Debian's names of the machines that Touchline is packaged for, with npm's. */
export const TARGETS: Readonly<Record<string, NpmTarget>> = {
  amd64: { os: 'linux', cpu: 'x64', libc: 'glibc' },
  arm64: { os: 'linux', cpu: 'arm64', libc: 'glibc' },
};

export interface PayloadOptions {
  /** The checkout, with everything compiled. */
  readonly root: string;
  readonly version: string;
  readonly arch: string;
  /** Home of the Node that goes into it: `bin/node`, `LICENSE`. */
  readonly nodeHome: string;
  /** Folder with our compiled GStreamer elements and addons. */
  readonly nativeDir: string;
  /** The compiled GStreamer binding. */
  readonly binding: string;
  /** Folder looked into before the checkout's `node_modules`, for packages of another machine; null for none. */
  readonly extraModules: string | null;
  readonly strip: string;
  /** Where the folder is to be; one that is there is replaced. */
  readonly out: string;
}

const BINDING_PATH = 'node_modules/gstreamer-superficial/build/Release/gstreamer-superficial.node';
const packageFile = compileSchema(
  Type.Object({ name: Type.String(), version: Type.String(), license: Type.Optional(Type.String()) }),
);

/** Returns the identity of the version: `<version>+<first digits of the checksum of everything>`. */
export async function assemble(options: PayloadOptions): Promise<string> {
  const { root, out, arch, version } = options;
  const partial = join(dirname(out), `.${basename(out)}.partial`);
  await rm(partial, { recursive: true, force: true });

  const notices = await placePackages(options, partial);
  await placeFolder(join(root, 'build', 'src'), join(partial, 'build', 'src'), isShippedOfBuild);
  await placeFolder(join(root, 'build', 'libraries'), join(partial, 'build', 'libraries'), isShippedOfBuild);
  await placeFolder(join(root, 'build', 'web'), join(partial, 'build', 'web'), () => true);
  await placeFolder(options.nativeDir, join(partial, 'build', 'native'), (path) => /^[^/]+\.(?:so|node)$/.test(path));
  await placeFolder(join(root, 'gst-pipelines'), join(partial, 'gst-pipelines'), () => true);
  // The technician has no network on the field.
  await placeFolder(join(root, 'docs'), join(partial, 'docs'), () => true);
  await placeFolder(join(root, 'systemd'), join(partial, 'systemd'), () => true);
  await placeFolder(join(root, 'scripts', 'appliance'), join(partial, 'appliance'), () => true);
  await place(join(options.nodeHome, 'bin', 'node'), join(partial, 'bin', 'node'));
  await place(options.binding, join(partial, BINDING_PATH));
  for (const file of await compiledFiles(partial)) await execa(options.strip, ['--strip-unneeded', file]);

  const nodeVersion = await versionOfNode(options.nodeHome);
  const node: Notice = {
    name: 'node',
    version: nodeVersion,
    license: 'see below',
    texts: [await readFile(join(options.nodeHome, 'LICENSE'), 'utf8')],
  };
  await placeText(renderNotices([...notices, node]), join(partial, 'THIRD-PARTY.txt'));
  await placeText(`${JSON.stringify({ product: 'touchline', version, arch, node: nodeVersion })}\n`, join(partial, 'manifest.json'));

  const identity = await seal(partial, version);
  await rm(out, { recursive: true, force: true });
  await rename(partial, out);
  return identity;
}

async function placePackages(options: PayloadOptions, partial: string): Promise<readonly Notice[]> {
  const { root, arch } = options;
  const target = TARGETS[arch];
  if (target === undefined) throw problem(`there is no ${arch} version of Touchline: ${Object.keys(TARGETS).join(' or ')}`);
  const notices: Notice[] = [];
  for (const needed of neededPackages(await readFile(join(root, 'package-lock.json'), 'utf8'), target)) {
    const source = await findPackage(options, needed.path, needed.version);
    await placeFolder(source, join(partial, needed.path), (path) => isShippedOfPackage(needed.name, path));
    // What has no version in the lock file is of this repository.
    if (needed.version !== null) notices.push(await noticeOf(source));
  }
  for (const name of IN_THE_PAGE) notices.push(await noticeOf(join(root, 'node_modules', name)));
  return notices;
}

/** The folder of a package, in exactly the version that is locked: an old `node_modules` must not get onto a rig. */
async function findPackage(options: PayloadOptions, path: string, version: string | null): Promise<string> {
  const places = [...(options.extraModules === null ? [] : [join(options.extraModules, path)]), join(options.root, path)];
  for (const place of places) {
    const file = await readJsonFile(join(place, 'package.json'), packageFile);
    if ('value' in file && (version === null || file.value.version === version)) return place;
  }
  throw problem(`${path} is not there in version ${version ?? 'of this repository'}: run \`make setup\``);
}

async function noticeOf(folder: string): Promise<Notice> {
  const file = await readJsonFile(join(folder, 'package.json'), packageFile);
  if (!('value' in file)) throw problem(`${folder} has no readable package.json: run \`make setup\``);
  const licences = (await filesBelow(folder)).filter((path) => !path.includes('/') && isLicence(path));
  const texts = await Promise.all(licences.map((path) => readFile(join(folder, path), 'utf8')));
  return { name: file.value.name, version: file.value.version, license: file.value.license ?? 'see below', texts };
}

async function versionOfNode(home: string): Promise<string> {
  const header = await readFile(join(home, 'include', 'node', 'node_version.h'), 'utf8');
  const numbers = ['MAJOR', 'MINOR', 'PATCH'].map((part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(header)?.[1]);
  if (numbers.includes(undefined)) throw problem(`${home} has no complete node_version.h`);
  return numbers.join('.');
}

/** What we compile ourselves; the makers' own binaries stay as their checksums know them. */
async function compiledFiles(partial: string): Promise<readonly string[]> {
  const native = join(partial, 'build', 'native');
  return [...(await filesBelow(native)).map((path) => join(native, path)), join(partial, BINDING_PATH)];
}

function problem(message: string): TouchlineError {
  return new TouchlineError({ kind: 'unavailable', code: 'payload_incomplete', message });
}
