#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether frames of both can be decoded with the first one's header. Parsers also announce changes that do not matter to
 * a file that has begun, such as a frame rate that became known. */
gboolean touchline_segment_is_same_stream (GstCaps *caps, GstCaps *other);

G_END_DECLS
