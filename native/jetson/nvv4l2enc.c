/* nvv4l2h264enc and nvv4l2h265enc: stand in for NVENC, on x264enc and x265enc.
 *
 * Taken over: bitrate (also while playing), idrinterval, insert-sps-pps, insert-aud (H.264), profile (H.264, in the
 * caps) and force-key-unit events. A keyframe comes every idrinterval frames; the I frames of iframeinterval in between
 * are none that one could cut at, and the software encoders make none. All other properties are accepted and change
 * nothing.
 *
 * With TOUCHLINE_TEST_JETSON_NO_NVENC=1 the encoder does not open, as on an Orin Nano, which has the element but no NVENC.
 */

#include <gst/gst.h>

#include "nvmm.h"
#include "options.h"
#include "parametersets.h"
#include "unwrap.h"

typedef struct
{
  const gchar *name;
  const gchar *type_name;
  const gchar *encoder;
  const gchar *long_name;
  const gchar *caps;
  JetsonCodec codec;
  guint option_count;
} Kind;

enum
{
  BITRATE = 1, PEAK_BITRATE, CONTROL_RATE, PRESET_LEVEL, IFRAMEINTERVAL, IDRINTERVAL, INSERT_SPS_PPS, INSERT_AUD,
  INSERT_VUI, MAXPERF_ENABLE, NUM_B_FRAMES, QP_RANGE, VBV_SIZE, TWO_PASS_CBR, MEASURE_LATENCY, RATECONTROL_ENABLE,
  SLICE_INTRA_REFRESH,
  /* H.264 only. */
  PROFILE, DISABLE_CABAC, POC_TYPE
};

static const GEnumValue control_rates[] = {
  {0, "variable", "variable_bitrate"}, {1, "constant", "constant_bitrate"}, {0, NULL, NULL}
};

static const GEnumValue presets[] = {
  {0, "disabled", "DisablePreset"}, {1, "ultrafast", "UltraFastPreset"}, {2, "fast", "FastPreset"},
  {3, "medium", "MediumPreset"}, {4, "slow", "SlowPreset"}, {0, NULL, NULL}
};

static const GEnumValue profiles[] = {
  {0, "baseline", "Baseline"}, {2, "main", "Main"}, {4, "high", "High"}, {0, NULL, NULL}
};

static const JetsonOption options[] = {
  NUMBER_OPTION ("bitrate", OPTION_UINT, 0, G_MAXUINT, 4000000, TRUE),
  NUMBER_OPTION ("peak-bitrate", OPTION_UINT, 0, G_MAXUINT, 0, TRUE),
  ENUM_OPTION ("control-rate", "JetsonControlRate", control_rates, 1, FALSE),
  ENUM_OPTION ("preset-level", "JetsonPresetLevel", presets, 1, FALSE),
  NUMBER_OPTION ("iframeinterval", OPTION_UINT, 0, G_MAXUINT, 30, FALSE),
  NUMBER_OPTION ("idrinterval", OPTION_UINT, 0, G_MAXUINT, 256, FALSE),
  BOOLEAN_OPTION ("insert-sps-pps", FALSE, FALSE),
  BOOLEAN_OPTION ("insert-aud", FALSE, FALSE),
  BOOLEAN_OPTION ("insert-vui", FALSE, FALSE),
  BOOLEAN_OPTION ("maxperf-enable", FALSE, FALSE),
  NUMBER_OPTION ("num-B-Frames", OPTION_UINT, 0, 2, 0, FALSE),
  STRING_OPTION ("qp-range", FALSE),
  NUMBER_OPTION ("vbv-size", OPTION_UINT, 0, G_MAXUINT, 4000000, FALSE),
  BOOLEAN_OPTION ("EnableTwopassCBR", FALSE, FALSE),
  BOOLEAN_OPTION ("MeasureEncoderLatency", FALSE, FALSE),
  BOOLEAN_OPTION ("ratecontrol-enable", TRUE, FALSE),
  NUMBER_OPTION ("SliceIntraRefreshInterval", OPTION_UINT, 0, G_MAXUINT, 0, FALSE),
  ENUM_OPTION ("profile", "JetsonH264Profile", profiles, 0, FALSE),
  BOOLEAN_OPTION ("disable-cabac", FALSE, FALSE),
  NUMBER_OPTION ("poc-type", OPTION_UINT, 0, 2, 0, FALSE),
};

static const Kind kinds[] = {
  {"nvv4l2h264enc", "JetsonH264Enc", "x264enc", "V4L2 H.264 Encoder (stand-in)",
      "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au", JETSON_H264, POC_TYPE},
  {"nvv4l2h265enc", "JetsonH265Enc", "x265enc", "V4L2 H.265 Encoder (stand-in)",
      "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au", JETSON_H265, SLICE_INTRA_REFRESH},
};

typedef struct
{
  GstBin parent;
  const Kind *kind;
  JetsonValues *values;
  GstElement *encoder;
  GstElement *filter;
  /* Streaming thread only: the headers that every stream begins with have been sent. */
  gboolean headers_sent;
} JetsonEnc;

typedef struct
{
  GstBinClass parent;
  const Kind *kind;
} JetsonEncClass;

static gpointer enc_parent_class;

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (NVMM_CAPS ("{ NV12, I420 }")));

static GstPadProbeReturn
on_encoded (GstPad *pad G_GNUC_UNUSED, GstPadProbeInfo *info, gpointer data)
{
  JetsonEnc *self = data;

  if (self->headers_sent && !jetson_values_number (self->values, INSERT_SPS_PPS))
    info->data = jetson_without_parameter_sets (GST_PAD_PROBE_INFO_BUFFER (info), self->kind->codec);
  self->headers_sent = TRUE;
  return GST_PAD_PROBE_OK;
}

