#ifndef TOUCHLINE_TAPSRC_H
#define TOUCHLINE_TAPSRC_H

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define TOUCHLINE_TYPE_TAP_SRC (touchline_tap_src_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineTapSrc, touchline_tap_src, TOUCHLINE, TAP_SRC, GstPushSrc)

/* Makes the element `tapsrc` known. */
gboolean touchline_tap_src_register (GstPlugin *plugin);

G_END_DECLS

#endif
