#ifndef TOUCHLINE_FRAMETAP_H
#define TOUCHLINE_FRAMETAP_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define TOUCHLINE_TYPE_FRAME_TAP (touchline_frame_tap_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineFrameTap, touchline_frame_tap, TOUCHLINE, FRAME_TAP, GstElement)

/* Makes the element `frametap` known. */
gboolean touchline_frame_tap_register (GstPlugin *plugin);

G_END_DECLS

#endif
