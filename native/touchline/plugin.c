/* The elements that Touchline adds to GStreamer. */

#include <gst/gst.h>

#include "framemeter.h"
#include "framestamp.h"
#include "frametap.h"
#include "loopfilesrc.h"
#include "segmentsink.h"
#include "tapsrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return touchline_frame_meter_register (plugin) && touchline_frame_stamp_register (plugin)
      && touchline_loop_file_src_register (plugin) && touchline_segment_sink_register (plugin)
      && touchline_frame_tap_register (plugin) && touchline_tap_src_register (plugin);
}

#define PACKAGE "touchline"
GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, touchline,
    "Elements of the Touchline camera daemon", plugin_init, "0.1.0", "Proprietary", "touchline", "touchline")
