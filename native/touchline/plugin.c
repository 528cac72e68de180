/* The elements that Touchline adds to GStreamer. */

#include <gst/gst.h>

#include "framemeter.h"
#include "framestamp.h"
#include "loopfilesrc.h"
#if __has_include("segmentsink.h") && __has_include("segmentsink.c")
#include "segmentsink.h"
#define HAVE_SEGMENT_SINK
#endif

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean registered = touchline_frame_meter_register (plugin) && touchline_frame_stamp_register (plugin)
      && touchline_loop_file_src_register (plugin);

#ifdef HAVE_SEGMENT_SINK
  registered = touchline_segment_sink_register (plugin) && registered;
#endif
  return registered;
}

#define PACKAGE "touchline"
GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, touchline,
    "Elements of the Touchline camera daemon", plugin_init, "0.1.0", "Proprietary", "touchline", "touchline")
