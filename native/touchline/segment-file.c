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
 * a name (O_TMPFILE) and linked into its folder when that index is on disk: linked earlier, the name could survive a power
 * cut without the data. Until then the file vanishes with the process; so that a disk that hangs does not keep it nameless,
 * the writer names it after NAMELESS_MS. File systems that cannot do this get a file that has its name from the start.
 */
#include "segment-file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gst/gst.h>

#include "segment-disk.h"

#define BOX_HEADER_BYTES 8
#define NAMELESS_MS 300

typedef struct
{
  guint64 offset;
  GBytes *data;
} Rewrite;

struct _TouchlineSegmentFile
{
  gatomicrefcount references;
  gint fd;
  gchar *location;
  gchar *display_name;
  TouchlineDiskFigures *figures;
  GArray *rewrites;             /* of Rewrite; belongs to the writing thread */

  GMutex name_lock;             /* held while the file is being named, by whoever does it */
  gboolean has_name;
  gboolean announced;
  TouchlineSegmentFileNamed named;
  gpointer owner;

  GMutex lock;                  /* guards the rest; never held during input or output */
  gint64 first_index_us;
  TouchlineSegmentFileProgress progress;
};

static void
rewrite_clear (gpointer rewrite)
{
  g_bytes_unref (((Rewrite *) rewrite)->data);
}

gint
touchline_segment_file_create (const gchar *location, TouchlineDiskFigures *figures, TouchlineSegmentFileNamed named,
    gpointer owner, TouchlineSegmentFile **file)
{
  TouchlineSegmentFile *created;
  gboolean has_name = FALSE;
  struct stat existing;
  gint error, fd;

  /* What counts is that linking refuses a name that is taken; asking early saves the first frames from being dropped. */
  if (lstat (location, &existing) == 0)
    return EEXIST;
  error = touchline_disk_open (location, &fd, &has_name);
  if (error != 0)
    return error;

  created = g_new0 (TouchlineSegmentFile, 1);
  g_atomic_ref_count_init (&created->references);
  g_mutex_init (&created->lock);
  created->fd = fd;
  created->has_name = has_name;
  created->named = named;
  created->owner = owner;
  g_mutex_init (&created->name_lock);
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
  g_mutex_clear (&file->name_lock);
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
  gboolean announce;
  gint error;

  g_mutex_lock (&file->name_lock);
  error = file->has_name ? 0 : touchline_disk_link (file->fd, file->location);
  file->has_name = error == 0;
  announce = error == 0 && !file->announced;
  file->announced = file->announced || announce;
  /* Under the lock: nobody closes the file before its opening is known. */
  if (announce)
    file->named (file, file->owner);
  g_mutex_unlock (&file->name_lock);
  return error;
}

gint
touchline_segment_file_write (TouchlineSegmentFile *file, guint64 offset, const guint8 *data, gsize size,
    gboolean *completed)
{
  TouchlineSegmentFileProgress before;
  gboolean nameless_too_long = FALSE;
  gint error;

  touchline_segment_file_get_progress (file, &before);
  *completed = FALSE;

  if (offset < before.playable) {
    Rewrite rewrite = { offset, g_bytes_new (data, size) };

    g_array_append_val (file->rewrites, rewrite);
    return 0;
  }

  error = touchline_disk_write (file->fd, offset, data, size);
  if (error != 0) {
    /* Half a sample at the end would be a broken picture to every player. It is the failed write that gets reported,
     * whether this works or not. */
    gint truncated G_GNUC_UNUSED = offset + size > before.size ? ftruncate (file->fd, (off_t) before.size) : 0;

    return error;
  }

  g_mutex_lock (&file->lock);
  file->progress.size = MAX (file->progress.size, offset + size);
  if (is_index_box (data, size)) {
    gint64 now_us = g_get_monotonic_time ();

    if (file->first_index_us == 0)
      file->first_index_us = now_us;
    file->progress.playable = file->progress.size;
    file->progress.playable_at_us = now_us;
    *completed = TRUE;
    nameless_too_long = file->progress.synced == 0
        && now_us - file->first_index_us > NAMELESS_MS * G_TIME_SPAN_MILLISECOND;
  }
  g_mutex_unlock (&file->lock);
  return nameless_too_long ? give_name (file) : 0;
}

static gint
sync_steps (TouchlineSegmentFile *file, const TouchlineSegmentFileProgress *before)
{
  gint error = fdatasync (file->fd) == 0 ? 0 : errno;

  /* The name comes last, so that no power cut brings it back without the data. Where nothing can be synced, a name still
   * protects against a crash of the process. */
  if ((error == 0 || touchline_disk_cannot_sync (error)) && !before->name_synced && before->playable > 0) {
    gint naming_error = give_name (file);

    if (naming_error == 0 && error == 0)
      naming_error = touchline_disk_sync_folder (file->location);
    error = naming_error != 0 ? naming_error : error;
    g_mutex_lock (&file->lock);
    file->progress.name_synced = error == 0;
    g_mutex_unlock (&file->lock);
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

  error = sync_steps (file, &before);
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
  return touchline_disk_cannot_sync (error) ? 0 : error;
}

static gint
compare_rewrites (gconstpointer a, gconstpointer b)
{
  const Rewrite *left = a, *right = b;

  return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* The kernel tells of data that it could not write once per descriptor: a sync after that one succeeds without them. */
static gint
lost_before (TouchlineSegmentFile *file)
{
  TouchlineSegmentFileProgress progress;

  touchline_segment_file_get_progress (file, &progress);
  return touchline_disk_cannot_sync (progress.sync_error) ? 0 : progress.sync_error;
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
  if (error == 0)
    error = lost_before (file);
  if (error != 0 || !finalise)
    return error;

  /* Ascending: the first mdat grows over the old indexes before their names are overwritten. */
  g_array_sort (file->rewrites, compare_rewrites);
  for (guint i = 0; i < file->rewrites->len; i++) {
    const Rewrite *rewrite = &g_array_index (file->rewrites, Rewrite, i);
    gsize size;
    const guint8 *data = g_bytes_get_data (rewrite->data, &size);

    error = touchline_disk_write (file->fd, rewrite->offset, data, size);
    if (error == 0)
      error = touchline_segment_file_sync (file);
    if (error != 0)
      return error;
  }
  *finalised = file->rewrites->len > 0;
  return 0;
}
