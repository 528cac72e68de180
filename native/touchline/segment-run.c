/* What a segment sink does between READY -> PAUSED and back.
 *
 * Each segment is closed by exactly one of: its muxer's end of stream, its first error, the stop of the run. Whoever sets
 * `closing` first does it. Closing waits for the disk and so happens in the muxer's thread (or in the one that stops the
 * run), never in the thread that delivers frames. The muxer cannot be shut down from its own thread: a worker does that.
 */

#include "segment-run.h"

#include <errno.h>

#include "segment-messages.h"
#include "segment-sync.h"

struct _TouchlineSegmentRun
{
  GstElement *element;
  TouchlineSegmentSettings settings;
  TouchlineSegmentSync *sync;
  TouchlineDiskFigures figures;
  GstBus *bus;                  /* of the muxers */

  GMutex lock;                  /* guards the rest; never held during input or output */
  GCond branch_gone;
  GPtrArray *branches;          /* those that are not closed yet */
  guint alive;                  /* branches whose muxer or descriptor still exists */
  TouchlineSegmentBranch *current;      /* one of `branches`, or NULL */
  guint next_index;
  gboolean failed;
  gboolean stopping;
  gboolean stream_ended;
  guint32 end_seqnum;
  TouchlineSegmentStats closed; /* counters, and the sizes of closed segments */
};

static void
post_eos_when_done (TouchlineSegmentRun *run)
{
  gboolean done;

  g_mutex_lock (&run->lock);
  done = run->stream_ended && run->branches->len == 0;
  run->stream_ended = run->stream_ended && !done;
  g_mutex_unlock (&run->lock);

  if (done)
    touchline_segment_post_eos (run->element, run->end_seqnum);
}

static void
release_branch (TouchlineSegmentRun *run, TouchlineSegmentBranch *branch)
{
  touchline_segment_branch_stop (branch);
  touchline_segment_branch_unref (branch);

  g_mutex_lock (&run->lock);
  run->alive--;
  g_cond_broadcast (&run->branch_gone);
  g_mutex_unlock (&run->lock);
}

typedef struct
{
  TouchlineSegmentRun *run;
  TouchlineSegmentBranch *branch;
} Release;

static void
release_in_worker (GstElement *element G_GNUC_UNUSED, gpointer data)
{
  Release *release = data;

  release_branch (release->run, release->branch);
}

static gboolean
claim_branch (TouchlineSegmentRun *run, TouchlineSegmentBranch *branch, gboolean failed)
{
  gboolean claimed;

  g_mutex_lock (&run->lock);
  claimed = !branch->closing;
  branch->closing = TRUE;
  if (claimed && run->current == branch)
    run->current = NULL;
  run->failed = run->failed || (claimed && failed);
  g_mutex_unlock (&run->lock);
  return claimed;
}

/* For the one who claimed the branch. Takes over the list's reference and hands it back. */
static TouchlineSegmentBranch *
close_branch (TouchlineSegmentRun *run, TouchlineSegmentBranch *branch, gboolean finalise, const GError *reason)
{
  TouchlineSegmentFileProgress progress;
  GError *error = reason ? g_error_copy (reason) : NULL;
  gboolean finalised = FALSE;
  gint finish_error;
  guint position;

  touchline_segment_sync_remove (run->sync, branch->file);
  finish_error = touchline_segment_file_finish (branch->file, finalise, &finalised);
  if (finish_error != 0 && !error) {
    error = touchline_segment_file_error ("finalise", touchline_segment_file_display_name (branch->file), finish_error);
    touchline_segment_run_fail (run, error);
  }
  touchline_segment_file_get_progress (branch->file, &progress);

  g_mutex_lock (&run->lock);
  if (g_ptr_array_find (run->branches, branch, &position))
    g_ptr_array_steal_index_fast (run->branches, position);
  run->closed.segments_closed++;
  run->closed.bytes += progress.size;
  run->closed.synced_bytes += progress.synced;
  g_mutex_unlock (&run->lock);

  touchline_segment_post_closed (run->element, branch, progress.size, finalised, finish_error == 0 && progress.sync_error == 0, error);
  g_clear_error (&error);
  post_eos_when_done (run);
  return branch;
}

static void
close_branch_from_its_thread (TouchlineSegmentRun *run, TouchlineSegmentBranch *branch, gboolean finalise,
    const GError *reason)
{
  Release *release = g_new (Release, 1);

  release->run = run;
  release->branch = close_branch (run, branch, finalise, reason);
  gst_element_call_async (run->element, release_in_worker, release, g_free);
}