static void
set_bitrate (JetsonEnc *self)
{
  guint kbps = jetson_values_number (self->values, BITRATE) / 1000;

  g_object_set (self->encoder, "bitrate", MAX (kbps, 1), NULL);
}

static void
configure (JetsonEnc *self)
{
  static const gchar *const profile_names[] = { "{ baseline, constrained-baseline }", "main", "high" };
  gint interval = CLAMP (jetson_values_number (self->values, IDRINTERVAL), 1, G_MAXINT);
  g_autofree gchar *profile = NULL;
  g_autofree gchar *text = NULL;
  GstCaps *caps;

  gst_util_set_object_arg (G_OBJECT (self->encoder), "tune", "zerolatency");
  gst_util_set_object_arg (G_OBJECT (self->encoder), "speed-preset", "ultrafast");
  g_object_set (self->encoder, "key-int-max", interval, NULL);
  set_bitrate (self);
  if (self->kind->codec == JETSON_H264) {
    gint choice = jetson_values_number (self->values, PROFILE);

    profile = g_strdup_printf (", profile=(string)%s", profile_names[choice / 2]);
    g_object_set (self->encoder, "aud", jetson_values_number (self->values, INSERT_AUD) != 0, NULL);
  } else {
    g_object_set (self->encoder, "option-string", "repeat-headers=1:log-level=error", NULL);
  }
  text = g_strconcat (self->kind->caps, profile, NULL);
  caps = gst_caps_from_string (text);
  g_object_set (self->filter, "caps", caps, NULL);
  gst_caps_unref (caps);
}

static gboolean
open_encoder (JetsonEnc *self)
{
  if (g_strcmp0 (g_getenv ("TOUCHLINE_TEST_JETSON_NO_NVENC"), "1") == 0) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE,
        ("Could not open device '/dev/nvhost-msenc' for reading and writing."), ("this board has no NVENC"));
    return FALSE;
  }
  if (!self->encoder) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("The stand-in needs the element \"%s\".", self->kind->encoder),
        (NULL));
    return FALSE;
  }
  return TRUE;
}

static GstStateChangeReturn
enc_change_state (GstElement *element, GstStateChange transition)
{
  JetsonEnc *self = (JetsonEnc *) element;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open_encoder (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->headers_sent = FALSE;
    configure (self);
  }
  return GST_ELEMENT_CLASS (enc_parent_class)->change_state (element, transition);
}

static void
enc_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  JetsonEnc *self = (JetsonEnc *) object;

  if (!jetson_values_set (self->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (id == BITRATE && self->encoder)
    set_bitrate (self);
}

static void
enc_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (!jetson_values_get (((JetsonEnc *) object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
enc_finalize (GObject *object)
{
  jetson_values_free (((JetsonEnc *) object)->values);
  G_OBJECT_CLASS (enc_parent_class)->finalize (object);
}

static void
enc_class_init (gpointer class, gpointer data)
{
  const Kind *kind = data;
  GObjectClass *object_class = class;
  GstElementClass *element_class = class;
  GstCaps *caps = gst_caps_from_string (kind->caps);

  enc_parent_class = g_type_class_peek_parent (class);
  ((JetsonEncClass *) class)->kind = kind;
  object_class->set_property = enc_set_property;
  object_class->get_property = enc_get_property;
  object_class->finalize = enc_finalize;
  element_class->change_state = enc_change_state;
  jetson_options_install (object_class, options, kind->option_count);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_pad_template (element_class, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref (caps);
  gst_element_class_set_static_metadata (element_class, kind->long_name, "Codec/Encoder/Video",
      "Stands in for NVIDIA's hardware encoder in tests", "Touchline");
}

static void
add_ghost (JetsonEnc *self, GstElement *element, const gchar *name)
{
  GstPad *target = gst_element_get_static_pad (element, name);
  GstPadTemplate *template = gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name);

  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new_from_template (name, target, template));
  gst_object_unref (target);
}

static void
enc_init (GTypeInstance *instance, gpointer class)
{
  JetsonEnc *self = (JetsonEnc *) instance;
  GstElement *unwrap = g_object_new (JETSON_TYPE_UNWRAP, "name", "unwrap", NULL);
  /* x265enc takes no NV12. */
  GstElement *converter = gst_element_factory_make ("videoconvert", "converter");

  self->kind = ((JetsonEncClass *) class)->kind;
  self->values = jetson_values_new (options, self->kind->option_count);
  self->encoder = gst_element_factory_make (self->kind->encoder, "encoder");
  self->filter = gst_element_factory_make ("capsfilter", "profile");
  gst_bin_add_many (GST_BIN (self), unwrap, self->filter, NULL);
  if (self->encoder && converter) {
    GstPad *encoded = gst_element_get_static_pad (self->encoder, "src");

    gst_bin_add_many (GST_BIN (self), converter, self->encoder, NULL);
    gst_element_link_many (unwrap, converter, self->encoder, self->filter, NULL);
    gst_pad_add_probe (encoded, GST_PAD_PROBE_TYPE_BUFFER, on_encoded, self, NULL);
    gst_object_unref (encoded);
  }
  add_ghost (self, unwrap, "sink");
  add_ghost (self, self->filter, "src");
}

gboolean
jetson_encoders_register (GstPlugin *plugin)
{
  gboolean registered = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    GTypeInfo info = {
      .class_size = sizeof (JetsonEncClass),
      .class_init = enc_class_init,
      .class_data = &kinds[i],
      .instance_size = sizeof (JetsonEnc),
      .instance_init = enc_init,
    };
    GType type = g_type_register_static (GST_TYPE_BIN, kinds[i].type_name, &info, 0);

    registered = gst_element_register (plugin, kinds[i].name, GST_RANK_NONE, type) && registered;
  }
  return registered;
}
