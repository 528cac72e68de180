#include "parametersets.h"

#include <string.h>

static gboolean
is_parameter_set (guint8 header, JetsonCodec codec)
{
  guint type = codec == JETSON_H264 ? header & 0x1f : (header >> 1) & 0x3f;

  return codec == JETSON_H264 ? type == 7 || type == 8 : type >= 32 && type <= 34;
}

/* Where the next start code begins, its leading zero included, or the end. */
static gsize
next_start (const guint8 *data, gsize size, gsize from)
{
  for (gsize at = from; at + 3 <= size; at++) {
    if (data[at] == 0 && data[at + 1] == 0 && data[at + 2] == 1)
      return at > from && data[at - 1] == 0 ? at - 1 : at;
  }
  return size;
}

static gsize
header_of (const guint8 *data, gsize start)
{
  return start + (data[start + 2] == 1 ? 3 : 4);
}

GstBuffer *
jetson_without_parameter_sets (GstBuffer *buffer, JetsonCodec codec)
{
  GstMapInfo map;
  GstBuffer *result;
  guint8 *kept;
  gsize kept_size = 0;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return buffer;
  kept = g_malloc (map.size);
  for (gsize start = next_start (map.data, map.size, 0), end; start < map.size; start = end) {
    gsize header = header_of (map.data, start);

    end = next_start (map.data, map.size, header);
    if (header < map.size && is_parameter_set (map.data[header], codec))
      continue;
    memcpy (kept + kept_size, map.data + start, end - start);
    kept_size += end - start;
  }
  if (kept_size == map.size) {
    g_free (kept);
    gst_buffer_unmap (buffer, &map);
    return buffer;
  }
  gst_buffer_unmap (buffer, &map);
  result = gst_buffer_new_wrapped (kept, kept_size);
  gst_buffer_copy_into (result, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  GST_BUFFER_FLAG_UNSET (result, GST_BUFFER_FLAG_HEADER);
  gst_buffer_unref (buffer);
  return result;
}
