/* What a segment sink says on the bus. */

#include "segment-messages.h"

void
touchline_segment_post_error (GstElement *element, const GError *error)
{
  gst_element_message_full (element, GST_MESSAGE_ERROR, error->domain, error->code, g_strdup (error->message), NULL,
      __FILE__, GST_FUNCTION, __LINE__);
}

void
touchline_segment_post_opened (GstElement *element, const TouchlineSegmentBranch *branch)
{
  gchar *mono_us = g_strdup_printf ("%" G_GINT64_FORMAT, branch->began_us);

  gst_element_post_message (element, gst_message_new_element (GST_OBJECT (element),
          gst_structure_new ("touchline-segment-opened", "location", G_TYPE_STRING,
              touchline_segment_file_display_name (branch->file), "index", G_TYPE_UINT, branch->index, "mono-us",
              G_TYPE_STRING, mono_us, NULL)));
  g_free (mono_us);
}

void
touchline_segment_post_closed (GstElement *element, const TouchlineSegmentBranch *branch, guint64 size,
    gboolean finalised, gboolean synced, const GError *error)
{
  gchar *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, size);
  gdouble duration_ms = branch->frames > 0 && GST_CLOCK_TIME_IS_VALID (branch->end_pts)
      ? (gdouble) (branch->end_pts - branch->first_pts) / GST_MSECOND : 0.0;
  GstStructure *fields = gst_structure_new ("touchline-segment-closed", "location", G_TYPE_STRING,
      touchline_segment_file_display_name (branch->file), "index", G_TYPE_UINT, branch->index, "frames", G_TYPE_UINT,
      branch->frames, "bytes", G_TYPE_STRING, bytes, "duration-ms", G_TYPE_DOUBLE, duration_ms, "finalised",
      G_TYPE_BOOLEAN, finalised, "synced", G_TYPE_BOOLEAN, synced, NULL);

  if (error)
    gst_structure_set (fields, "error", G_TYPE_STRING, error->message, NULL);
  gst_element_post_message (element, gst_message_new_element (GST_OBJECT (element), fields));
  g_free (bytes);
}

void
touchline_segment_post_eos (GstElement *element, guint32 seqnum)
{
  GstMessage *message = gst_message_new_eos (GST_OBJECT (element));

  gst_message_set_seqnum (message, seqnum);
  gst_element_post_message (element, message);
}
