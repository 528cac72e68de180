#ifndef TOUCHLINE_LOOPFILESRC_H
#define TOUCHLINE_LOOPFILESRC_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* Makes the element `loopfilesrc` known. */
gboolean touchline_loop_file_src_register (GstPlugin *plugin);

G_END_DECLS

#endif
