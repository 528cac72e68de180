#ifndef TOUCHLINE_NICE_POOL_H
#define TOUCHLINE_NICE_POOL_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define TOUCHLINE_TYPE_NICE_POOL (touchline_nice_pool_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineNicePool, touchline_nice_pool, TOUCHLINE, NICE_POOL, GstTaskPool)

/* Threads of their own for tasks, with this priority as in nice(2). The result is the caller's. */
GstTaskPool *touchline_nice_pool_new (gint nice);

G_END_DECLS

#endif
