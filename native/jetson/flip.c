#include "flip.h"

#include <string.h>

gboolean
jetson_flip_transposes (JetsonFlip flip)
{
  return flip == FLIP_COUNTERCLOCKWISE || flip == FLIP_CLOCKWISE || flip == FLIP_UPPER_RIGHT_DIAGONAL
      || flip == FLIP_UPPER_LEFT_DIAGONAL;
}

typedef struct
{
  const guint8 *data;
  gint stride, width, height, unit;
} Plane;

static const guint8 *
source_of (JetsonFlip flip, const Plane *from, gint x, gint y)
{
  gint column = x, row = y;

  if (jetson_flip_transposes (flip)) {
    column = y;
    row = x;
  }
  if (flip == FLIP_ROTATE_180 || flip == FLIP_HORIZONTAL || flip == FLIP_COUNTERCLOCKWISE
      || flip == FLIP_UPPER_RIGHT_DIAGONAL)
    column = from->width - 1 - column;
  if (flip == FLIP_ROTATE_180 || flip == FLIP_VERTICAL || flip == FLIP_CLOCKWISE || flip == FLIP_UPPER_RIGHT_DIAGONAL)
    row = from->height - 1 - row;
  return from->data + (gsize) row * from->stride + (gsize) column * from->unit;
}

static gint
component_in_plane (const GstVideoFormatInfo *format, guint plane)
{
  for (guint component = 0; component < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); component++) {
    if (GST_VIDEO_FORMAT_INFO_PLANE (format, component) == plane)
      return component;
  }
  g_assert_not_reached ();
}

void
jetson_flip_frame (JetsonFlip flip, const GstVideoFrame *from, GstVideoFrame *to)
{
  const GstVideoFormatInfo *format = from->info.finfo;

  for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES (from); plane++) {
    /* Pixels of one plane that belong together (U and V of NV12, the colours of RGBA) move as one unit. */
    gint component = component_in_plane (format, plane);
    Plane source = {
      .data = GST_VIDEO_FRAME_PLANE_DATA (from, plane),
      .stride = GST_VIDEO_FRAME_PLANE_STRIDE (from, plane),
      .width = GST_VIDEO_FRAME_COMP_WIDTH (from, component),
      .height = GST_VIDEO_FRAME_COMP_HEIGHT (from, component),
      .unit = GST_VIDEO_FORMAT_INFO_PSTRIDE (format, component),
    };
    guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (to, plane);
    gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (to, plane);

    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (to, component); y++) {
      for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (to, component); x++)
        memcpy (data + (gsize) y * stride + (gsize) x * source.unit, source_of (flip, &source, x, y), source.unit);
    }
  }
}
