#ifndef JETSON_PICTURE_H
#define JETSON_PICTURE_H

#include <gst/video/video.h>

/* What the camera stand-in sees: a gradient that brightens to the right and to the bottom, and a bar that moves. */
typedef struct
{
  GstVideoInfo info;
  GstBufferPool *pool;
  GstBuffer *background;
} JetsonPicture;

/* Prepares pictures of these caps (NV12); FALSE when that is not possible. */
gboolean jetson_picture_prepare (JetsonPicture *picture, GstCaps *caps);

/* Frees what was prepared; harmless when nothing was. */
void jetson_picture_clear (JetsonPicture *picture);

/* The picture of this frame, without timestamps. */
GstFlowReturn jetson_picture_take (JetsonPicture *picture, guint64 frame, GstBuffer **buffer);

#endif
