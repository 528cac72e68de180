/* loopfilesrc: a video file that behaves like a live camera.
 *
 * filesrc ! decodebin ! pacer. The first video stream of the file is decoded and delivered as raw video at its own
 * pace, for ever, on one continuous timeline; sound and further video streams are left alone. Like any live source it
 * delivers in PLAYING only (PAUSED returns NO_PREROLL), answers LATENCY as live and cannot be sought. EOS sent to it
 * (or to the pipeline) ends the stream at once, also while it waits for the time of its next frame.
 *
 * A file that is missing or unreadable, holds no video, or needs a decoder that is not installed is an element error
 * (the last also with GStreamer's missing-plugin message), never a source that stays silent.
 */

#include "loopfilesrc.h"
#include "looppacer.h"

GST_DEBUG_CATEGORY_STATIC (loop_file_src_debug);
#define GST_CAT_DEFAULT loop_file_src_debug

#define TOUCHLINE_TYPE_LOOP_FILE_SRC (touchline_loop_file_src_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineLoopFileSrc, touchline_loop_file_src, TOUCHLINE, LOOP_FILE_SRC, GstBin)

struct _TouchlineLoopFileSrc
{
  GstBin parent;
  GstElement *file;
  GstElement *decoder;
  TouchlineLoopPacer *pacer;
};

enum
{
  PROP_0,
  PROP_LOCATION
};

G_DEFINE_TYPE (TouchlineLoopFileSrc, touchline_loop_file_src, GST_TYPE_BIN)

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));

/* Sound and text are left undecoded: no work for them, and no error when their decoder is not installed. */
static gboolean
on_autoplug_continue (GstElement *decoder G_GNUC_UNUSED, GstPad *pad G_GNUC_UNUSED, GstCaps *caps,
    TouchlineLoopFileSrc *self G_GNUC_UNUSED)
{
  static const gchar *const ignored[] = { "audio/", "text/", "subpicture/", "closedcaption/" };
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++) {
    if (g_str_has_prefix (name, ignored[i]))
      return FALSE;
  }
  return TRUE;
}

static void
on_pad_added (GstElement *decoder G_GNUC_UNUSED, GstPad *pad, TouchlineLoopFileSrc *self)
{
  GstPad *sink = gst_element_get_static_pad (GST_ELEMENT (self->pacer), "sink");

  if (!gst_pad_is_linked (sink) && GST_PAD_LINK_FAILED (gst_pad_link (pad, sink)))
    GST_DEBUG_OBJECT (self, "%" GST_PTR_FORMAT " is no raw video", pad);
  gst_object_unref (sink);
}

static void
on_no_more_pads (GstElement *decoder G_GNUC_UNUSED, TouchlineLoopFileSrc *self)
{
  GstPad *sink = gst_element_get_static_pad (GST_ELEMENT (self->pacer), "sink");

  if (!gst_pad_is_linked (sink))
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("The file holds no video."), (NULL));
  gst_object_unref (sink);
}

static gboolean
loop_file_src_send_event (GstElement *element, GstEvent *event)
{
  TouchlineLoopFileSrc *self = TOUCHLINE_LOOP_FILE_SRC (element);
  gboolean handled = FALSE;

  /* Not the bin's way: it would send EOS into filesrc, and the end of the file is what makes this element start again.
   * */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    touchline_loop_pacer_finish (self->pacer);
    handled = TRUE;
  } else if (GST_EVENT_IS_DOWNSTREAM (event)) {
    GstPad *src = gst_element_get_static_pad (GST_ELEMENT (self->pacer), "src");

    handled = gst_pad_push_event (src, gst_event_ref (event));
    gst_object_unref (src);
  }
  gst_event_unref (event);
  return handled;
}

static void
loop_file_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LOCATION)
    g_object_set_property (G_OBJECT (TOUCHLINE_LOOP_FILE_SRC (object)->file), "location", value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
loop_file_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LOCATION)
    g_object_get_property (G_OBJECT (TOUCHLINE_LOOP_FILE_SRC (object)->file), "location", value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static GstStateChangeReturn
loop_file_src_change_state (GstElement *element, GstStateChange transition)
{
  TouchlineLoopFileSrc *self = TOUCHLINE_LOOP_FILE_SRC (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !self->decoder) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("The element \"decodebin\" is missing."),
        ("it comes with the GStreamer base plugins"));
    return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS (touchline_loop_file_src_parent_class)->change_state (element, transition);
}

static void
touchline_loop_file_src_class_init (TouchlineLoopFileSrcClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (loop_file_src_debug, "loopfilesrc", 0, "a file as a live camera");
  object_class->set_property = loop_file_src_set_property;
  object_class->get_property = loop_file_src_get_property;
  element_class->send_event = loop_file_src_send_event;
  element_class->change_state = loop_file_src_change_state;

  g_object_class_install_property (object_class, PROP_LOCATION, g_param_spec_string ("location", "location",
          "Path of the video file", NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Looped file source", "Source/File/Video",
      "Plays a video file for ever, as if it were a live camera", "Touchline");
}

static void
touchline_loop_file_src_init (TouchlineLoopFileSrc *self)
{
  GstPad *src;

  self->file = gst_element_factory_make ("filesrc", "file");
  self->decoder = gst_element_factory_make ("decodebin", "decoder");
  self->pacer = g_object_new (TOUCHLINE_TYPE_LOOP_PACER, "name", "pacer", NULL);
  gst_bin_add_many (GST_BIN (self), self->file, GST_ELEMENT (self->pacer), NULL);
  if (self->decoder) {
    gst_bin_add (GST_BIN (self), self->decoder);
    gst_element_link (self->file, self->decoder);
    g_signal_connect (self->decoder, "autoplug-continue", G_CALLBACK (on_autoplug_continue), self);
    g_signal_connect (self->decoder, "pad-added", G_CALLBACK (on_pad_added), self);
    g_signal_connect (self->decoder, "no-more-pads", G_CALLBACK (on_no_more_pads), self);
  }
  src = gst_element_get_static_pad (GST_ELEMENT (self->pacer), "src");
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new_from_template ("src", src,
          gst_static_pad_template_get (&src_template)));
  gst_object_unref (src);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SINK);
}

gboolean
touchline_loop_file_src_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "loopfilesrc", GST_RANK_NONE, TOUCHLINE_TYPE_LOOP_FILE_SRC);
}
