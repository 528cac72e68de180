#ifndef JETSON_UNWRAP_H
#define JETSON_UNWRAP_H

#include <gst/gst.h>

/* Takes memory:NVMM caps away: what comes in as NVMM goes out as system memory, the same buffers. Inside an encoder. */
#define JETSON_TYPE_UNWRAP (jetson_unwrap_get_type ())
G_DECLARE_FINAL_TYPE (JetsonUnwrap, jetson_unwrap, JETSON, UNWRAP, GstElement)

#endif