static void
on_progressed (TouchlineSegmentBranch *branch G_GNUC_UNUSED, gpointer owner)
{
  touchline_segment_sync_wake (((TouchlineSegmentRun *) owner)->sync);
}

static void
on_ended (TouchlineSegmentBranch *branch, gpointer owner)
{
  if (claim_branch (owner, branch, FALSE))
    close_branch_from_its_thread (owner, branch, TRUE, NULL);
}

static void
on_failed (TouchlineSegmentBranch *branch, const GError *error, gpointer owner)
{
  if (!claim_branch (owner, branch, TRUE))
    return;
  touchline_segment_post_error (((TouchlineSegmentRun *) owner)->element, error);
  close_branch_from_its_thread (owner, branch, FALSE, error);
}

static const TouchlineSegmentBranchEvents branch_events = { on_progressed, on_ended, on_failed };

/* The open branch that writes `file` or whose muxer sent `message`, referenced, or NULL. */
static TouchlineSegmentBranch *
find_branch (TouchlineSegmentRun *run, TouchlineSegmentFile *file, GstMessage *message)
{
  TouchlineSegmentBranch *found = NULL;

  g_mutex_lock (&run->lock);
  for (guint i = 0; i < run->branches->len && !found; i++) {
    TouchlineSegmentBranch *branch = g_ptr_array_index (run->branches, i);

    if (branch->file == file || (message && touchline_segment_branch_made (branch, message)))
      found = touchline_segment_branch_ref (branch);
  }
  g_mutex_unlock (&run->lock);
  return found;
}

/* From the sync thread. */
static void
on_sync_failed (TouchlineSegmentFile *file, gint error_number, gpointer owner)
{
  TouchlineSegmentBranch *branch;

  /* File systems that cannot sync are counted and not refused. Everything else may have dropped data that the file
   * claims to have: a segment that goes on after that would be a lie. */
  if (error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP)
    return;
  branch = find_branch (owner, file, NULL);
  if (branch) {
    GError *error = touchline_segment_file_error ("sync", touchline_segment_file_display_name (file), error_number);

    on_failed (branch, error, owner);
    g_error_free (error);
    touchline_segment_branch_unref (branch);
  }
}

