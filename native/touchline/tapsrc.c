/* tapsrc: the frames that pass a `frametap` of this process, as a live source of another pipeline.
 *
 * The two pipelines share nothing else: this one may be slow, stop, fail or hang without the other one noticing. It
 * takes what it can use: the newest frame, `max-rate` times a second at most, only those that can be decoded alone with
 * `keyframes-only`. With `paused` it takes nothing and the tap holds nothing for it; the pipeline stays as it is, so
 * that going on needs no change of state.
 *
 * `nice` is for its streaming thread, which is its own and ends with it, and so for all that works in it and for the threads
 * that an encoder starts there.
 */

#include "tapsrc.h"
#include "nice-pool.h"
#include "tap-channel.h"

#define DEFAULT_CHANNEL "monitor"
#define DEFAULT_NICE 10

struct _TouchlineTapSrc
{
  GstPushSrc parent;
  gchar *channel_name;
  guint max_rate;
  gboolean keyframes_only;
  gboolean paused;
  gint nice;

  /* From READY on. */
  TapChannel *channel;
  TapReader reader;
  gboolean started;
  GstCaps *caps;
  gint64 due_us;
};

enum
{
  PROP_0,
  PROP_CHANNEL,
  PROP_MAX_RATE,
  PROP_KEYFRAMES_ONLY,
  PROP_PAUSED,
  PROP_NICE
};

G_DEFINE_TYPE (TouchlineTapSrc, touchline_tap_src, GST_TYPE_PUSH_SRC)

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
follow_paused (TouchlineTapSrc *self)
{
  if (self->channel != NULL)
    tap_channel_set_reading (self->channel, &self->reader, self->started && !self->paused);
}

static gboolean
tap_src_start (GstBaseSrc *source)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (source);

  if (self->channel == NULL)
    self->channel = tap_channel_get (self->channel_name);
  GST_OBJECT_LOCK (self);
  self->started = TRUE;
  follow_paused (self);
  GST_OBJECT_UNLOCK (self);
  self->due_us = 0;
  return TRUE;
}

static gboolean
tap_src_stop (GstBaseSrc *source)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (source);

  GST_OBJECT_LOCK (self);
  self->started = FALSE;
  follow_paused (self);
  GST_OBJECT_UNLOCK (self);
  gst_caps_replace (&self->caps, NULL);
  return TRUE;
}

static gboolean
tap_src_unlock (GstBaseSrc *source)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (source);

  tap_channel_set_flushing (self->channel, &self->reader, TRUE);
  return TRUE;
}

static gboolean
tap_src_unlock_stop (GstBaseSrc *source)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (source);

  tap_channel_set_flushing (self->channel, &self->reader, FALSE);
  return TRUE;
}

/* The caps are those of the frames, and come with the first. */
static gboolean
tap_src_negotiate (GstBaseSrc *source G_GNUC_UNUSED)
{
  return TRUE;
}

/* The streaming thread is made just after this message. */
static gboolean
tap_src_post_message (GstElement *element, GstMessage *message)
{
  GstStreamStatusType type;
  GstElement *owner;
  const GValue *object;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_STATUS) {
    gst_message_parse_stream_status (message, &type, &owner);
    object = gst_message_get_stream_status_object (message);
    if (type == GST_STREAM_STATUS_TYPE_CREATE && object != NULL && G_VALUE_HOLDS (object, GST_TYPE_TASK)) {
      GstTaskPool *pool = touchline_nice_pool_new (TOUCHLINE_TAP_SRC (element)->nice);

      gst_task_set_pool (GST_TASK (g_value_get_object (object)), pool);
      gst_object_unref (pool);
    }
  }
  return GST_ELEMENT_CLASS (touchline_tap_src_parent_class)->post_message (element, message);
}

/* The picture is shared, not copied. The original stays out of its pool until the copy is gone. NULL where its memory can
 * neither be shared nor copied. */
static GstBuffer *
copy_of (GstBuffer *original)
{
  GstBuffer *copy = gst_buffer_copy (original);

  if (copy != NULL) {
    gst_buffer_add_parent_buffer_meta (copy, original);
    GST_BUFFER_PTS (copy) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DTS (copy) = GST_CLOCK_TIME_NONE;
  }
  gst_buffer_unref (original);
  return copy;
}

