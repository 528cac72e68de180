/* The thread that brings open segments onto the disk again and again.
 *
 * A sync in the middle of a fragment saves samples that no index covers yet. It therefore rather starts early, right
 * after an index, than late: what a power cut can cost is then one interval and not an interval plus a fragment.
 */
#include "segment-sync.h"

#define NEVER G_MAXINT64

struct _TouchlineSegmentSync
{
  GThread *thread;
  gint64 interval_us;
  gint64 earliest_us;           /* after the sync before */
  TouchlineSegmentSyncFailed failed;
  gpointer owner;

  GMutex lock;                  /* guards the rest; not held while syncing */
  GCond changed;
  GPtrArray *files;
  TouchlineSegmentFile *running;        /* being synced at the moment */
  gboolean stopping;
};

/* When `file` wants to be synced next: a time in the past means now. */
static gint64
due_at (const TouchlineSegmentSync *sync, TouchlineSegmentFile *file)
{
  TouchlineSegmentFileProgress progress;

  touchline_segment_file_get_progress (file, &progress);
  if (progress.finished || progress.playable <= progress.synced)
    return NEVER;
  if (!progress.tried || progress.playable_at_us >= progress.tried_at_us + sync->earliest_us)
    return progress.playable_at_us;
  return progress.tried_at_us + sync->interval_us;
}

static TouchlineSegmentFile *
find_most_urgent (TouchlineSegmentSync *sync, gint64 *due_us)
{
  TouchlineSegmentFile *urgent = NULL;

  *due_us = NEVER;
  for (guint i = 0; i < sync->files->len; i++) {
    TouchlineSegmentFile *file = g_ptr_array_index (sync->files, i);
    gint64 at_us = due_at (sync, file);

    if (at_us < *due_us) {
      *due_us = at_us;
      urgent = file;
    }
  }
  return urgent;
}

static gpointer
sync_loop (gpointer data)
{
  TouchlineSegmentSync *sync = data;

  g_mutex_lock (&sync->lock);
  while (!sync->stopping) {
    gint64 due_us;
    TouchlineSegmentFile *file = find_most_urgent (sync, &due_us);

    if (!file) {
      g_cond_wait (&sync->changed, &sync->lock);
    } else if (due_us > g_get_monotonic_time ()) {
      g_cond_wait_until (&sync->changed, &sync->lock, due_us);
    } else {
      gint error;

      touchline_segment_file_ref (file);
      sync->running = file;
      g_mutex_unlock (&sync->lock);
      error = touchline_segment_file_sync (file);
      g_mutex_lock (&sync->lock);
      sync->running = NULL;
      g_cond_broadcast (&sync->changed);
      g_mutex_unlock (&sync->lock);
      /* Who is told may remove the file, which waits for `running`. */
      if (error != 0)
        sync->failed (file, error, sync->owner);
      touchline_segment_file_unref (file);
      g_mutex_lock (&sync->lock);
    }
  }
  g_mutex_unlock (&sync->lock);
  return NULL;
}

TouchlineSegmentSync *
touchline_segment_sync_new (guint interval_ms, guint fragment_ms, TouchlineSegmentSyncFailed failed, gpointer owner)
{
  TouchlineSegmentSync *sync = g_new0 (TouchlineSegmentSync, 1);

  sync->interval_us = interval_ms * G_TIME_SPAN_MILLISECOND;
  /* An index that comes later than this may be the last one within the interval; fragments vary by some frames. */
  sync->earliest_us = MAX (0, sync->interval_us - fragment_ms * G_TIME_SPAN_MILLISECOND * 3 / 2);
  sync->failed = failed;
  sync->owner = owner;
  g_mutex_init (&sync->lock);
  g_cond_init (&sync->changed);
  sync->files = g_ptr_array_new_with_free_func ((GDestroyNotify) touchline_segment_file_unref);
  sync->thread = g_thread_new ("segment-sync", sync_loop, sync);
  return sync;
}

void
touchline_segment_sync_free (TouchlineSegmentSync *sync)
{
  g_mutex_lock (&sync->lock);
  sync->stopping = TRUE;
  g_cond_broadcast (&sync->changed);
  g_mutex_unlock (&sync->lock);
  g_thread_join (sync->thread);

  g_ptr_array_unref (sync->files);
  g_cond_clear (&sync->changed);
  g_mutex_clear (&sync->lock);
  g_free (sync);
}

void
touchline_segment_sync_add (TouchlineSegmentSync *sync, TouchlineSegmentFile *file)
{
  g_mutex_lock (&sync->lock);
  g_ptr_array_add (sync->files, touchline_segment_file_ref (file));
  g_cond_broadcast (&sync->changed);
  g_mutex_unlock (&sync->lock);
}

void
touchline_segment_sync_remove (TouchlineSegmentSync *sync, TouchlineSegmentFile *file)
{
  g_mutex_lock (&sync->lock);
  g_ptr_array_remove_fast (sync->files, file);
  while (sync->running == file)
    g_cond_wait (&sync->changed, &sync->lock);
  g_mutex_unlock (&sync->lock);
}

void
touchline_segment_sync_wake (TouchlineSegmentSync *sync)
{
  g_mutex_lock (&sync->lock);
  g_cond_broadcast (&sync->changed);
  g_mutex_unlock (&sync->lock);
}
