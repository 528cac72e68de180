/* The second half of loopfilesrc: turns the decoded frames of a file into what a camera would deliver.
 *
 * - A frame leaves when the pipeline's clock reaches its time, in PLAYING only.
 * - At the end of the file the decoder is asked for the beginning again by a flushing seek. Everything that this causes
 *   (EOS, flushes, new segments) ends here: downstream sees one stream, one segment, and timestamps that only grow.
 *   A flush is harmless at that moment, because the last frame has already left.
 * looptimeline.h says when each frame is due.
 */

#include "looppacer.h"
#include "loopgate.h"
#include "looptimeline.h"

GST_DEBUG_CATEGORY_STATIC (loop_pacer_debug);
#define GST_CAT_DEFAULT loop_pacer_debug

struct _TouchlineLoopPacer
{
  GstElement parent;
  GstPad *sinkpad;
  GstPad *srcpad;

  LoopGate gate;

  /* Streaming thread only. */
  gboolean segment_sent;
  gboolean finished;
  LoopTimeline timeline;
  guint64 frames_since_rewind;
};

G_DEFINE_TYPE (TouchlineLoopPacer, touchline_loop_pacer, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));
static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));

void
touchline_loop_pacer_finish (TouchlineLoopPacer *self)
{
  loop_gate_set (&self->gate, LOOP_GATE_FINISHING, TRUE);
}

static GstFlowReturn
leave (TouchlineLoopPacer *self)
{
  if (loop_gate_is (&self->gate, LOOP_GATE_STOPPING))
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

static GstFlowReturn
loop_pacer_chain (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBuffer *buffer)
{
  TouchlineLoopPacer *self = TOUCHLINE_LOOP_PACER (parent);
  GstClockTime pts, now, duration;
  GstFlowReturn flow;

  if (!loop_gate_wait_playing (&self->gate) || self->finished)
    goto end;

  now = loop_gate_running_time (&self->gate);
  pts = loop_timeline_place (&self->timeline, buffer, now, &duration);
  if (!loop_gate_wait_until (&self->gate, pts))
    goto end;

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

  if (gst_pad_push_event (self->sinkpad, gst_event_new_seek (1.0, GST_FORMAT_TIME,
              GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0)))
    return;
  if (!loop_gate_is (&self->gate, LOOP_GATE_STOPPING))
    GST_ELEMENT_ERROR (self, STREAM, DEMUX, ("The file cannot be played from the beginning again."),
        ("its demuxer refuses to seek to 0"));
}

static void
end_of_run (TouchlineLoopPacer *self)
{
  if (loop_gate_is (&self->gate, LOOP_GATE_STOPPING) || loop_gate_is (&self->gate, LOOP_GATE_FINISHING)) {
    leave (self);
  } else if (self->frames_since_rewind == 0) {
    /* Looping would spin for ever. */
    GST_ELEMENT_ERROR (self, STREAM, DECODE, ("The file holds no frame that can be decoded."), (NULL));
  } else {
    GST_DEBUG_OBJECT (self, "end of the file at %" GST_TIME_FORMAT, GST_TIME_ARGS (self->timeline.newest_end));
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
      loop_timeline_new_segment (&self->timeline, event);
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

      gst_event_parse_caps (event, &caps);
      loop_timeline_set_caps (&self->timeline, caps);
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
  loop_timeline_reset (&self->timeline);
  self->frames_since_rewind = 0;
  self->segment_sent = self->finished = FALSE;
  loop_gate_reset (&self->gate);
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
      loop_gate_set (&self->gate, LOOP_GATE_PLAYING, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      loop_gate_set (&self->gate, LOOP_GATE_PLAYING, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      loop_gate_set (&self->gate, LOOP_GATE_STOPPING, TRUE);
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
  loop_gate_clear (&TOUCHLINE_LOOP_PACER (object)->gate);
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
  loop_gate_init (&self->gate, GST_ELEMENT (self));
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
