#include "loopgate.h"

void
loop_gate_init (LoopGate *gate, GstElement *element)
{
  gate->element = element;
  g_mutex_init (&gate->lock);
  g_cond_init (&gate->changed);
  gate->flags = 0;
  gate->waiting = NULL;
}

void
loop_gate_clear (LoopGate *gate)
{
  g_mutex_clear (&gate->lock);
  g_cond_clear (&gate->changed);
}

void
loop_gate_reset (LoopGate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->flags = 0;
  g_mutex_unlock (&gate->lock);
}

void
loop_gate_set (LoopGate *gate, LoopGateFlags flag, gboolean value)
{
  g_mutex_lock (&gate->lock);
  gate->flags = value ? gate->flags | flag : gate->flags & ~flag;
  if (gate->waiting)
    gst_clock_id_unschedule (gate->waiting);
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

gboolean
loop_gate_is (LoopGate *gate, LoopGateFlags flag)
{
  gboolean is;

  g_mutex_lock (&gate->lock);
  is = (gate->flags & flag) != 0;
  g_mutex_unlock (&gate->lock);
  return is;
}

/* Called with the lock. */
static gboolean
wait_playing_locked (LoopGate *gate)
{
  while (gate->flags == 0)
    g_cond_wait (&gate->changed, &gate->lock);
  return gate->flags == LOOP_GATE_PLAYING;
}

gboolean
loop_gate_wait_playing (LoopGate *gate)
{
  gboolean go_on;

  g_mutex_lock (&gate->lock);
  go_on = wait_playing_locked (gate);
  g_mutex_unlock (&gate->lock);
  return go_on;
}

gboolean
loop_gate_wait_until (LoopGate *gate, GstClockTime time)
{
  gboolean reached = FALSE, go_on;

  g_mutex_lock (&gate->lock);
  while ((go_on = wait_playing_locked (gate)) && !reached) {
    GstClock *clock = gst_element_get_clock (gate->element);

    if (!clock)
      break;
    gate->waiting = gst_clock_new_single_shot_id (clock, gst_element_get_base_time (gate->element) + time);
    g_mutex_unlock (&gate->lock);
    /* Interrupted by a change of state: look again. */
    reached = gst_clock_id_wait (gate->waiting, NULL) != GST_CLOCK_UNSCHEDULED;
    g_mutex_lock (&gate->lock);
    gst_clock_id_unref (gate->waiting);
    gate->waiting = NULL;
    gst_object_unref (clock);
  }
  g_mutex_unlock (&gate->lock);
  return go_on;
}

GstClockTime
loop_gate_running_time (LoopGate *gate)
{
  GstClock *clock = gst_element_get_clock (gate->element);
  GstClockTime base_time = gst_element_get_base_time (gate->element), now = 0;

  if (clock) {
    GstClockTime absolute = gst_clock_get_time (clock);

    now = absolute > base_time ? absolute - base_time : 0;
    gst_object_unref (clock);
  }
  return now;
}
