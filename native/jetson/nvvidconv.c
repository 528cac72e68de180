/* nvvidconv: stands in for the converter on VIC. Converts, scales, crops and flips between memory:NVMM and NVMM or
 * system memory; not from system memory to system memory, which the real one refuses as well.
 *
 * left, right, top and bottom are the edges of the rectangle that is kept (right and bottom excluded), all 0 for the
 * whole picture. A rectangle that is empty or reaches beyond the picture is an error. Without a size in the caps that
 * follow, the output has the rectangle's size.
 */

#include <gst/video/gstvideofilter.h>
#include <gst/video/video.h>

#include "flip.h"
#include "nvmm.h"
#include "options.h"

#define FORMATS "{ NV12, I420, BGRx, RGBA, GRAY8, P010_10LE }"

enum
{
  LEFT = 1, RIGHT, TOP, BOTTOM, FLIP_METHOD, INTERPOLATION_METHOD, OUTPUT_BUFFERS, COMPUTE_HW, SILENT, BL_OUTPUT
};

static const GEnumValue flips[] = {
  {0, "none", "none"}, {1, "counterclockwise", "counterclockwise"}, {2, "rotate-180", "rotate-180"},
  {3, "clockwise", "clockwise"}, {4, "horizontal-flip", "horizontal-flip"},
  {5, "upper-right-diagonal", "upper-right-diagonal"}, {6, "vertical-flip", "vertical-flip"},
  {7, "upper-left-diagonal", "upper-left-diagonal"}, {0, NULL, NULL}
};

static const GEnumValue interpolations[] = {
  {0, "Nearest", "Nearest"}, {1, "Bilinear", "Bilinear"}, {2, "5-Tap", "5-Tap"}, {3, "10-Tap", "10-Tap"},
  {4, "Smart", "Smart"}, {5, "Nicest", "Nicest"}, {6, "Default", "Default"}, {0, NULL, NULL}
};

static const GEnumValue units[] = { {0, "Default", "Default"}, {1, "GPU", "GPU"}, {2, "VIC", "VIC"}, {0, NULL, NULL} };

static const JetsonOption options[] = {
  NUMBER_OPTION ("left", OPTION_INT, 0, G_MAXINT, 0, FALSE),
  NUMBER_OPTION ("right", OPTION_INT, 0, G_MAXINT, 0, FALSE),
  NUMBER_OPTION ("top", OPTION_INT, 0, G_MAXINT, 0, FALSE),
  NUMBER_OPTION ("bottom", OPTION_INT, 0, G_MAXINT, 0, FALSE),
  ENUM_OPTION ("flip-method", "JetsonFlipMethod", flips, 0, FALSE),
  ENUM_OPTION ("interpolation-method", "JetsonInterpolation", interpolations, 0, FALSE),
  NUMBER_OPTION ("output-buffers", OPTION_UINT, 1, G_MAXUINT, 4, FALSE),
  ENUM_OPTION ("compute-hw", "JetsonComputeUnit", units, 0, FALSE),
  BOOLEAN_OPTION ("silent", FALSE, FALSE),
  BOOLEAN_OPTION ("bl-output", TRUE, FALSE),
};

#define JETSON_TYPE_VIDCONV (jetson_vidconv_get_type ())
G_DECLARE_FINAL_TYPE (JetsonVidconv, jetson_vidconv, JETSON, VIDCONV, GstVideoFilter)

struct _JetsonVidconv
{
  GstVideoFilter parent;
  JetsonValues *values;
  /* Streaming thread only. `upright` is the scaled picture before it is flipped. */
  JetsonFlip flip;
  GstVideoConverter *converter;
  GstVideoInfo upright_info;
  GstBuffer *upright;
};

G_DEFINE_TYPE (JetsonVidconv, jetson_vidconv, GST_TYPE_VIDEO_FILTER)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (NVMM_CAPS (FORMATS) "; " GST_VIDEO_CAPS_MAKE (FORMATS)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (NVMM_CAPS (FORMATS) "; " GST_VIDEO_CAPS_MAKE (FORMATS)));

typedef struct
{
  gint x, y, width, height;
} Rectangle;

