/* framemeter: counts what passes, and knows how old the newest frame is.
 *
 * "It records" is a statement about frames that were counted here, so the element must be cheap enough to sit in every
 * recording twice (after the source, after the encoder) and must never alter, delay or refuse a buffer. It is therefore
 * a plain element with two pads and no base class: one clock reading and one uncontended lock per buffer or buffer
 * list.
 *
 * Property `stats` (JSON) is one consistent snapshot:
 *   {"frames":n,"bytes":n,"keyframes":n,"missed":n,"firstFrameMonoUs":n|null,"lastFrameMonoUs":n|null,
 *    "lastFrameAgeMs":x|null,"largestGapMs":x|null,"fps":x|null}
 * Times are CLOCK_MONOTONIC in microseconds, ages and gaps in milliseconds of that clock. `largestGapMs` covers gaps
 * that have ended; the one still open is `lastFrameAgeMs`. `fps` is the rate of arrival over the last two seconds.
 *
 * `missed` counts the frames that should have come between two that did: the gap between presentation timestamps
 * divided by the frame duration of the caps. Gaps are rounded one by one, so a camera that really runs at 29.9 fps
 * misses nothing. Encoders with B-frames send a later frame first; the ones that follow it fill the gap again and are
 * taken off. Nothing is counted across a new segment, a flush or a jump back (timestamps there have no common origin),
 * nor for caps without a frame rate.
 *
 * Everything starts from zero on READY -> PAUSED. The first buffer after that posts the element message
 * `framemeter-first-frame` {meter: string, mono-us: string}.
 */

#include "framemeter.h"
#include "framecounts.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY_STATIC (frame_meter_debug);
#define GST_CAT_DEFAULT frame_meter_debug

struct _TouchlineFrameMeter
{
  GstElement parent;
  GstPad *sinkpad;
  GstPad *srcpad;

  /* Guards everything below: the streaming thread counts while others read. */
  GMutex lock;
  GstClockTime frame_duration;
  FrameCounts counts;
};

enum
{
  PROP_0,
  PROP_STATS,
  PROP_FRAMES,
  PROP_BYTES,
  PROP_KEYFRAMES,
  PROP_MISSED,
  PROP_LAST_FRAME_AGE_MS,
  PROP_LARGEST_GAP_MS,
  PROP_FPS,
  PROP_REQUEST_KEYFRAME
};

G_DEFINE_TYPE (TouchlineFrameMeter, touchline_frame_meter, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
post_first_frame (TouchlineFrameMeter *self, gint64 now_us)
{
  gchar *mono_us = g_strdup_printf ("%" G_GINT64_FORMAT, now_us);
  GstStructure *fields = gst_structure_new ("framemeter-first-frame",
      "meter", G_TYPE_STRING, GST_OBJECT_NAME (self), "mono-us", G_TYPE_STRING, mono_us, NULL);

  g_free (mono_us);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), fields));
}

static GstFlowReturn
frame_meter_chain (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBuffer *buffer)
{
  TouchlineFrameMeter *self = TOUCHLINE_FRAME_METER (parent);
  gint64 now_us = g_get_monotonic_time ();
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->counts.frames == 0;
  frame_counts_add (&self->counts, buffer, now_us, self->frame_duration);
  g_mutex_unlock (&self->lock);

  if (G_UNLIKELY (first))
    post_first_frame (self, now_us);
  return gst_pad_push (self->srcpad, buffer);
}

static GstFlowReturn
frame_meter_chain_list (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBufferList *list)
{
  TouchlineFrameMeter *self = TOUCHLINE_FRAME_METER (parent);
  gint64 now_us = g_get_monotonic_time ();
  guint length = gst_buffer_list_length (list);
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->counts.frames == 0 && length > 0;
  for (guint i = 0; i < length; i++)
    frame_counts_add (&self->counts, gst_buffer_list_get (list, i), now_us, self->frame_duration);
  g_mutex_unlock (&self->lock);

  if (G_UNLIKELY (first))
    post_first_frame (self, now_us);
  return gst_pad_push_list (self->srcpad, list);
}

static GstClockTime
frame_duration_of (GstCaps *caps)
{
  gint numerator, denominator;

  if (!gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &numerator, &denominator)
      || numerator <= 0 || denominator <= 0)
    return GST_CLOCK_TIME_NONE;
  return gst_util_uint64_scale_int (GST_SECOND, denominator, numerator);
}