/* Nothing that a muxer says is of interest to the application except why it failed. */
static GstBusSyncReply
on_muxer_message (GstBus *bus G_GNUC_UNUSED, GstMessage *message, gpointer owner)
{
  TouchlineSegmentBranch *branch;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR) {
    gst_message_unref (message);
    return GST_BUS_DROP;
  }
  branch = find_branch (owner, NULL, message);
  if (branch) {
    GError *error;
    gchar *debug;

    gst_message_parse_error (message, &error, &debug);
    g_prefix_error (&error, "cannot mux segment \"%s\": ", touchline_segment_file_display_name (branch->file));
    GST_ERROR_OBJECT (((TouchlineSegmentRun *) owner)->element, "%s (%s)", error->message, debug ? debug : "no details");
    on_failed (branch, error, owner);
    g_error_free (error);
    g_free (debug);
    touchline_segment_branch_unref (branch);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

TouchlineSegmentRun *
touchline_segment_run_new (GstElement *element, const TouchlineSegmentSettings *settings)
{
  TouchlineSegmentRun *run = g_new0 (TouchlineSegmentRun, 1);

  run->element = element;
  run->settings = *settings;
  run->settings.location_prefix = g_strdup (settings->location_prefix);
  run->next_index = settings->start_index;
  g_mutex_init (&run->lock);
  g_mutex_init (&run->figures.lock);
  g_cond_init (&run->branch_gone);
  run->branches = g_ptr_array_new ();
  run->bus = gst_bus_new ();
  gst_bus_set_sync_handler (run->bus, on_muxer_message, run, NULL);
  run->sync = touchline_segment_sync_new (settings->sync_interval_ms, settings->fragment_duration_ms, on_sync_failed, run);
  return run;
}

void
touchline_segment_run_free (TouchlineSegmentRun *run)
{
  touchline_segment_sync_free (run->sync);
  gst_bus_set_sync_handler (run->bus, NULL, NULL, NULL);
  gst_object_unref (run->bus);
  g_ptr_array_unref (run->branches);
  g_cond_clear (&run->branch_gone);
  g_mutex_clear (&run->figures.lock);
  g_mutex_clear (&run->lock);
  g_free (run->settings.location_prefix);
  g_free (run);
}

void
touchline_segment_run_fail (TouchlineSegmentRun *run, const GError *error)
{
  g_mutex_lock (&run->lock);
  run->failed = TRUE;
  g_mutex_unlock (&run->lock);
  touchline_segment_post_error (run->element, error);
}

/* A branch that is not yet in the list, or NULL after `error` was set. */
static TouchlineSegmentBranch *
create_branch (TouchlineSegmentRun *run, guint index, GError **error)
{
  gchar *number = g_strdup_printf ("%02u.mp4", index);
  gchar *location = g_strconcat (run->settings.location_prefix, number, NULL);
  TouchlineSegmentBranch *branch = NULL;
  TouchlineSegmentFile *file;
  gint error_number = touchline_segment_file_create (location, &run->figures, &file);

  if (error_number == 0) {
    branch = touchline_segment_branch_new (index, file, run->settings.fragment_duration_ms, run->bus, &branch_events, run,
        error);
  } else {
    gchar *display_name = g_utf8_make_valid (location, -1);

    *error = touchline_segment_file_error ("create", display_name, error_number);
    g_free (display_name);
  }
  g_free (location);
  g_free (number);
  return branch;
}

static GstFlowReturn
flow (TouchlineSegmentRun *run)
{
  if (run->stopping)
    return GST_FLOW_FLUSHING;
  return run->failed ? GST_FLOW_ERROR : GST_FLOW_OK;
}

/* Takes the current branch out of the stream. NULL when there is none. */
static TouchlineSegmentBranch *
detach_current (TouchlineSegmentRun *run)
{
  TouchlineSegmentBranch *branch = run->current;

  if (branch) {
    touchline_segment_branch_ref (branch);
    branch->ending = TRUE;
    run->current = NULL;
  }
  return branch;
}

void
touchline_segment_run_end_segment (TouchlineSegmentRun *run)
{
  TouchlineSegmentBranch *branch;

  g_mutex_lock (&run->lock);
  branch = detach_current (run);
  g_mutex_unlock (&run->lock);

  if (branch) {
    touchline_segment_branch_push_event (branch, gst_event_new_eos ());
    touchline_segment_branch_unref (branch);
  }
}

GstFlowReturn
touchline_segment_run_begin_segment (TouchlineSegmentRun *run, GstEvent *stream_start, GstCaps *caps,
    const GstSegment *segment)
{
  TouchlineSegmentBranch *branch;
  GError *error = NULL;
  GstFlowReturn result;
  guint index;

  touchline_segment_run_end_segment (run);

  g_mutex_lock (&run->lock);
  result = flow (run);
  index = run->next_index++;
  g_mutex_unlock (&run->lock);
  if (result != GST_FLOW_OK)
    return result;

  branch = create_branch (run, index, &error);
  if (!branch) {
    touchline_segment_run_fail (run, error);
    g_error_free (error);
    return GST_FLOW_ERROR;
  }

  g_mutex_lock (&run->lock);
  result = flow (run);
  if (result == GST_FLOW_OK) {
    g_ptr_array_add (run->branches, touchline_segment_branch_ref (branch));
    run->alive++;
    run->closed.segments_opened++;
    run->current = branch;
  }
  g_mutex_unlock (&run->lock);

  if (result == GST_FLOW_OK) {
    touchline_segment_sync_add (run->sync, branch->file);
    touchline_segment_post_opened (run->element, branch);
    touchline_segment_branch_push_event (branch, gst_event_ref (stream_start));
    touchline_segment_branch_push_event (branch, gst_event_new_caps (caps));
    touchline_segment_branch_push_event (branch, gst_event_new_segment (segment));
  }
  touchline_segment_branch_unref (branch);
  return result;
}

void
touchline_segment_run_end_stream (TouchlineSegmentRun *run, guint32 seqnum)
{
  touchline_segment_run_end_segment (run);
  g_mutex_lock (&run->lock);
  run->stream_ended = TRUE;
  run->end_seqnum = seqnum;
  g_mutex_unlock (&run->lock);
  post_eos_when_done (run);
}

static TouchlineSegmentBranch *
ref_current (TouchlineSegmentRun *run, GstFlowReturn *result)
{
  TouchlineSegmentBranch *branch;

  g_mutex_lock (&run->lock);
  *result = flow (run);
  branch = run->current ? touchline_segment_branch_ref (run->current) : NULL;
  g_mutex_unlock (&run->lock);
  return branch;
}

GstFlowReturn
touchline_segment_run_push (TouchlineSegmentRun *run, GstBuffer *buffer, GstClockTime pts, GstClockTime end_pts)
{
  GstFlowReturn result;
  TouchlineSegmentBranch *branch = ref_current (run, &result);

  if (!branch || result != GST_FLOW_OK) {
    gst_buffer_unref (buffer);
  } else {
    result = touchline_segment_branch_push (branch, buffer);
    g_mutex_lock (&run->lock);
    if (result == GST_FLOW_OK) {
      branch->frames++;
      run->closed.frames++;
      if (GST_CLOCK_TIME_IS_VALID (pts) && !GST_CLOCK_TIME_IS_VALID (branch->first_pts))
        branch->first_pts = pts;
      if (GST_CLOCK_TIME_IS_VALID (end_pts)
          && (!GST_CLOCK_TIME_IS_VALID (branch->end_pts) || end_pts > branch->end_pts))
        branch->end_pts = end_pts;
    } else {
      /* The branch may have been closed under our hands: what counts is why. */
      result = flow (run) == GST_FLOW_OK ? result : flow (run);
    }
    g_mutex_unlock (&run->lock);
  }
  if (branch)
    touchline_segment_branch_unref (branch);
  return result;
}

void
touchline_segment_run_push_event (TouchlineSegmentRun *run, GstEvent *event)
{
  GstFlowReturn result;
  TouchlineSegmentBranch *branch = ref_current (run, &result);

  if (branch) {
    touchline_segment_branch_push_event (branch, event);
    touchline_segment_branch_unref (branch);
  } else {
    gst_event_unref (event);
  }
}

void
touchline_segment_run_count_dropped (TouchlineSegmentRun *run)
{
  g_mutex_lock (&run->lock);
  run->closed.dropped_before_keyframe++;
  g_mutex_unlock (&run->lock);
}

gboolean
touchline_segment_run_has_segment (TouchlineSegmentRun *run)
{
  gboolean has;

  g_mutex_lock (&run->lock);
  has = run->current != NULL;
  g_mutex_unlock (&run->lock);
  return has;
}

/* One that is neither at its end nor being closed, or NULL. */
static TouchlineSegmentBranch *
claim_running_branch (TouchlineSegmentRun *run)
{
  TouchlineSegmentBranch *claimed = NULL;

  g_mutex_lock (&run->lock);
  run->stopping = TRUE;
  for (guint i = 0; i < run->branches->len && !claimed; i++) {
    TouchlineSegmentBranch *branch = g_ptr_array_index (run->branches, i);

    if (!branch->ending && !branch->closing) {
      branch->closing = TRUE;
      run->current = run->current == branch ? NULL : run->current;
      claimed = branch;
    }
  }
  g_mutex_unlock (&run->lock);
  return claimed;
}

void
touchline_segment_run_stop (TouchlineSegmentRun *run)
{
  TouchlineSegmentBranch *branch;

  while ((branch = claim_running_branch (run)) != NULL) {
    GError *reason = g_error_new_literal (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "stopped before the end of the stream");

    touchline_segment_branch_stop (branch);
    release_branch (run, close_branch (run, branch, FALSE, reason));
    g_error_free (reason);
  }
}

void
touchline_segment_run_wait (TouchlineSegmentRun *run)
{
  g_mutex_lock (&run->lock);
  while (run->alive > 0)
    g_cond_wait (&run->branch_gone, &run->lock);
  g_mutex_unlock (&run->lock);
}

gchar *
touchline_segment_run_stats (TouchlineSegmentRun *run)
{
  TouchlineSegmentStats stats;
  TouchlineSegmentBranch *current;
  gchar *json;

  g_mutex_lock (&run->lock);
  stats = run->closed;
  current = run->current ? touchline_segment_branch_ref (run->current) : NULL;
  stats.finalising = run->branches->len - (current ? 1 : 0);
  for (guint i = 0; i < run->branches->len; i++) {
    TouchlineSegmentBranch *branch = g_ptr_array_index (run->branches, i);
    TouchlineSegmentFileProgress progress;

    touchline_segment_file_get_progress (branch->file, &progress);
    stats.bytes += progress.size;
    stats.synced_bytes += progress.synced;
    if (branch == current) {
      stats.has_current = TRUE;
      stats.current_index = branch->index;
      stats.current_location = touchline_segment_file_display_name (branch->file);
      stats.current_frames = branch->frames;
      stats.current_bytes = progress.size;
      stats.current_synced_bytes = progress.synced;
      stats.current_sync_age_us = g_get_monotonic_time () - progress.synced_at_us;
    }
  }
  g_mutex_unlock (&run->lock);

  g_mutex_lock (&run->figures.lock);
  stats.slowest_sync_us = run->figures.slowest_sync_us;
  stats.sync_errors = run->figures.sync_errors;
  g_mutex_unlock (&run->figures.lock);

  json = touchline_segment_stats_to_json (&stats);
  if (current)
    touchline_segment_branch_unref (current);
  return json;
}
