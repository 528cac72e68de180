/* What a segment sink does with the stream between READY -> PAUSED and back. How segments end is in segment-closing.c. */

#include "segment-run-internal.h"

/* Segments that may exist at once: the running one and those that are being finalised. Each has a thread. */
#define MAX_ALIVE 16

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
  g_cond_init (&run->changed);
  run->branches = g_ptr_array_new ();
  run->bus = gst_bus_new ();
  gst_bus_set_sync_handler (run->bus, touchline_segment_run_muxer_message, run, NULL);
  run->sync = touchline_segment_sync_new (settings->sync_interval_ms, settings->fragment_duration_ms, touchline_segment_run_sync_failed, run);
  return run;
}

void
touchline_segment_run_free (TouchlineSegmentRun *run)
{
  touchline_segment_sync_free (run->sync);
  gst_bus_set_sync_handler (run->bus, NULL, NULL, NULL);
  gst_object_unref (run->bus);
  g_ptr_array_unref (run->branches);
  g_cond_clear (&run->changed);
  g_mutex_clear (&run->figures.lock);
  g_mutex_clear (&run->lock);
  g_free (run->settings.location_prefix);
  g_free (run);
}

/* A branch that is not yet in the list, or NULL after `error` was set. */
static TouchlineSegmentBranch *
create_branch (TouchlineSegmentRun *run, guint index, GError **error)
{
  gchar *number = g_strdup_printf ("%02u.mp4", index);
  gchar *location = g_strconcat (run->settings.location_prefix, number, NULL);
  TouchlineSegmentBranch *branch = NULL;
  TouchlineSegmentFile *file;
  gint error_number = touchline_segment_file_create (location, &run->figures, touchline_segment_run_file_named,
      run, &file);

  if (error_number == 0) {
    branch = touchline_segment_branch_new (index, file, run->settings.fragment_duration_ms, run->bus, &touchline_segment_run_branch_events, run,
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

/* Only a source that is faster than real time and than the disk ever gets here. */
static void
wait_for_room (TouchlineSegmentRun *run)
{
  while (run->alive >= MAX_ALIVE && !run->stopping && !run->failed)
    g_cond_wait (&run->changed, &run->lock);
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
  wait_for_room (run);
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
  touchline_segment_run_post_eos_when_done (run);
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
