/* framestamp: writes a frame counter into the picture, so that a recorded file can prove which frames it holds.
 *
 * The counter must survive a lossy encoder at low bitrates. It is therefore drawn as large black (luma 16) and
 * white (luma 235) blocks into the luma plane of raw I420 or NV12 in system memory, in place. Buffers of any other caps
 * (other formats, encoded, memory:NVMM) pass untouched, as do pictures that are too small.
 *
 * Layout, version 1, B = property block-size (default 8), top left corner of the picture, 16 columns x 3 rows of
 * blocks, so 16*B x 3*B pixels. A white block is 1. Within a row the most significant bit is on the left.
 *
 *   row 0, columns  0..7   the pattern 10110010 (0xB2)
 *   row 0, columns  8..15  CRC-8 (polynomial 0x07, start 0x00, no reflection, no final xor) over the counter's four
 * bytes,
 *                          most significant byte first
 *   row 1, columns  0..15  the upper 16 bits of the counter
 *   row 2, columns  0..15  the lower 16 bits of the counter
 *
 * To read it: the mean of the inner half of each block (leaving out B/4 pixels at each edge, where an encoder rings) is
 * above 125 for 1. A stamp counts only when pattern and CRC agree. test/support/framestamp.ts is such a reader.
 *
 * The counter is 0 for the first stamped buffer after READY -> PAUSED and grows by one per stamped buffer.
 */

#include "framestamp.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (frame_stamp_debug);
#define GST_CAT_DEFAULT frame_stamp_debug

#define COLUMNS 16
#define ROWS 3
#define PATTERN 0xB2
#define BLACK 16
#define WHITE 235
#define DEFAULT_BLOCK_SIZE 8

#define TOUCHLINE_TYPE_FRAME_STAMP (touchline_frame_stamp_get_type ())
G_DECLARE_FINAL_TYPE (TouchlineFrameStamp, touchline_frame_stamp, TOUCHLINE, FRAME_STAMP, GstBaseTransform)

struct _TouchlineFrameStamp
{
  GstBaseTransform parent;
  guint block_size;
  /* Streaming thread only. */
  GstVideoInfo info;
  guint32 counter;
};

enum
{
  PROP_0,
  PROP_BLOCK_SIZE
};

G_DEFINE_TYPE (TouchlineFrameStamp, touchline_frame_stamp, GST_TYPE_BASE_TRANSFORM)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static guint8
crc8 (guint32 counter)
{
  guint8 crc = 0;

  for (gint shift = 24; shift >= 0; shift -= 8) {
    crc ^= (counter >> shift) & 0xff;
    for (gint bit = 0; bit < 8; bit++)
      crc = (crc & 0x80) ? (crc << 1) ^ 0x07 : crc << 1;
  }
  return crc;
}

static void
draw_row (guint8 *luma, gint stride, guint16 bits, guint block_size)
{
  for (guint column = 0; column < COLUMNS; column++)
    memset (luma + column * block_size, (bits >> (COLUMNS - 1 - column)) & 1 ? WHITE : BLACK, block_size);
  for (guint line = 1; line < block_size; line++)
    memcpy (luma + (gsize) line * stride, luma, COLUMNS * block_size);
}

static gboolean
is_writable_luma (GstCaps *caps, GstVideoInfo *info)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  GstVideoFormat format;

  if (!gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw")
      || !gst_caps_features_is_equal (features, GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY)
      || !gst_video_info_from_caps (info, caps))
    return FALSE;
  format = GST_VIDEO_INFO_FORMAT (info);
  return format == GST_VIDEO_FORMAT_I420 || format == GST_VIDEO_FORMAT_NV12;
}

static gboolean
frame_stamp_set_caps (GstBaseTransform *base, GstCaps *incaps, GstCaps *outcaps G_GNUC_UNUSED)
{
  TouchlineFrameStamp *self = TOUCHLINE_FRAME_STAMP (base);
  gboolean stamp = is_writable_luma (incaps, &self->info);

  if (stamp && (GST_VIDEO_INFO_WIDTH (&self->info) < (gint) (COLUMNS * self->block_size)
          || GST_VIDEO_INFO_HEIGHT (&self->info) < (gint) (ROWS * self->block_size))) {
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("The picture is too small for a frame counter."),
        ("%dx%d, needs %ux%u", GST_VIDEO_INFO_WIDTH (&self->info), GST_VIDEO_INFO_HEIGHT (&self->info),
            COLUMNS * self->block_size, ROWS * self->block_size));
    stamp = FALSE;
  }
  GST_INFO_OBJECT (self, "%s: %" GST_PTR_FORMAT, stamp ? "stamping" : "passing", incaps);
  gst_base_transform_set_passthrough (base, !stamp);
  return TRUE;
}

static GstFlowReturn
frame_stamp_transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  TouchlineFrameStamp *self = TOUCHLINE_FRAME_STAMP (base);
  guint32 counter;
  GstVideoFrame frame;
  guint8 *luma;
  gint stride;

  counter = self->counter++;
  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READWRITE)) {
    GST_WARNING_OBJECT (self, "frame %u cannot be written", counter);
    return GST_FLOW_OK;
  }
  luma = GST_VIDEO_FRAME_PLANE_DATA (&frame, 0);
  stride = GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);
  draw_row (luma, stride, PATTERN << 8 | crc8 (counter), self->block_size);
  draw_row (luma + (gsize) self->block_size * stride, stride, counter >> 16, self->block_size);
  draw_row (luma + 2 * (gsize) self->block_size * stride, stride, counter & 0xffff, self->block_size);
  gst_video_frame_unmap (&frame);
  return GST_FLOW_OK;
}

static gboolean
frame_stamp_start (GstBaseTransform *base)
{
  TOUCHLINE_FRAME_STAMP (base)->counter = 0;
  return TRUE;
}

static void
frame_stamp_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_BLOCK_SIZE)
    TOUCHLINE_FRAME_STAMP (object)->block_size = g_value_get_uint (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
frame_stamp_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_BLOCK_SIZE)
    g_value_set_uint (value, TOUCHLINE_FRAME_STAMP (object)->block_size);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
touchline_frame_stamp_class_init (TouchlineFrameStampClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (frame_stamp_debug, "framestamp", 0, "draws a frame counter");
  object_class->set_property = frame_stamp_set_property;
  object_class->get_property = frame_stamp_get_property;
  transform_class->set_caps = frame_stamp_set_caps;
  transform_class->transform_ip = frame_stamp_transform_ip;
  transform_class->start = frame_stamp_start;
  transform_class->transform_ip_on_passthrough = FALSE;

  g_object_class_install_property (object_class, PROP_BLOCK_SIZE, g_param_spec_uint ("block-size", "block-size",
          "Edge of one block of the counter in pixels", 4, 64, DEFAULT_BLOCK_SIZE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Frame stamp", "Filter/Effect/Video",
      "Draws a frame counter that survives encoding into raw video", "Touchline");
}

static void
touchline_frame_stamp_init (TouchlineFrameStamp *self)
{
  self->block_size = DEFAULT_BLOCK_SIZE;
  gst_video_info_init (&self->info);
}

gboolean
touchline_frame_stamp_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "framestamp", GST_RANK_NONE, TOUCHLINE_TYPE_FRAME_STAMP);
}
