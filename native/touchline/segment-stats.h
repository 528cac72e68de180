/* The figures of a segment sink and their JSON form. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Everything counts from READY -> PAUSED on. Sizes in bytes. */
typedef struct
{
  guint segments_opened;
  guint segments_closed;
  guint finalising;
  guint64 frames;
  guint64 dropped_before_keyframe;
  guint64 bytes;
  guint64 synced_bytes;
  guint64 sync_errors;
  gint64 slowest_sync_us;

  gboolean has_current;
  guint current_index;
  const gchar *current_location;        /* valid UTF-8 */
  guint current_frames;
  guint64 current_bytes;
  guint64 current_synced_bytes;
  gint64 current_sync_age_us;
} TouchlineSegmentStats;

/** One JSON object, as the docstring of segmentsink.c describes it. Free with g_free. */
gchar *touchline_segment_stats_to_json (const TouchlineSegmentStats *stats);

G_END_DECLS
