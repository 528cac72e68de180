/* LD_PRELOAD library that makes one call to the disk go wrong, at a moment that a test chooses.
 *
 * DISK_FAULT=<call>@<n>[+]=<what>: the n-th call (from 1; with + every one from there on) of pwrite, fdatasync, fsync,
 * linkat, unlink (of an MPEG-TS file) or tmpfile (an open with O_TMPFILE)
 *   kill        ends the process as kill -9 would, before the call
 *   <number>    fails with that errno
 *   d<number>   takes that many milliseconds longer; d<number>,<number> then fails with that errno
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned int calls;

/* 1 when the call is to fail with errno as it is now. */
static int
is_faulty (const char *call)
{
  const char *fault = getenv ("DISK_FAULT");
  size_t length = strlen (call);
  char *rest;
  unsigned long at, now;

  if (!fault || strncmp (fault, call, length) != 0 || fault[length] != '@')
    return 0;
  now = __atomic_add_fetch (&calls, 1, __ATOMIC_SEQ_CST);
  at = strtoul (fault + length + 1, &rest, 10);
  if (*rest == '+' ? now < at : now != at)
    return 0;
  rest += *rest == '+';
  if (*rest++ != '=')
    abort ();

  if (strcmp (rest, "kill") == 0)
    kill (getpid (), SIGKILL);
  if (*rest == 'd') {
    usleep ((useconds_t) (strtoul (rest + 1, &rest, 10) * 1000));
    if (*rest++ != ',')
      return 0;
  }
  errno = (int) strtoul (rest, NULL, 10);
  return 1;
}

#define REAL(call) ((__typeof__ (&call)) dlsym (RTLD_NEXT, #call))

ssize_t
pwrite (int fd, const void *data, size_t size, off_t offset)
{
  return is_faulty ("pwrite") ? -1 : REAL (pwrite) (fd, data, size, offset);
}

int
fdatasync (int fd)
{
  return is_faulty ("fdatasync") ? -1 : REAL (fdatasync) (fd);
}

int
fsync (int fd)
{
  return is_faulty ("fsync") ? -1 : REAL (fsync) (fd);
}

int
linkat (int from_folder, const char *from, int to_folder, const char *to, int flags)
{
  return is_faulty ("linkat") ? -1 : REAL (linkat) (from_folder, from, to_folder, to, flags);
}

int
unlink (const char *path)
{
  size_t length = strlen (path);

  if (length > 3 && strcmp (path + length - 3, ".ts") == 0 && is_faulty ("unlink"))
    return -1;
  return REAL (unlink) (path);
}

int
open (const char *path, int flags, ...)
{
  mode_t mode = 0;

  if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {
    va_list arguments;

    va_start (arguments, flags);
    mode = va_arg (arguments, mode_t);
    va_end (arguments);
  }
  if ((flags & O_TMPFILE) == O_TMPFILE && is_faulty ("tmpfile"))
    return -1;
  return REAL (open) (path, flags, mode);
}
