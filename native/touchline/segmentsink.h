/* segmentsink: records one video stream as a series of MP4 files that survive a crash. See segmentsink.c. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define TOUCHLINE_TYPE_SEGMENT_SINK (touchline_segment_sink_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineSegmentSink, touchline_segment_sink, TOUCHLINE, SEGMENT_SINK, GstElement)

/** Adds the element `segmentsink` to `plugin`. FALSE when GStreamer refuses. */
gboolean touchline_segment_sink_register (GstPlugin *plugin);

G_END_DECLS
