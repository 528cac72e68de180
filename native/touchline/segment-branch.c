/* One segment while it is being written.
 *
 * feed (source pad) -> mp4mux -> drain (sink pad) -> TouchlineSegmentFile
 *
 * The muxer lives outside of any bin: its state follows the branch and not the pipeline, so that it can go on finalising
 * while the next segment runs, and its messages cannot reach the application unfiltered.
 */
#define _GNU_SOURCE

#include "segment-branch.h"

#include <errno.h>
#include <string.h>

GError *
touchline_segment_file_error (const gchar *action, const gchar *display_name, gint error_number)
{
  const gchar *text = strerrordesc_np (error_number);
  const gchar *name = strerrorname_np (error_number);
  gint code = GST_RESOURCE_ERROR_WRITE;

  /* Whatever was being done when it turned out that the name is taken. */
  if (error_number == EEXIST)
    action = "create";
  if (error_number == ENOSPC || error_number == EDQUOT)
    code = GST_RESOURCE_ERROR_NO_SPACE_LEFT;
  else if (g_str_equal (action, "create"))
    code = GST_RESOURCE_ERROR_OPEN_WRITE;
  else if (g_str_equal (action, "sync"))
    code = GST_RESOURCE_ERROR_SYNC;

  return g_error_new (GST_RESOURCE_ERROR, code, "cannot %s segment \"%s\": %s (%s)", action, display_name,
      text ? text : "unknown error", name ? name : "unknown");
}

static GstFlowReturn
drain_chain (GstPad *pad, GstObject *parent G_GNUC_UNUSED, GstBuffer *buffer)
{
  TouchlineSegmentBranch *branch = gst_pad_get_element_private (pad);
  gboolean completed = FALSE;
  GstMapInfo map;
  gint error_number;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  error_number = touchline_segment_file_write (branch->file, branch->position, map.data, map.size, &completed);
  branch->position += map.size;
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);

  if (error_number != 0) {
    GError *error = touchline_segment_file_error ("write",
        touchline_segment_file_display_name (branch->file), error_number);

    branch->events->failed (branch, error, branch->owner);
    g_error_free (error);
    return GST_FLOW_ERROR;
  }
  if (completed)
    branch->events->progressed (branch, branch->owner);
  return GST_FLOW_OK;
}

static gboolean
drain_event (GstPad *pad, GstObject *parent G_GNUC_UNUSED, GstEvent *event)
{
  TouchlineSegmentBranch *branch = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    const GstSegment *segment;

    /* The muxer seeks in the file by sending a segment in bytes. */
    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_BYTES)
      branch->position = segment->start;
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    branch->events->ended (branch, branch->owner);
  }
  gst_event_unref (event);
  return TRUE;
}

static gboolean
drain_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstFormat format;

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return gst_pad_query_default (pad, parent, query);
  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  gst_query_set_seeking (query, format, format == GST_FORMAT_BYTES, 0, -1);
  return TRUE;
}

