#ifndef TOUCHLINE_FRAMEMETER_H
#define TOUCHLINE_FRAMEMETER_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define TOUCHLINE_TYPE_FRAME_METER (touchline_frame_meter_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineFrameMeter, touchline_frame_meter, TOUCHLINE, FRAME_METER, GstElement)

/* Makes the element `framemeter` known. */
gboolean touchline_frame_meter_register (GstPlugin *plugin);

G_END_DECLS

#endif