static gboolean
frame_meter_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  TouchlineFrameMeter *self = TOUCHLINE_FRAME_METER (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:{
      GstCaps *caps;

      gst_event_parse_caps (event, &caps);
      g_mutex_lock (&self->lock);
      self->frame_duration = frame_duration_of (caps);
      g_mutex_unlock (&self->lock);
      break;
    }
    case GST_EVENT_SEGMENT:
    case GST_EVENT_FLUSH_STOP:
      g_mutex_lock (&self->lock);
      frame_counts_break_timeline (&self->counts);
      g_mutex_unlock (&self->lock);
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
frame_meter_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TouchlineFrameMeter *self = TOUCHLINE_FRAME_METER (object);
  FrameCounts counts;
  gint64 now_us;

  /* Copied, so that the streaming thread never waits for the formatting of a reader. The clock is read under the lock:
   * otherwise a frame that comes in between would have a negative age. */
  g_mutex_lock (&self->lock);
  counts = self->counts;
  now_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);

  switch (id) {
    case PROP_STATS:
      g_value_take_string (value, frame_counts_json (&counts, now_us));
      break;
    case PROP_FRAMES:
      g_value_set_uint64 (value, counts.frames);
      break;
    case PROP_BYTES:
      g_value_set_uint64 (value, counts.bytes);
      break;
    case PROP_KEYFRAMES:
      g_value_set_uint64 (value, counts.keyframes);
      break;
    case PROP_MISSED:
      g_value_set_uint64 (value, counts.missed);
      break;
    case PROP_LAST_FRAME_AGE_MS:
      g_value_set_double (value, counts.frames > 0 ? (now_us - counts.last_us) / 1000.0 : -1.0);
      break;
    case PROP_LARGEST_GAP_MS:
      g_value_set_double (value, counts.frames > 1 ? counts.largest_gap_us / 1000.0 : -1.0);
      break;
    case PROP_FPS:
      g_value_set_double (value, frame_counts_rate (&counts, now_us));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
frame_meter_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_REQUEST_KEYFRAME) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  /* Upstream to the encoder. Encoders take it before they have seen a frame, too. */
  if (g_value_get_boolean (value))
    gst_pad_push_event (TOUCHLINE_FRAME_METER (object)->sinkpad,
        gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

static GstStateChangeReturn
frame_meter_change_state (GstElement *element, GstStateChange transition)
{
  TouchlineFrameMeter *self = TOUCHLINE_FRAME_METER (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    g_mutex_lock (&self->lock);
    frame_counts_reset (&self->counts);
    self->frame_duration = GST_CLOCK_TIME_NONE;
    g_mutex_unlock (&self->lock);
  }
  return GST_ELEMENT_CLASS (touchline_frame_meter_parent_class)->change_state (element, transition);
}

static void
frame_meter_finalize (GObject *object)
{
  g_mutex_clear (&TOUCHLINE_FRAME_METER (object)->lock);
  G_OBJECT_CLASS (touchline_frame_meter_parent_class)->finalize (object);
}

static void
install_counter (GObjectClass *class, guint id, const gchar *name, const gchar *blurb)
{
  g_object_class_install_property (class, id, g_param_spec_uint64 (name, name, blurb, 0, G_MAXUINT64, 0,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
install_measure (GObjectClass *class, guint id, const gchar *name, const gchar *blurb)
{
  g_object_class_install_property (class, id, g_param_spec_double (name, name, blurb, -1.0, G_MAXDOUBLE, -1.0,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
touchline_frame_meter_class_init (TouchlineFrameMeterClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (frame_meter_debug, "framemeter", 0, "counts frames");
  object_class->get_property = frame_meter_get_property;
  object_class->set_property = frame_meter_set_property;
  object_class->finalize = frame_meter_finalize;
  element_class->change_state = frame_meter_change_state;

  g_object_class_install_property (object_class, PROP_STATS, g_param_spec_string ("stats", "stats",
          "All counts as JSON, one consistent snapshot", NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  install_counter (object_class, PROP_FRAMES, "frames", "Frames since start");
  install_counter (object_class, PROP_BYTES, "bytes", "Bytes since start");
  install_counter (object_class, PROP_KEYFRAMES, "keyframes", "Frames that can be decoded on their own");
  install_counter (object_class, PROP_MISSED, "missed", "Frames that should have come between those that did");
  install_measure (object_class, PROP_LAST_FRAME_AGE_MS, "last-frame-age-ms",
      "Age of the newest frame in milliseconds, -1 before the first");
  install_measure (object_class, PROP_LARGEST_GAP_MS, "largest-gap-ms",
      "Longest time between two frames in milliseconds, -1 before the second");
  install_measure (object_class, PROP_FPS, "fps", "Frames per second over the last two seconds, -1 before the second");
  g_object_class_install_property (object_class, PROP_REQUEST_KEYFRAME, g_param_spec_boolean ("request-keyframe",
          "request-keyframe", "Set to true: asks the encoder before this element for a keyframe", FALSE,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Frame meter", "Generic",
      "Counts the frames and bytes that pass and knows the age of the newest", "Touchline");
}

static void
touchline_frame_meter_init (TouchlineFrameMeter *self)
{
  g_mutex_init (&self->lock);
  frame_counts_reset (&self->counts);
  self->frame_duration = GST_CLOCK_TIME_NONE;

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, frame_meter_chain);
  gst_pad_set_chain_list_function (self->sinkpad, frame_meter_chain_list);
  gst_pad_set_event_function (self->sinkpad, frame_meter_sink_event);
  /* What neighbours agree on (caps, buffer pools) is theirs alone. */
  GST_PAD_SET_PROXY_CAPS (self->sinkpad);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  GST_PAD_SET_PROXY_CAPS (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

gboolean
touchline_frame_meter_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "framemeter", GST_RANK_NONE, TOUCHLINE_TYPE_FRAME_METER);
}
