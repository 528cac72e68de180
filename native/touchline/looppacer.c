/* The second half of loopfilesrc: turns the decoded frames of a file into what a camera would deliver.
 *
 * - A frame leaves when the pipeline's clock reaches its time, in PLAYING only.
 * - At the end of the file the decoder is asked for the beginning again by a flushing seek. Everything that this causes
 *   (EOS, flushes, new segments) ends here: downstream sees one stream, one segment, and timestamps that only grow.
 *   A flush is harmless at that moment, because the last frame has already left.
 * - When frames leave more than a second too late (the machine was suspended, the disk slept), the time that was lost is
 *   skipped, as a camera would have lost those frames, instead of being made up for by a burst.
 */

#include "looppacer.h"

GST_DEBUG_CATEGORY_STATIC (loop_pacer_debug);
#define GST_CAT_DEFAULT loop_pacer_debug

#define MAX_LATENESS (1 * GST_SECOND)
/* For files that know neither frame rate nor the duration of a frame. */
#define FALLBACK_DURATION (GST_SECOND / 30)

struct _TouchlineLoopPacer
{
  GstElement parent;
  GstPad *sinkpad;
  GstPad *srcpad;

  /* Guards the following; `changed` is signalled with each change of the three flags. */
  GMutex lock;
  GCond changed;
  gboolean playing;
  gboolean stopping;
  gboolean finishing;
  GstClockID waiting;

  /* Streaming thread only. */
  GstSegment insegment;
  GstClockTime frame_duration;
  gboolean segment_sent;
  gboolean finished;
  /* A stretch is what belongs to one segment of the demuxer: at the beginning, after each rewind, and for some containers
   * in between. `stretch_start` is where its first frame, `stretch_first` in the demuxer's time, lies on ours. */
  GstClockTime stretch_start;
  GstClockTime stretch_first;
  guint64 frames_since_rewind;
  GstClockTime newest_pts;
  GstClockTime newest_end;
};

G_DEFINE_TYPE (TouchlineLoopPacer, touchline_loop_pacer, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));
static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));

/* Sets a flag and wakes whoever waits for it or for the clock. */
static void
set_flag (TouchlineLoopPacer *self, gboolean *flag, gboolean value)
{
  g_mutex_lock (&self->lock);
  *flag = value;
  if (self->waiting)
    gst_clock_id_unschedule (self->waiting);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
touchline_loop_pacer_finish (TouchlineLoopPacer *self)
{
  set_flag (self, &self->finishing, TRUE);
}

static GstClockTime
running_time (TouchlineLoopPacer *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime now = 0;

  if (clock) {
    GstClockTime base_time = gst_element_get_base_time (GST_ELEMENT (self));
    GstClockTime absolute = gst_clock_get_time (clock);

    now = absolute > base_time ? absolute - base_time : 0;
    gst_object_unref (clock);
  }
  return now;
}

/* Waits for PLAYING and returns FALSE when the stream has to end instead. Called with the lock. */
static gboolean
wait_until_playing (TouchlineLoopPacer *self)
{
  while (!self->playing && !self->stopping && !self->finishing)
    g_cond_wait (&self->changed, &self->lock);
  return !self->stopping && !self->finishing;
}

/* Waits for PLAYING and then for the clock to show `pts`; FALSE when the stream has to end instead. */
static gboolean
wait_until (TouchlineLoopPacer *self, GstClockTime pts)
{
  gboolean reached = FALSE, go_on;

  g_mutex_lock (&self->lock);
  while ((go_on = wait_until_playing (self)) && !reached) {
    GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));

    if (!clock)
      break;
    self->waiting = gst_clock_new_single_shot_id (clock, gst_element_get_base_time (GST_ELEMENT (self)) + pts);
    g_mutex_unlock (&self->lock);
    /* Interrupted by a change of state: look again. */
    reached = gst_clock_id_wait (self->waiting, NULL) != GST_CLOCK_UNSCHEDULED;
    g_mutex_lock (&self->lock);
    gst_clock_id_unref (self->waiting);
    self->waiting = NULL;
    gst_object_unref (clock);
  }
  g_mutex_unlock (&self->lock);
  return go_on;
}

static GstFlowReturn
leave (TouchlineLoopPacer *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  if (stopping)
    return GST_FLOW_FLUSHING;
  if (!self->finished) {
    self->finished = TRUE;
    gst_pad_push_event (self->srcpad, gst_event_new_eos ());
  }
  return GST_FLOW_EOS;
}

