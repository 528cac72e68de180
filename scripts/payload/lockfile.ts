/** Which npm packages an installation needs, from the lock file alone: the same answer on every machine. */
import { Type, type Static } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { TouchlineError } from '../../src/errors.js';

const Names = Type.Optional(Type.Array(Type.String()));
const LockedPackageSchema = Type.Object({
  version: Type.Optional(Type.String()),
  license: Type.Optional(Type.String()),
  integrity: Type.Optional(Type.String()),
  dev: Type.Optional(Type.Boolean()),
  devOptional: Type.Optional(Type.Boolean()),
  optional: Type.Optional(Type.Boolean()),
  link: Type.Optional(Type.Boolean()),
  os: Names,
  cpu: Names,
  libc: Names,
});
const lockFile = compileSchema(
  Type.Object({ lockfileVersion: Type.Literal(3), packages: Type.Record(Type.String(), LockedPackageSchema) }),
);
export type LockedPackage = Static<typeof LockedPackageSchema>;

/** What npm calls the machine that an installation is for. */
export interface NpmTarget {
  readonly os: 'linux';
  readonly cpu: 'x64' | 'arm64';
  readonly libc: 'glibc';
}

export interface NeededPackage {
  /** Folder below the root, e.g. `node_modules/pino-pretty/node_modules/sonic-boom`. */
  readonly path: string;
  /** The package's own name, with its scope. */
  readonly name: string;
  /** Null for a package of this repository. */
  readonly version: string | null;
  /** Checksum that the registry's archive must have, in npm's notation. */
  readonly integrity: string | null;
}

/** Needed by npm to install or compile something, or for its makers' statistics; never loaded by the daemon. */
const NOT_LOADED = new Set(['nan', '@scarf/scarf']);

/** Packages that the daemon may load on this machine, in the order of the lock file. Throws `lock_file_invalid`. */
export function neededPackages(lockText: string, target: NpmTarget): readonly NeededPackage[] {
  const parsed = lockFile.parseJson(lockText);
  if (!parsed.ok) {
    throw new TouchlineError({
      kind: 'invalid',
      code: 'lock_file_invalid',
      message: 'package-lock.json is not a lock file of npm 7 or newer: run `npm install` again',
      violations: parsed.violations,
    });
  }
  return Object.entries(parsed.value.packages).flatMap(([path, locked]) => {
    if (!path.startsWith('node_modules/') || locked.dev === true || locked.devOptional === true) return [];
    const name = packageName(path);
    if (NOT_LOADED.has(name) || !isFor(locked, target)) return [];
    return [{ path, name, version: locked.version ?? null, integrity: locked.integrity ?? null }];
  });
}

function packageName(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function isFor(locked: LockedPackage, target: NpmTarget): boolean {
  return allows(locked.os, target.os) && allows(locked.cpu, target.cpu) && allows(locked.libc, target.libc);
}

/** npm's rule for `os`, `cpu` and `libc`: names that are wanted, or names with `!` that are not. */
function allows(names: readonly string[] | undefined, ours: string): boolean {
  if (names === undefined || names.length === 0) return true;
  if (names.includes(`!${ours}`)) return false;
  return names.includes(ours) || names.every((name) => name.startsWith('!'));
}
