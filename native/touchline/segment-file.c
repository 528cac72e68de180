/* One segment's file, and the order in which its bytes reach the disk.
 *
 * mp4mux (fragment-mode=first-moov-then-finalise) writes
 *   ftyp, mdat, moov (index of the first fragment), then for each further fragment: mdat, moof (its index)
 * and at the end of the stream, in this order:
 *   1. overwrites the first moov's name, 2. grows the first mdat over everything, 3. appends the moov of the whole file.
 * A crash between 1 and 3, or a power cut after which 1 is on disk and 3 is not, would cost the whole segment. Rewrites
 * of what is playable already are therefore kept in memory (a few bytes) until the muxer has ended, and then happen last:
 * the appended moov is on disk first, and each rewrite is on disk before the next one begins. Readers ignore a second moov,
 * so the file is playable at every instant.
 *
 * Before its first index a file is nothing but a surprise to whoever finds it after a crash. It is therefore written without
 * a name (O_TMPFILE) and linked into its folder together with that index; until then it vanishes with the process. File
 * systems that cannot do this get a file that has its name from the start.
 */
#define _GNU_SOURCE

#include "segment-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gst/gst.h>

#define BOX_HEADER_BYTES 8

typedef struct
{
  guint64 offset;
  GBytes *data;
} Rewrite;

struct _TouchlineSegmentFile
{
  gatomicrefcount references;
  gint fd;
  gboolean named;               /* linked into its folder; belongs to the writing thread */
  gchar *location;
  gchar *display_name;
  TouchlineDiskFigures *figures;
  GArray *rewrites;             /* of Rewrite; belongs to the writing thread */

  GMutex lock;                  /* guards `progress`; never held during input or output */
  TouchlineSegmentFileProgress progress;
};

static void
rewrite_clear (gpointer rewrite)
{
  g_bytes_unref (((Rewrite *) rewrite)->data);
}

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
is_unsupported (gint error)
{
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL;
}