static GstFlowReturn
tap_src_create (GstPushSrc *source, GstBuffer **buffer)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (source);
  GstCaps *caps = NULL;

  if (tap_channel_take (self->channel, &self->reader, self->due_us, self->keyframes_only, buffer, &caps) == TAP_FLUSHING)
    return GST_FLOW_FLUSHING;
  *buffer = copy_of (*buffer);
  if (*buffer == NULL) {
    g_clear_pointer (&caps, gst_caps_unref);
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED, ("The frames cannot be looked at."), ("their memory cannot be shared"));
    return GST_FLOW_ERROR;
  }
  if (self->max_rate > 0) {
    gint64 interval_us = G_USEC_PER_SEC / self->max_rate;
    gint64 now_us = g_get_monotonic_time ();

    self->due_us = self->due_us + interval_us > now_us ? self->due_us + interval_us : now_us + interval_us;
  }
  if (caps != NULL && (self->caps == NULL || !gst_caps_is_equal (caps, self->caps))) {
    gst_caps_replace (&self->caps, caps);
    if (!gst_base_src_set_caps (GST_BASE_SRC (self), caps)) {
      gst_caps_unref (caps);
      gst_clear_buffer (buffer);
      return GST_FLOW_NOT_NEGOTIATED;
    }
  }
  if (caps != NULL)
    gst_caps_unref (caps);
  return GST_FLOW_OK;
}

static void
tap_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (object);

  switch (id) {
    case PROP_CHANNEL:
      g_free (self->channel_name);
      self->channel_name = g_value_dup_string (value);
      break;
    case PROP_MAX_RATE:
      self->max_rate = g_value_get_uint (value);
      break;
    case PROP_KEYFRAMES_ONLY:
      self->keyframes_only = g_value_get_boolean (value);
      break;
    case PROP_PAUSED:
      GST_OBJECT_LOCK (self);
      self->paused = g_value_get_boolean (value);
      follow_paused (self);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_NICE:
      self->nice = g_value_get_int (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
tap_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (object);

  switch (id) {
    case PROP_CHANNEL:
      g_value_set_string (value, self->channel_name);
      break;
    case PROP_MAX_RATE:
      g_value_set_uint (value, self->max_rate);
      break;
    case PROP_KEYFRAMES_ONLY:
      g_value_set_boolean (value, self->keyframes_only);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_NICE:
      g_value_set_int (value, self->nice);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
tap_src_finalize (GObject *object)
{
  TouchlineTapSrc *self = TOUCHLINE_TAP_SRC (object);

  g_clear_pointer (&self->channel, tap_channel_unref);
  g_free (self->channel_name);
  G_OBJECT_CLASS (touchline_tap_src_parent_class)->finalize (object);
}

static void
touchline_tap_src_class_init (TouchlineTapSrcClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseSrcClass *source_class = GST_BASE_SRC_CLASS (class);
  GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  object_class->set_property = tap_src_set_property;
  object_class->get_property = tap_src_get_property;
  object_class->finalize = tap_src_finalize;
  element_class->post_message = tap_src_post_message;
  source_class->start = tap_src_start;
  source_class->stop = tap_src_stop;
  source_class->unlock = tap_src_unlock;
  source_class->unlock_stop = tap_src_unlock_stop;
  source_class->negotiate = tap_src_negotiate;
  GST_PUSH_SRC_CLASS (class)->create = tap_src_create;

  g_object_class_install_property (object_class, PROP_CHANNEL, g_param_spec_string ("channel", "channel",
          "Name of the frametap", DEFAULT_CHANNEL, ready));
  g_object_class_install_property (object_class, PROP_MAX_RATE, g_param_spec_uint ("max-rate", "max-rate",
          "Frames per second at most, 0 = as they come", 0, 240, 0, playing));
  g_object_class_install_property (object_class, PROP_KEYFRAMES_ONLY, g_param_spec_boolean ("keyframes-only",
          "keyframes-only", "Leave out what cannot be decoded alone", FALSE, ready));
  g_object_class_install_property (object_class, PROP_PAUSED, g_param_spec_boolean ("paused", "paused",
          "Take nothing for the time being", FALSE, playing));
  g_object_class_install_property (object_class, PROP_NICE, g_param_spec_int ("nice", "nice",
          "Priority of the streaming thread, as in nice(2)", 0, 19, DEFAULT_NICE, ready));

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Tap source", "Source",
      "The frames that pass a frametap of this process", "Touchline");
}

static void
touchline_tap_src_init (TouchlineTapSrc *self)
{
  self->channel_name = g_strdup (DEFAULT_CHANNEL);
  self->nice = DEFAULT_NICE;
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp (GST_BASE_SRC (self), TRUE);
}

gboolean
touchline_tap_src_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "tapsrc", GST_RANK_NONE, TOUCHLINE_TYPE_TAP_SRC);
}
