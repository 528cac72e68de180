/* frametap: lets another pipeline of the process look at what passes (`tapsrc` with the same `channel`).
 *
 * It stands in recordings, so it takes no part in anything: buffers and events go on unaltered and at once, flow
 * returns are those of the elements behind it, and there is no branch that could block, fail, need a preroll or hold
 * back the end of the stream. Without a reader a buffer costs an uncontended lock.
 *
 * `frames` is how many of the newest frames it holds for a reader: one for raw pictures, where only the newest counts;
 * several for an encoded stream, of which a reader wants each.
 */

#include "frametap.h"
#include "tap-channel.h"

#define DEFAULT_CHANNEL "monitor"
#define DEFAULT_FRAMES 1

struct _TouchlineFrameTap
{
  GstElement parent;
  GstPad *sinkpad;
  GstPad *srcpad;
  gchar *channel_name;
  guint frames;
  /* From READY on. */
  TapChannel *channel;
};

enum
{
  PROP_0,
  PROP_CHANNEL,
  PROP_FRAMES
};

G_DEFINE_TYPE (TouchlineFrameTap, touchline_frame_tap, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
frame_tap_chain (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBuffer *buffer)
{
  TouchlineFrameTap *self = TOUCHLINE_FRAME_TAP (parent);

  tap_channel_offer (self->channel, buffer, self->frames);
  return gst_pad_push (self->srcpad, buffer);
}

static GstFlowReturn
frame_tap_chain_list (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBufferList *list)
{
  TouchlineFrameTap *self = TOUCHLINE_FRAME_TAP (parent);
  guint length = gst_buffer_list_length (list);

  for (guint i = 0; i < length; i++)
    tap_channel_offer (self->channel, gst_buffer_list_get (list, i), self->frames);
  return gst_pad_push_list (self->srcpad, list);
}

static gboolean
frame_tap_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstCaps *caps;

    gst_event_parse_caps (event, &caps);
    tap_channel_set_caps (TOUCHLINE_FRAME_TAP (parent)->channel, caps);
  }
  return gst_pad_event_default (pad, parent, event);
}

static GstStateChangeReturn
frame_tap_change_state (GstElement *element, GstStateChange transition)
{
  TouchlineFrameTap *self = TOUCHLINE_FRAME_TAP (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && self->channel == NULL)
    self->channel = tap_channel_get (self->channel_name);
  result = GST_ELEMENT_CLASS (touchline_frame_tap_parent_class)->change_state (element, transition);
  /* Hardware buffers must be back before their owner is closed. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    tap_channel_clear (self->channel);
  return result;
}

static void
frame_tap_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TouchlineFrameTap *self = TOUCHLINE_FRAME_TAP (object);

  switch (id) {
    case PROP_CHANNEL:
      g_free (self->channel_name);
      self->channel_name = g_value_dup_string (value);
      break;
    case PROP_FRAMES:
      self->frames = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
frame_tap_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TouchlineFrameTap *self = TOUCHLINE_FRAME_TAP (object);

  switch (id) {
    case PROP_CHANNEL:
      g_value_set_string (value, self->channel_name);
      break;
    case PROP_FRAMES:
      g_value_set_uint (value, self->frames);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
frame_tap_finalize (GObject *object)
{
  TouchlineFrameTap *self = TOUCHLINE_FRAME_TAP (object);

  g_clear_pointer (&self->channel, tap_channel_unref);
  g_free (self->channel_name);
  G_OBJECT_CLASS (touchline_frame_tap_parent_class)->finalize (object);
}

static void
touchline_frame_tap_class_init (TouchlineFrameTapClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  object_class->set_property = frame_tap_set_property;
  object_class->get_property = frame_tap_get_property;
  object_class->finalize = frame_tap_finalize;
  element_class->change_state = frame_tap_change_state;

  g_object_class_install_property (object_class, PROP_CHANNEL, g_param_spec_string ("channel", "channel",
          "Name by which a tapsrc of this process finds it", DEFAULT_CHANNEL, flags));
  g_object_class_install_property (object_class, PROP_FRAMES, g_param_spec_uint ("frames", "frames",
          "How many of the newest frames a reader finds", 1, 300, DEFAULT_FRAMES, flags));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Frame tap", "Generic",
      "Lets another pipeline look at the frames that pass", "Touchline");
}

static void
touchline_frame_tap_init (TouchlineFrameTap *self)
{
  self->channel_name = g_strdup (DEFAULT_CHANNEL);
  self->frames = DEFAULT_FRAMES;

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, frame_tap_chain);
  gst_pad_set_chain_list_function (self->sinkpad, frame_tap_chain_list);
  gst_pad_set_event_function (self->sinkpad, frame_tap_sink_event);
  /* What neighbours agree on (caps, buffer pools) is theirs alone. */
  GST_PAD_SET_PROXY_CAPS (self->sinkpad);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  GST_PAD_SET_PROXY_CAPS (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

gboolean
touchline_frame_tap_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "frametap", GST_RANK_NONE, TOUCHLINE_TYPE_FRAME_TAP);
}
