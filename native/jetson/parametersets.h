#ifndef JETSON_PARAMETERSETS_H
#define JETSON_PARAMETERSETS_H

#include <gst/gst.h>

typedef enum
{
  JETSON_H264,
  JETSON_H265
} JetsonCodec;

/* An access unit in byte-stream format without its SPS, PPS (and VPS). Takes the buffer; returns it or its replacement.
 * */
GstBuffer *jetson_without_parameter_sets (GstBuffer *buffer, JetsonCodec codec);

#endif