static void
send_segment (TouchlineLoopPacer *self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
  self->segment_sent = TRUE;
}

/* The frame's time on the pipeline's running time. */
static GstClockTime
next_pts (TouchlineLoopPacer *self, GstBuffer *buffer)
{
  GstClockTime file_time = GST_CLOCK_TIME_NONE, pts;

  if (GST_BUFFER_PTS_IS_VALID (buffer))
    file_time = gst_segment_to_running_time (&self->insegment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (self->stretch_start)) {
    self->stretch_start = GST_CLOCK_TIME_IS_VALID (self->newest_end) ? self->newest_end : running_time (self);
    self->stretch_first = file_time;
  }
  if (GST_CLOCK_TIME_IS_VALID (file_time) && GST_CLOCK_TIME_IS_VALID (self->stretch_first) && file_time >= self->stretch_first)
    pts = self->stretch_start + (file_time - self->stretch_first);
  else
    pts = GST_CLOCK_TIME_IS_VALID (self->newest_end) ? self->newest_end : self->stretch_start;
  /* Damaged files repeat timestamps; encoders and muxers downstream rely on order. */
  if (GST_CLOCK_TIME_IS_VALID (self->newest_pts) && pts <= self->newest_pts)
    pts = self->newest_pts + 1;
  return pts;
}

static GstFlowReturn
loop_pacer_chain (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBuffer *buffer)
{
  TouchlineLoopPacer *self = TOUCHLINE_LOOP_PACER (parent);
  GstClockTime pts, now, duration;
  GstFlowReturn flow;
  gboolean go_on;

  g_mutex_lock (&self->lock);
  go_on = wait_until_playing (self);
  g_mutex_unlock (&self->lock);
  if (!go_on || self->finished)
    goto end;

  pts = next_pts (self, buffer);
  now = running_time (self);
  if (now > pts + MAX_LATENESS) {
    GST_WARNING_OBJECT (self, "%" GST_TIME_FORMAT " late, skipping that time", GST_TIME_ARGS (now - pts));
    self->stretch_start += now - pts;
    pts = now;
  }
  if (!wait_until (self, pts))
    goto end;

  duration = GST_BUFFER_DURATION_IS_VALID (buffer) && GST_BUFFER_DURATION (buffer) > 0 ? GST_BUFFER_DURATION (buffer)
      : self->frame_duration;
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = duration;
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET_NONE;
  /* The decoder marks the first frame after each seek; downstream nothing is discontinuous. */
  if (self->segment_sent)
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    send_segment (self);
  self->frames_since_rewind++;
  self->newest_pts = pts;
  self->newest_end = pts + duration;
  flow = gst_pad_push (self->srcpad, buffer);
  /* Downstream wants no more: the demuxer will report the end, and that is the end this time. */
  if (flow == GST_FLOW_EOS)
    touchline_loop_pacer_finish (self);
  return flow;

end:
  gst_buffer_unref (buffer);
  return leave (self);
}

/* In a thread of its own: the seek stops and restarts the streaming thread that noticed the end. */
static void
rewind_file (GstElement *element, gpointer data G_GNUC_UNUSED)
{
  TouchlineLoopPacer *self = TOUCHLINE_LOOP_PACER (element);
  gboolean stopping;

  if (gst_pad_push_event (self->sinkpad, gst_event_new_seek (1.0, GST_FORMAT_TIME,
              GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0)))
    return;
  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  if (!stopping)
    GST_ELEMENT_ERROR (self, STREAM, DEMUX, ("The file cannot be played from the beginning again."),
        ("its demuxer refuses to seek to 0"));
}

static void
end_of_run (TouchlineLoopPacer *self)
{
  gboolean ending;

  g_mutex_lock (&self->lock);
  ending = self->stopping || self->finishing;
  g_mutex_unlock (&self->lock);
  if (ending) {
    leave (self);
  } else if (self->frames_since_rewind == 0) {
    /* Looping would spin for ever. */
    GST_ELEMENT_ERROR (self, STREAM, DECODE, ("The file holds no frame that can be decoded."), (NULL));
  } else {
    GST_DEBUG_OBJECT (self, "end of the file at %" GST_TIME_FORMAT, GST_TIME_ARGS (self->newest_end));
    self->frames_since_rewind = 0;
    gst_element_call_async (GST_ELEMENT (self), rewind_file, NULL, NULL);
  }
}

