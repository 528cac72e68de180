#ifndef TOUCHLINE_FRAMESTAMP_H
#define TOUCHLINE_FRAMESTAMP_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* Makes the element `framestamp` known. */
gboolean touchline_frame_stamp_register (GstPlugin *plugin);

G_END_DECLS

#endif
