#ifndef JETSON_FLIP_H
#define JETSON_FLIP_H

#include <gst/video/video.h>

/* The values of nvvidconv's flip-method. */
typedef enum
{
  FLIP_NONE,
  FLIP_COUNTERCLOCKWISE,
  FLIP_ROTATE_180,
  FLIP_CLOCKWISE,
  FLIP_HORIZONTAL,
  FLIP_UPPER_RIGHT_DIAGONAL,
  FLIP_VERTICAL,
  FLIP_UPPER_LEFT_DIAGONAL
} JetsonFlip;

/* Whether width and height change places. */
gboolean jetson_flip_transposes (JetsonFlip flip);

/* Draws `from`, flipped, into `to`: same format, with the sizes exchanged where the flip transposes. */
void jetson_flip_frame (JetsonFlip flip, const GstVideoFrame *from, GstVideoFrame *to);

#endif
