#include "framecounts.h"

#include <string.h>

#define FPS_WINDOW_US (2 * G_USEC_PER_SEC)
/* A frame this far behind the newest is no reordered B-frame but the start of another timeline. */
#define REORDER_LIMIT (1 * GST_SECOND)

void
frame_counts_reset (FrameCounts *counts)
{
  memset (counts, 0, sizeof *counts);
  counts->newest_pts = GST_CLOCK_TIME_NONE;
}

static void
count_missed (FrameCounts *counts, GstClockTime pts, GstClockTime frame_duration)
{
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return;
  if (GST_CLOCK_TIME_IS_VALID (counts->newest_pts) && GST_CLOCK_TIME_IS_VALID (frame_duration)) {
    if (pts > counts->newest_pts) {
      guint64 steps = (pts - counts->newest_pts + frame_duration / 2) / frame_duration;

      if (steps > 1)
        counts->missed += steps - 1;
    } else if (counts->newest_pts - pts < REORDER_LIMIT) {
      if (pts < counts->newest_pts && counts->missed > 0)
        counts->missed--;
      return;
    }
  }
  counts->newest_pts = pts;
}

void
frame_counts_add (FrameCounts *counts, GstBuffer *buffer, gint64 now_us, GstClockTime frame_duration)
{
  if (counts->frames == 0)
    counts->first_us = now_us;
  else
    counts->largest_gap_us = MAX (counts->largest_gap_us, now_us - counts->last_us);
  counts->last_us = now_us;
  counts->arrivals_us[counts->frames & (FRAME_COUNTS_ARRIVALS - 1)] = now_us;
  counts->frames++;
  counts->bytes += gst_buffer_get_size (buffer);
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    counts->keyframes++;
  count_missed (counts, GST_BUFFER_PTS (buffer), frame_duration);
}

gdouble
frame_counts_rate (const FrameCounts *counts, gint64 now_us)
{
  guint64 kept = MIN (counts->frames, FRAME_COUNTS_ARRIVALS);
  guint64 inside = 0;
  gint64 oldest_us = 0, span_us;

  if (counts->frames < 2)
    return -1.0;
  while (inside < kept) {
    gint64 arrival_us = counts->arrivals_us[(counts->frames - 1 - inside) & (FRAME_COUNTS_ARRIVALS - 1)];

    if (now_us - arrival_us > FPS_WINDOW_US)
      break;
    oldest_us = arrival_us;
    inside++;
  }
  if (inside < 2)
    return 0.0;
  span_us = counts->last_us - oldest_us;
  /* A source that has gone quiet must show a falling rate, not the last good one. */
  if ((now_us - counts->last_us) * (gint64) (inside - 1) > 2 * span_us)
    span_us = now_us - oldest_us;
  if (span_us <= 0)
    return -1.0;
  return (gdouble) (inside - 1) * G_USEC_PER_SEC / (gdouble) span_us;
}

void
frame_counts_break_timeline (FrameCounts *counts)
{
  counts->newest_pts = GST_CLOCK_TIME_NONE;
}

static void
append_number (GString *json, const gchar *key, gdouble value, gboolean known)
{
  gchar digits[G_ASCII_DTOSTR_BUF_SIZE];

  /* Not printf: its decimal separator follows the locale, JSON's does not. */
  g_string_append_printf (json, ",\"%s\":%s", key,
      known ? g_ascii_formatd (digits, sizeof digits, "%.3f", value) : "null");
}

static void
append_time (GString *json, const gchar *key, gint64 value_us, gboolean known)
{
  if (known)
    g_string_append_printf (json, ",\"%s\":%" G_GINT64_FORMAT, key, value_us);
  else
    g_string_append_printf (json, ",\"%s\":null", key);
}

gchar *
frame_counts_json (const FrameCounts *counts, gint64 now_us)
{
  GString *json = g_string_sized_new (256);
  gboolean any = counts->frames > 0;
  gdouble fps = frame_counts_rate (counts, now_us);

  g_string_append_printf (json, "{\"frames\":%" G_GUINT64_FORMAT ",\"bytes\":%" G_GUINT64_FORMAT ",\"keyframes\":%"
      G_GUINT64_FORMAT ",\"missed\":%" G_GUINT64_FORMAT, counts->frames, counts->bytes, counts->keyframes,
      counts->missed);
  append_time (json, "firstFrameMonoUs", counts->first_us, any);
  append_time (json, "lastFrameMonoUs", counts->last_us, any);
  append_number (json, "lastFrameAgeMs", (now_us - counts->last_us) / 1000.0, any);
  append_number (json, "largestGapMs", counts->largest_gap_us / 1000.0, counts->frames > 1);
  append_number (json, "fps", fps, fps >= 0.0);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}