/* What is kept of a picture of this size; FALSE when the edges make no rectangle inside it. */
static gboolean
kept_rectangle (JetsonVidconv *self, gint width, gint height, Rectangle *kept)
{
  gint left = jetson_values_number (self->values, LEFT), right = jetson_values_number (self->values, RIGHT);
  gint top = jetson_values_number (self->values, TOP), bottom = jetson_values_number (self->values, BOTTOM);

  if (left == 0 && right == 0 && top == 0 && bottom == 0) {
    *kept = (Rectangle) { 0, 0, width, height };
    return TRUE;
  }
  *kept = (Rectangle) { left, top, right - left, bottom - top };
  return kept->width > 0 && kept->height > 0 && right <= width && bottom <= height;
}

static gboolean
is_nvmm (GstCapsFeatures *features)
{
  return gst_caps_features_contains (features, NVMM_FEATURE);
}

static void
append_with (GstCaps *caps, const GstStructure *fields, const gchar *feature)
{
  GstStructure *copy = gst_structure_copy (fields);

  gst_structure_remove_fields (copy, "format", "width", "height", "pixel-aspect-ratio", "colorimetry", "chroma-site",
      NULL);
  gst_structure_set (copy, "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height", GST_TYPE_INT_RANGE, 1, G_MAXINT, NULL);
  gst_caps_append_structure_full (caps, copy, feature ? gst_caps_features_new (feature, NULL) : NULL);
}

/* The same in both directions: what is on one side in system memory is on the other in NVMM. */
static GstCaps *
vidconv_transform_caps (GstBaseTransform *base G_GNUC_UNUSED, GstPadDirection direction G_GNUC_UNUSED, GstCaps *caps,
    GstCaps *filter)
{
  GstCaps *others = gst_caps_new_empty (), *result;

  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    const GstStructure *fields = gst_caps_get_structure (caps, i);

    append_with (others, fields, NVMM_FEATURE);
    if (is_nvmm (gst_caps_get_features (caps, i)))
      append_with (others, fields, NULL);
  }
  others = gst_caps_simplify (others);
  if (!filter)
    return others;
  result = gst_caps_intersect_full (filter, others, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (others);
  return result;
}

static GstCaps *
vidconv_fixate_caps (GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *others)
{
  JetsonVidconv *self = JETSON_VIDCONV (base);
  GstStructure *fields;
  GstVideoInfo info;
  Rectangle kept;

  others = gst_caps_truncate (gst_caps_make_writable (others));
  fields = gst_caps_get_structure (others, 0);
  if (gst_video_info_from_caps (&info, caps)) {
    gint width = GST_VIDEO_INFO_WIDTH (&info), height = GST_VIDEO_INFO_HEIGHT (&info);

    if (direction == GST_PAD_SINK && kept_rectangle (self, width, height, &kept)) {
      gboolean transposed = jetson_flip_transposes (jetson_values_number (self->values, FLIP_METHOD));

      width = transposed ? kept.height : kept.width;
      height = transposed ? kept.width : kept.height;
    }
    gst_structure_fixate_field_nearest_int (fields, "width", width);
    gst_structure_fixate_field_nearest_int (fields, "height", height);
    if (gst_structure_has_field (fields, "format"))
      gst_structure_fixate_field_string (fields, "format", GST_VIDEO_INFO_NAME (&info));
    else
      gst_structure_set (fields, "format", G_TYPE_STRING, GST_VIDEO_INFO_NAME (&info), NULL);
  }
  return gst_caps_fixate (others);
}

static void
drop_converter (JetsonVidconv *self)
{
  g_clear_pointer (&self->converter, gst_video_converter_free);
  gst_clear_buffer (&self->upright);
}

