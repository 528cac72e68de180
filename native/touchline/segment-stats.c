/* The JSON form of a segment sink's figures. */

#include "segment-stats.h"

static void
append_string (GString *json, const gchar *text)
{
  g_string_append_c (json, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_c (json, '\\');
    if ((guchar) *text < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint) *text);
    else
      g_string_append_c (json, *text);
  }
  g_string_append_c (json, '"');
}

/* printf would write a comma in some locales. */
static void
append_ms (GString *json, const gchar *name, gint64 us)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof (text), "%.3f", (gdouble) us / G_TIME_SPAN_MILLISECOND);
  g_string_append_printf (json, ",\"%s\":%s", name, text);
}

static void
append_current (GString *json, const TouchlineSegmentStats *stats)
{
  g_string_append_printf (json, "{\"index\":%u,\"location\":", stats->current_index);
  append_string (json, stats->current_location);
  g_string_append_printf (json, ",\"frames\":%u,\"bytes\":%" G_GUINT64_FORMAT ",\"syncedBytes\":%" G_GUINT64_FORMAT,
      stats->current_frames, stats->current_bytes, stats->current_synced_bytes);
  append_ms (json, "syncAgeMs", stats->current_sync_age_us);
  g_string_append_c (json, '}');
}

gchar *
touchline_segment_stats_to_json (const TouchlineSegmentStats *stats)
{
  GString *json = g_string_new (NULL);

  g_string_append_printf (json, "{\"segmentsOpened\":%u,\"segmentsClosed\":%u,\"frames\":%" G_GUINT64_FORMAT
      ",\"droppedBeforeKeyframe\":%" G_GUINT64_FORMAT ",\"bytes\":%" G_GUINT64_FORMAT ",\"syncedBytes\":%"
      G_GUINT64_FORMAT ",\"syncErrors\":%" G_GUINT64_FORMAT, stats->segments_opened, stats->segments_closed,
      stats->frames, stats->dropped_before_keyframe, stats->bytes, stats->synced_bytes, stats->sync_errors);
  append_ms (json, "slowestSyncMs", stats->slowest_sync_us);
  g_string_append (json, ",\"current\":");
  if (stats->has_current)
    append_current (json, stats);
  else
    g_string_append (json, "null");
  g_string_append_printf (json, ",\"finalising\":%u}", stats->finalising);
  return g_string_free (json, FALSE);
}
