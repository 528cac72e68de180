/* The system calls behind a segment's file. */
#define _GNU_SOURCE

#include "segment-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static gint
open_nameless (const gchar *location)
{
  gchar *folder = g_path_get_dirname (location);
  gint fd = open (folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);

  g_free (folder);
  return fd;
}

/* Kernels that do not know O_TMPFILE see an attempt to write to a directory. */
static gboolean
cannot_be_nameless (gint error)
{
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL;
}

gint
touchline_disk_open (const gchar *location, gint *fd, gboolean *has_name)
{
  *has_name = FALSE;
  *fd = open_nameless (location);
  if (*fd < 0 && cannot_be_nameless (errno)) {
    *has_name = TRUE;
    *fd = open (location, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  }
  return *fd < 0 ? errno : 0;
}

gint
touchline_disk_link (gint fd, const gchar *location)
{
  gchar source[sizeof ("/proc/self/fd/") + 3 * sizeof (gint)];

  g_snprintf (source, sizeof (source), "/proc/self/fd/%d", fd);
  return linkat (AT_FDCWD, source, AT_FDCWD, location, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

gint
touchline_disk_write (gint fd, guint64 offset, const guint8 *data, gsize size)
{
  while (size > 0) {
    gssize written = pwrite (fd, data, size, (off_t) offset);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return errno;
    data += written;
    offset += (guint64) written;
    size -= (gsize) written;
  }
  return 0;
}

gint
touchline_disk_sync_folder (const gchar *location)
{
  gchar *folder = g_path_get_dirname (location);
  gint fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gint error = fd < 0 || fsync (fd) != 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  g_free (folder);
  return error;
}

gboolean
touchline_disk_cannot_sync (gint error)
{
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}
