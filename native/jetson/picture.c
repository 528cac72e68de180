#include "picture.h"

#include <string.h>

#define BAR_WIDTH 16
#define BAR_STEP 4

static void
paint_background (GstVideoFrame *frame)
{
  gint width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);

  for (gint y = 0; y < height; y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

    for (gint x = 0; x < width; x++)
      row[x] = 16 + (gint64) 100 * x / width + (gint64) 100 * y / height;
  }
  memset (GST_VIDEO_FRAME_PLANE_DATA (frame, 1), 128,
      (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (frame, 1) * GST_VIDEO_FRAME_COMP_HEIGHT (frame, 1));
}

gboolean
jetson_picture_prepare (JetsonPicture *picture, GstCaps *caps)
{
  GstStructure *config;
  GstVideoFrame frame;

  jetson_picture_clear (picture);
  if (!gst_video_info_from_caps (&picture->info, caps))
    return FALSE;
  picture->background = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&picture->info), NULL);
  if (!gst_video_frame_map (&frame, &picture->info, picture->background, GST_MAP_WRITE))
    return FALSE;
  paint_background (&frame);
  gst_video_frame_unmap (&frame);

  picture->pool = gst_video_buffer_pool_new ();
  config = gst_buffer_pool_get_config (picture->pool);
  gst_buffer_pool_config_set_params (config, caps, GST_VIDEO_INFO_SIZE (&picture->info), 2, 0);
  return gst_buffer_pool_set_config (picture->pool, config) && gst_buffer_pool_set_active (picture->pool, TRUE);
}

void
jetson_picture_clear (JetsonPicture *picture)
{
  if (picture->pool)
    gst_buffer_pool_set_active (picture->pool, FALSE);
  gst_clear_object (&picture->pool);
  gst_clear_buffer (&picture->background);
}

static void
draw_bar (GstVideoFrame *frame, guint64 number)
{
  gint width = GST_VIDEO_FRAME_WIDTH (frame), left = (number * BAR_STEP) % width;

  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (frame); y++)
    memset ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0) + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0)
        + left, 235, MIN (BAR_WIDTH, width - left));
}

GstFlowReturn
jetson_picture_take (JetsonPicture *picture, guint64 frame, GstBuffer **buffer)
{
  GstFlowReturn result = gst_buffer_pool_acquire_buffer (picture->pool, buffer, NULL);
  GstVideoFrame from, to;

  if (result != GST_FLOW_OK)
    return result;
  if (!gst_video_frame_map (&from, &picture->info, picture->background, GST_MAP_READ))
    return GST_FLOW_ERROR;
  if (!gst_video_frame_map (&to, &picture->info, *buffer, GST_MAP_WRITE)) {
    gst_video_frame_unmap (&from);
    return GST_FLOW_ERROR;
  }
  gst_video_frame_copy (&to, &from);
  draw_bar (&to, frame);
  gst_video_frame_unmap (&to);
  gst_video_frame_unmap (&from);
  return GST_FLOW_OK;
}
