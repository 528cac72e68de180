import { type ErrorKind, TouchlineError } from '../errors.js';

interface FileFault {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly words: string;
}

/** What the operating system's errors mean for the rig. */
const FAULTS: ReadonlyMap<string, FileFault> = new Map([
  ['ENOSPC', { kind: 'no_space', code: 'disk_full', words: 'the disk is full' }],
  ['EDQUOT', { kind: 'no_space', code: 'disk_full', words: 'the disk quota is used up' }],
  ['EACCES', { kind: 'unavailable', code: 'file_not_permitted', words: 'permission denied' }],
  ['EPERM', { kind: 'unavailable', code: 'file_not_permitted', words: 'permission denied' }],
  ['EROFS', { kind: 'unavailable', code: 'disk_read_only', words: 'the disk is mounted read-only' }],
  ['EIO', { kind: 'unavailable', code: 'disk_fault', words: 'the disk reports an input/output error' }],
  ['ENOENT', { kind: 'unavailable', code: 'folder_missing', words: 'it does not exist' }],
  ['ENOTDIR', { kind: 'unavailable', code: 'folder_missing', words: 'a part of the path is not a folder' }],
  ['EISDIR', { kind: 'unavailable', code: 'not_a_file', words: 'it is a folder' }],
  ['ENAMETOOLONG', { kind: 'invalid', code: 'name_too_long', words: 'the name is too long' }],
  ['EMFILE', { kind: 'unavailable', code: 'too_many_files', words: 'too many files are open' }],
]);

/** The errno name of a thrown system error (`ENOENT`), null for anything else. */
export function errnoOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}

/** A file system failure as TouchlineError, in words: `cannot write /x/y: the disk is full`. */
export function fileError(thrown: unknown, verb: string, path: string): TouchlineError {
  if (thrown instanceof TouchlineError) return thrown;
  const errno = errnoOf(thrown);
  const fault = FAULTS.get(errno ?? '');
  const words = fault?.words ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new TouchlineError({
    kind: fault?.kind ?? 'internal',
    code: fault?.code ?? 'file_error',
    message: `cannot ${verb} ${path}: ${words}`,
    cause: thrown,
  });
}
