#ifndef TOUCHLINE_LOOPGATE_H
#define TOUCHLINE_LOOPGATE_H

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  /* Frames may pass. */
  LOOP_GATE_PLAYING = 1 << 0,
  /* The element is being stopped: nothing may pass and nobody may wait. */
  LOOP_GATE_STOPPING = 1 << 1,
  /* The stream is to end: nobody may wait. */
  LOOP_GATE_FINISHING = 1 << 2
} LoopGateFlags;

/* What holds a frame back until it is due: the state of its element, and the element's clock. */
typedef struct
{
  GstElement *element;
  GMutex lock;
  GCond changed;
  guint flags;
  GstClockID waiting;
} LoopGate;

/* `element` is not owned and must outlive the gate. */
void loop_gate_init (LoopGate *gate, GstElement *element);
void loop_gate_clear (LoopGate *gate);

/* No flag set. */
void loop_gate_reset (LoopGate *gate);

/* From any thread; wakes who waits. */
void loop_gate_set (LoopGate *gate, LoopGateFlags flag, gboolean value);
gboolean loop_gate_is (LoopGate *gate, LoopGateFlags flag);

/* Waits for PLAYING; FALSE when the stream has to end instead. */
gboolean loop_gate_wait_playing (LoopGate *gate);

/* Waits until the pipeline's running time is `time`, as long as that takes with pauses in between; FALSE as above. */
gboolean loop_gate_wait_until (LoopGate *gate, GstClockTime time);

/* The pipeline's running time now, 0 without a clock. */
GstClockTime loop_gate_running_time (LoopGate *gate);

G_END_DECLS

#endif