static gboolean
vidconv_set_info (GstVideoFilter *filter, GstCaps *incaps, GstVideoInfo *in, GstCaps *outcaps, GstVideoInfo *out)
{
  JetsonVidconv *self = JETSON_VIDCONV (filter);
  gint width = GST_VIDEO_INFO_WIDTH (in), height = GST_VIDEO_INFO_HEIGHT (in);
  Rectangle kept;
  gboolean whole;

  drop_converter (self);
  if (!kept_rectangle (self, width, height, &kept)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("The crop rectangle does not fit the picture."),
        ("left=%d right=%d top=%d bottom=%d of %dx%d", (gint) jetson_values_number (self->values, LEFT),
            (gint) jetson_values_number (self->values, RIGHT), (gint) jetson_values_number (self->values, TOP),
            (gint) jetson_values_number (self->values, BOTTOM), width, height));
    return FALSE;
  }
  whole = kept.width == width && kept.height == height;
  self->flip = jetson_values_number (self->values, FLIP_METHOD);
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self),
      whole && self->flip == FLIP_NONE && gst_caps_is_equal (incaps, outcaps));

  self->upright_info = *out;
  if (self->flip != FLIP_NONE) {
    gboolean transposed = jetson_flip_transposes (self->flip);

    gst_video_info_set_format (&self->upright_info, GST_VIDEO_INFO_FORMAT (out),
        transposed ? GST_VIDEO_INFO_HEIGHT (out) : GST_VIDEO_INFO_WIDTH (out),
        transposed ? GST_VIDEO_INFO_WIDTH (out) : GST_VIDEO_INFO_HEIGHT (out));
    self->upright_info.colorimetry = out->colorimetry;
    GST_VIDEO_INFO_FPS_N (&self->upright_info) = GST_VIDEO_INFO_FPS_N (out);
    GST_VIDEO_INFO_FPS_D (&self->upright_info) = GST_VIDEO_INFO_FPS_D (out);
    self->upright = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&self->upright_info), NULL);
  }
  self->converter = gst_video_converter_new (in, &self->upright_info, gst_structure_new ("options",
          GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, kept.x, GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, kept.y,
          GST_VIDEO_CONVERTER_OPT_SRC_WIDTH, G_TYPE_INT, kept.width,
          GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, kept.height, NULL));
  return self->converter != NULL;
}

static GstFlowReturn
vidconv_transform_frame (GstVideoFilter *filter, GstVideoFrame *in, GstVideoFrame *out)
{
  JetsonVidconv *self = JETSON_VIDCONV (filter);
  GstVideoFrame upright;

  if (self->flip == FLIP_NONE) {
    gst_video_converter_frame (self->converter, in, out);
    return GST_FLOW_OK;
  }
  if (!gst_video_frame_map (&upright, &self->upright_info, self->upright, GST_MAP_READWRITE))
    return GST_FLOW_ERROR;
  gst_video_converter_frame (self->converter, in, &upright);
  jetson_flip_frame (self->flip, &upright, out);
  gst_video_frame_unmap (&upright);
  return GST_FLOW_OK;
}

static gboolean
vidconv_stop (GstBaseTransform *base)
{
  drop_converter (JETSON_VIDCONV (base));
  return TRUE;
}

static void
vidconv_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (!jetson_values_set (JETSON_VIDCONV (object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
vidconv_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (!jetson_values_get (JETSON_VIDCONV (object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
vidconv_finalize (GObject *object)
{
  JetsonVidconv *self = JETSON_VIDCONV (object);

  drop_converter (self);
  jetson_values_free (self->values);
  G_OBJECT_CLASS (jetson_vidconv_parent_class)->finalize (object);
}

static void
jetson_vidconv_class_init (JetsonVidconvClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  object_class->set_property = vidconv_set_property;
  object_class->get_property = vidconv_get_property;
  object_class->finalize = vidconv_finalize;
  jetson_options_install (object_class, options, G_N_ELEMENTS (options));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "NvVidConv (stand-in)", "Filter/Converter/Video/Scaler",
      "Stands in for NVIDIA's converter in tests", "Touchline");
  transform_class->transform_caps = vidconv_transform_caps;
  transform_class->fixate_caps = vidconv_fixate_caps;
  transform_class->stop = vidconv_stop;
  GST_VIDEO_FILTER_CLASS (class)->set_info = vidconv_set_info;
  GST_VIDEO_FILTER_CLASS (class)->transform_frame = vidconv_transform_frame;
}

static void
jetson_vidconv_init (JetsonVidconv *self)
{
  self->values = jetson_values_new (options, G_N_ELEMENTS (options));
}

gboolean
jetson_vidconv_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "nvvidconv", GST_RANK_NONE, JETSON_TYPE_VIDCONV);
}