static gboolean
feed_event (GstPad *pad G_GNUC_UNUSED, GstObject *parent G_GNUC_UNUSED, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static gboolean
feed_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  /* To the muxer this is no live stream: it then waits for data and never for the clock, which it has not got. */
  gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
start_muxer (TouchlineSegmentBranch *branch, guint fragment_duration_ms, GstBus *bus)
{
  GstPad *source, *sink;
  gboolean linked;

  gst_element_set_bus (branch->muxer, bus);
  g_object_set (branch->muxer, "fragment-duration", fragment_duration_ms, NULL);
  gst_util_set_object_arg (G_OBJECT (branch->muxer), "fragment-mode", "first-moov-then-finalise");

  sink = gst_element_request_pad_simple (branch->muxer, "video_%u");
  source = gst_element_get_static_pad (branch->muxer, "src");
  /* Without a common parent the usual checks of the hierarchy cannot pass. */
  linked = sink && source
      && gst_pad_link_full (branch->feed, sink, GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK
      && gst_pad_link_full (source, branch->drain, GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK;
  gst_clear_object (&sink);
  gst_clear_object (&source);

  return linked && gst_pad_set_active (branch->drain, TRUE) && gst_pad_set_active (branch->feed, TRUE)
      && gst_element_set_state (branch->muxer, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

TouchlineSegmentBranch *
touchline_segment_branch_new (guint index, TouchlineSegmentFile *file, guint fragment_duration_ms, GstBus *bus,
    const TouchlineSegmentBranchEvents *events, gpointer owner, GError **error)
{
  TouchlineSegmentBranch *branch = g_new0 (TouchlineSegmentBranch, 1);

  g_atomic_ref_count_init (&branch->references);
  branch->index = index;
  branch->file = file;
  branch->began_us = g_get_monotonic_time ();
  branch->first_pts = branch->end_pts = GST_CLOCK_TIME_NONE;
  branch->events = events;
  branch->owner = owner;

  branch->feed = gst_object_ref_sink (gst_pad_new ("feed", GST_PAD_SRC));
  gst_pad_set_event_function (branch->feed, feed_event);
  gst_pad_set_query_function (branch->feed, feed_query);

  branch->drain = gst_object_ref_sink (gst_pad_new ("drain", GST_PAD_SINK));
  gst_pad_set_element_private (branch->drain, branch);
  gst_pad_set_chain_function (branch->drain, drain_chain);
  gst_pad_set_event_function (branch->drain, drain_event);
  gst_pad_set_query_function (branch->drain, drain_query);

  branch->muxer = gst_element_factory_make ("mp4mux", NULL);
  if (branch->muxer)
    gst_object_ref_sink (branch->muxer);
  if (branch->muxer && start_muxer (branch, fragment_duration_ms, bus))
    return branch;

  g_set_error (error, GST_CORE_ERROR, branch->muxer ? GST_CORE_ERROR_STATE_CHANGE : GST_CORE_ERROR_MISSING_PLUGIN,
      "cannot start segment \"%s\": the element mp4mux %s", touchline_segment_file_display_name (file),
      branch->muxer ? "does not start" : "is not installed");
  touchline_segment_branch_unref (branch);
  return NULL;
}

TouchlineSegmentBranch *
touchline_segment_branch_ref (TouchlineSegmentBranch *branch)
{
  g_atomic_ref_count_inc (&branch->references);
  return branch;
}

void
touchline_segment_branch_unref (TouchlineSegmentBranch *branch)
{
  if (!g_atomic_ref_count_dec (&branch->references))
    return;
  touchline_segment_branch_stop (branch);
  gst_clear_object (&branch->muxer);
  gst_object_unref (branch->feed);
  gst_object_unref (branch->drain);
  touchline_segment_file_unref (branch->file);
  g_free (branch);
}

void
touchline_segment_branch_stop (TouchlineSegmentBranch *branch)
{
  gst_pad_set_active (branch->feed, FALSE);
  if (branch->muxer) {
    gst_element_set_state (branch->muxer, GST_STATE_NULL);
    gst_element_set_bus (branch->muxer, NULL);
  }
  gst_pad_set_active (branch->drain, FALSE);
}

gboolean
touchline_segment_branch_push_event (TouchlineSegmentBranch *branch, GstEvent *event)
{
  return gst_pad_push_event (branch->feed, event);
}

GstFlowReturn
touchline_segment_branch_push (TouchlineSegmentBranch *branch, GstBuffer *buffer)
{
  return gst_pad_push (branch->feed, buffer);
}

gboolean
touchline_segment_branch_made (TouchlineSegmentBranch *branch, GstMessage *message)
{
  GstObject *source = GST_MESSAGE_SRC (message);

  return source && (source == GST_OBJECT (branch->muxer)
      || gst_object_has_as_ancestor (source, GST_OBJECT (branch->muxer)));
}
