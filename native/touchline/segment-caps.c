/* What makes frames of two caps belong into one file. */

#include "segment-caps.h"

gboolean
touchline_segment_is_same_stream (GstCaps *caps, GstCaps *other)
{
  static const gchar *const fields[] = { "stream-format", "codec_data", "width", "height" };
  const GstStructure *one = gst_caps_get_structure (caps, 0);
  const GstStructure *two = gst_caps_get_structure (other, 0);

  if (!gst_structure_has_name (one, gst_structure_get_name (two)))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *left = gst_structure_get_value (one, fields[i]);
    const GValue *right = gst_structure_get_value (two, fields[i]);

    if ((left == NULL) != (right == NULL) || (left && gst_value_compare (left, right) != GST_VALUE_EQUAL))
      return FALSE;
  }
  return TRUE;
}
