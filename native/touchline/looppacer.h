#ifndef TOUCHLINE_LOOPPACER_H
#define TOUCHLINE_LOOPPACER_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* Inside loopfilesrc only, and therefore without an element name of its own. */
#define TOUCHLINE_TYPE_LOOP_PACER (touchline_loop_pacer_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineLoopPacer, touchline_loop_pacer, TOUCHLINE, LOOP_PACER, GstElement)

/* Ends the stream: the next thing that leaves is EOS, also when the pacer is waiting for its time or for PLAYING. */
void touchline_loop_pacer_finish (TouchlineLoopPacer *self);

G_END_DECLS

#endif
