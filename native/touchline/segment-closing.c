/* How the segments of a run end.
 *
 * Each segment is closed by exactly one of: its muxer's end of stream, its first error, the stop of the run. Whoever sets
 * `closing` first does it. Closing waits for the disk and so happens in the muxer's thread (or in the one that stops the
 * run), never in the thread that delivers frames. The muxer cannot be shut down from its own thread: a worker does that.
 */

#include "segment-run-internal.h"

#include "segment-messages.h"

/* The reason goes onto the bus first: once frames are refused, upstream reports an error as well, and the first one is the
 * one that people read. */
void
touchline_segment_run_fail (TouchlineSegmentRun *run, const GError *error)
{
  touchline_segment_post_error (run->element, error);

  g_mutex_lock (&run->lock);
  run->failed = TRUE;
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);
}

void
touchline_segment_run_post_eos_when_done (TouchlineSegmentRun *run)
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
  g_cond_broadcast (&run->changed);
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
claim_branch (TouchlineSegmentRun *run, TouchlineSegmentBranch *branch)
{
  gboolean claimed;

  g_mutex_lock (&run->lock);
  claimed = !branch->closing;
  branch->closing = TRUE;
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
  run->current = run->current == branch ? NULL : run->current;
  if (g_ptr_array_find (run->branches, branch, &position))
    g_ptr_array_steal_index_fast (run->branches, position);
  run->closed.segments_closed++;
  run->closed.bytes += progress.size;
  run->closed.synced_bytes += progress.synced;
  g_mutex_unlock (&run->lock);

  touchline_segment_post_closed (run->element, branch, progress.size, finalised, finish_error == 0 && progress.sync_error == 0, error);
  g_clear_error (&error);
  touchline_segment_run_post_eos_when_done (run);
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
  if (claim_branch (owner, branch))
    close_branch_from_its_thread (owner, branch, TRUE, NULL);
}

static void
on_failed (TouchlineSegmentBranch *branch, const GError *error, gpointer owner)
{
  if (!claim_branch (owner, branch))
    return;
  touchline_segment_run_fail (owner, error);
  close_branch_from_its_thread (owner, branch, FALSE, error);
}

const TouchlineSegmentBranchEvents touchline_segment_run_branch_events = { on_progressed, on_ended, on_failed };

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

void
touchline_segment_run_file_named (TouchlineSegmentFile *file, gpointer owner)
{
  TouchlineSegmentRun *run = owner;
  TouchlineSegmentBranch *branch = find_branch (run, file, NULL);

  if (branch) {
    touchline_segment_post_opened (run->element, branch);
    touchline_segment_branch_unref (branch);
  }
}

/* From the sync thread. The kernel may have dropped data that the file claims to have: to go on with it would be a lie. */
void
touchline_segment_run_sync_failed (TouchlineSegmentFile *file, gint error_number, gpointer owner)
{
  TouchlineSegmentBranch *branch;

  branch = find_branch (owner, file, NULL);
  if (branch) {
    GError *error = touchline_segment_file_error ("sync", touchline_segment_file_display_name (file), error_number);

    on_failed (branch, error, owner);
    g_error_free (error);
    touchline_segment_branch_unref (branch);
  }
}

/* Nothing that a muxer says is of interest to the application except why it failed. */
GstBusSyncReply
touchline_segment_run_muxer_message (GstBus *bus G_GNUC_UNUSED, GstMessage *message, gpointer owner)
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

/* One that is neither at its end nor being closed, or NULL. */
static TouchlineSegmentBranch *
claim_running_branch (TouchlineSegmentRun *run)
{
  TouchlineSegmentBranch *claimed = NULL;

  g_mutex_lock (&run->lock);
  run->stopping = TRUE;
  g_cond_broadcast (&run->changed);
  for (guint i = 0; i < run->branches->len && !claimed; i++) {
    TouchlineSegmentBranch *branch = g_ptr_array_index (run->branches, i);

    if (!branch->ending && !branch->closing) {
      branch->closing = TRUE;
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
    g_cond_wait (&run->changed, &run->lock);
  g_mutex_unlock (&run->lock);
}