static gboolean
loop_pacer_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  TouchlineLoopPacer *self = TOUCHLINE_LOOP_PACER (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->insegment);
      self->stretch_start = GST_CLOCK_TIME_NONE;
      break;
    case GST_EVENT_EOS:
      end_of_run (self);
      break;
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
    case GST_EVENT_GAP:
      break;
    case GST_EVENT_CAPS:{
      GstCaps *caps;
      gint numerator, denominator;

      gst_event_parse_caps (event, &caps);
      if (gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &numerator, &denominator)
          && numerator > 0 && denominator > 0)
        self->frame_duration = gst_util_uint64_scale_int (GST_SECOND, denominator, numerator);
      return gst_pad_event_default (pad, parent, event);
    }
    case GST_EVENT_STREAM_START:
    case GST_EVENT_STREAM_GROUP_DONE:
    case GST_EVENT_TAG:
      /* Known already when the file starts again. */
      if (!self->segment_sent)
        return gst_pad_event_default (pad, parent, event);
      break;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
  gst_event_unref (event);
  return TRUE;
}

static gboolean
loop_pacer_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEEK:
      gst_event_unref (event);
      return FALSE;
    case GST_EVENT_QOS:
      /* The decoder would skip frames, which no camera does. */
      gst_event_unref (event);
      return TRUE;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
}

static gboolean
loop_pacer_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      /* Live, and each frame leaves at the very time that it carries. */
      gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_SEEKING:{
      GstFormat format;

      gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
      gst_query_set_seeking (query, format, FALSE, -1, -1);
      return TRUE;
    }
    case GST_QUERY_SCHEDULING:
      gst_query_set_scheduling (query, GST_SCHEDULING_FLAG_SEQUENTIAL, 1, -1, 0);
      gst_query_add_scheduling_mode (query, GST_PAD_MODE_PUSH);
      return TRUE;
    case GST_QUERY_POSITION:
    case GST_QUERY_DURATION:
    case GST_QUERY_SEGMENT:
      return FALSE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static void
reset (TouchlineLoopPacer *self)
{
  gst_segment_init (&self->insegment, GST_FORMAT_TIME);
  self->frame_duration = FALLBACK_DURATION;
  self->segment_sent = self->finished = FALSE;
  self->frames_since_rewind = 0;
  self->stretch_start = self->stretch_first = self->newest_pts = self->newest_end = GST_CLOCK_TIME_NONE;
  self->playing = self->stopping = self->finishing = FALSE;
}

static GstStateChangeReturn
loop_pacer_change_state (GstElement *element, GstStateChange transition)
{
  TouchlineLoopPacer *self = TOUCHLINE_LOOP_PACER (element);
  GstStateChangeReturn result;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      reset (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      set_flag (self, &self->playing, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      set_flag (self, &self->playing, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      set_flag (self, &self->stopping, TRUE);
      break;
    default:
      break;
  }
  result = GST_ELEMENT_CLASS (touchline_loop_pacer_parent_class)->change_state (element, transition);
  if (result == GST_STATE_CHANGE_SUCCESS && (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

static void
loop_pacer_finalize (GObject *object)
{
  TouchlineLoopPacer *self = TOUCHLINE_LOOP_PACER (object);

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (touchline_loop_pacer_parent_class)->finalize (object);
}

static void
touchline_loop_pacer_class_init (TouchlineLoopPacerClass *class)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (loop_pacer_debug, "looppacer", 0, "paces the frames of a looped file");
  G_OBJECT_CLASS (class)->finalize = loop_pacer_finalize;
  element_class->change_state = loop_pacer_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Loop pacer", "Generic",
      "Paces the frames of a looped file", "Touchline");
}

static void
touchline_loop_pacer_init (TouchlineLoopPacer *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  reset (self);

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, loop_pacer_chain);
  gst_pad_set_event_function (self->sinkpad, loop_pacer_sink_event);
  GST_PAD_SET_PROXY_CAPS (self->sinkpad);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, loop_pacer_src_event);
  gst_pad_set_query_function (self->srcpad, loop_pacer_src_query);
  gst_pad_use_fixed_caps (self->srcpad);
  GST_PAD_UNSET_PROXY_CAPS (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
