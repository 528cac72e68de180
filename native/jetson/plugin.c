/* Stand-ins for NVIDIA's elements on a Jetson. For tests alone: never installed on a rig. */

#include <gst/gst.h>

#include "nvmm.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return jetson_camera_src_register (plugin) && jetson_vidconv_register (plugin) && jetson_encoders_register (plugin);
}

#define PACKAGE "touchline"
GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, touchlinejetson,
    "Stand-ins for NVIDIA's Jetson elements, for tests", plugin_init, "0.1.0", "Proprietary", "touchline", "touchline")