gint
touchline_segment_file_create (const gchar *location, TouchlineDiskFigures *figures, TouchlineSegmentFile **file)
{
  TouchlineSegmentFile *created;
  gboolean named = FALSE;
  struct stat existing;
  gint fd;

  /* What counts is that linking refuses a name that is taken; asking early saves the first frames from being dropped. */
  if (lstat (location, &existing) == 0)
    return EEXIST;
  fd = open_nameless (location);
  if (fd < 0 && is_unsupported (errno)) {
    fd = open (location, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    named = TRUE;
  }
  if (fd < 0)
    return errno;

  created = g_new0 (TouchlineSegmentFile, 1);
  g_atomic_ref_count_init (&created->references);
  g_mutex_init (&created->lock);
  created->fd = fd;
  created->named = named;
  created->location = g_strdup (location);
  created->display_name = g_utf8_make_valid (location, -1);
  created->figures = figures;
  created->rewrites = g_array_new (FALSE, FALSE, sizeof (Rewrite));
  g_array_set_clear_func (created->rewrites, rewrite_clear);
  created->progress.synced_at_us = g_get_monotonic_time ();
  *file = created;
  return 0;
}

TouchlineSegmentFile *
touchline_segment_file_ref (TouchlineSegmentFile *file)
{
  g_atomic_ref_count_inc (&file->references);
  return file;
}

void
touchline_segment_file_unref (TouchlineSegmentFile *file)
{
  if (!g_atomic_ref_count_dec (&file->references))
    return;
  close (file->fd);
  g_array_unref (file->rewrites);
  g_mutex_clear (&file->lock);
  g_free (file->display_name);
  g_free (file->location);
  g_free (file);
}

const gchar *
touchline_segment_file_display_name (const TouchlineSegmentFile *file)
{
  return file->display_name;
}

void
touchline_segment_file_get_progress (TouchlineSegmentFile *file, TouchlineSegmentFileProgress *progress)
{
  g_mutex_lock (&file->lock);
  *progress = file->progress;
  g_mutex_unlock (&file->lock);
}

static gint
write_all (gint fd, guint64 offset, const guint8 *data, gsize size)
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

/* The muxer pushes each index as one buffer that is exactly one box. */
static gboolean
is_index_box (const guint8 *data, gsize size)
{
  return size >= BOX_HEADER_BYTES && GST_READ_UINT32_BE (data) == size
      && (memcmp (data + 4, "moof", 4) == 0 || memcmp (data + 4, "moov", 4) == 0);
}

static gint
give_name (TouchlineSegmentFile *file)
{
  gchar source[sizeof ("/proc/self/fd/") + 3 * sizeof (gint)];
  gint result;

  g_snprintf (source, sizeof (source), "/proc/self/fd/%d", file->fd);
  result = linkat (AT_FDCWD, source, AT_FDCWD, file->location, AT_SYMLINK_FOLLOW);
  file->named = result == 0;
  return result == 0 ? 0 : errno;
}

gint
touchline_segment_file_write (TouchlineSegmentFile *file, guint64 offset, const guint8 *data, gsize size,
    gboolean *completed)
{
  TouchlineSegmentFileProgress before;
  gboolean is_index = is_index_box (data, size);
  gint error;

  touchline_segment_file_get_progress (file, &before);
  *completed = FALSE;

  if (offset < before.playable) {
    Rewrite rewrite = { offset, g_bytes_new (data, size) };

    g_array_append_val (file->rewrites, rewrite);
    return 0;
  }

  error = write_all (file->fd, offset, data, size);
  if (error != 0) {
    /* Half a sample at the end would be a broken picture to every player. It is the failed write that gets reported,
     * whether this works or not. */
    gint truncated G_GNUC_UNUSED = offset + size > before.size ? ftruncate (file->fd, (off_t) before.size) : 0;

    return error;
  }
  if (is_index && !file->named)
    error = give_name (file);
  if (error != 0)
    return error;

  g_mutex_lock (&file->lock);
  file->progress.size = MAX (file->progress.size, offset + size);
  if (is_index) {
    file->progress.playable = file->progress.size;
    file->progress.playable_at_us = g_get_monotonic_time ();
    *completed = TRUE;
  }
  g_mutex_unlock (&file->lock);
  return 0;
}

static gint
sync_folder (const gchar *location)
{
  gchar *folder = g_path_get_dirname (location);
  gint fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gint error = fd < 0 || fsync (fd) != 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  g_free (folder);
  return error;
}

/* File systems that cannot sync are recorded on all the same; the figures and `synced` tell. */
static gboolean
cannot_sync (gint error)
{
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

static gint
sync_steps (TouchlineSegmentFile *file, gboolean name_synced)
{
  gint error = fdatasync (file->fd) == 0 ? 0 : errno;

  /* After the data: a name that comes back from a power cut without them would be an empty file. */
  if (error == 0 && !name_synced) {
    error = sync_folder (file->location);
    if (error == 0) {
      g_mutex_lock (&file->lock);
      file->progress.name_synced = TRUE;
      g_mutex_unlock (&file->lock);
    }
  }
  return error;
}

gint
touchline_segment_file_sync (TouchlineSegmentFile *file)
{
  TouchlineSegmentFileProgress before;
  gint64 began_us = g_get_monotonic_time ();
  gint64 took_us;
  gint error;

  g_mutex_lock (&file->lock);
  file->progress.tried = TRUE;
  file->progress.tried_at_us = began_us;
  before = file->progress;
  g_mutex_unlock (&file->lock);

  error = sync_steps (file, before.name_synced);
  took_us = g_get_monotonic_time () - began_us;

  g_mutex_lock (&file->lock);
  if (error == 0) {
    file->progress.synced = MAX (file->progress.synced, before.size);
    file->progress.synced_at_us = MAX (file->progress.synced_at_us, began_us);
  } else if (file->progress.sync_error == 0) {
    file->progress.sync_error = error;
  }
  g_mutex_unlock (&file->lock);

  g_mutex_lock (&file->figures->lock);
  file->figures->slowest_sync_us = MAX (file->figures->slowest_sync_us, took_us);
  if (error != 0)
    file->figures->sync_errors++;
  g_mutex_unlock (&file->figures->lock);
  return cannot_sync (error) ? 0 : error;
}

static gint
compare_rewrites (gconstpointer a, gconstpointer b)
{
  const Rewrite *left = a, *right = b;

  return left->offset < right->offset ? -1 : left->offset > right->offset;
}

gint
touchline_segment_file_finish (TouchlineSegmentFile *file, gboolean finalise, gboolean *finalised)
{
  guint64 playable;
  gint error;

  *finalised = FALSE;
  g_mutex_lock (&file->lock);
  file->progress.finished = TRUE;
  playable = file->progress.playable;
  g_mutex_unlock (&file->lock);
  if (playable == 0)
    return ENODATA;

  error = touchline_segment_file_sync (file);
  if (error != 0 || !finalise)
    return error;

  /* Ascending: the first mdat grows over the old indexes before their names are overwritten. */
  g_array_sort (file->rewrites, compare_rewrites);
  for (guint i = 0; i < file->rewrites->len; i++) {
    const Rewrite *rewrite = &g_array_index (file->rewrites, Rewrite, i);
    gsize size;
    const guint8 *data = g_bytes_get_data (rewrite->data, &size);

    error = write_all (file->fd, rewrite->offset, data, size);
    if (error == 0)
      error = touchline_segment_file_sync (file);
    if (error != 0)
      return error;
  }
  *finalised = file->rewrites->len > 0;
  return 0;
}
