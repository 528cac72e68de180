#ifndef TOUCHLINE_FRAMECOUNTS_H
#define TOUCHLINE_FRAMECOUNTS_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* Two seconds at up to 256 fps; above that the window is shorter. A power of two, so that the index is a mask. */
#define FRAME_COUNTS_ARRIVALS 512

/* What framemeter knows, a plain value: no lock, and to be copied freely. Times in microseconds of CLOCK_MONOTONIC. */
typedef struct
{
  guint64 frames;
  guint64 bytes;
  guint64 keyframes;
  guint64 missed;
  gint64 first_us;
  gint64 last_us;
  gint64 largest_gap_us;
  GstClockTime newest_pts;
  gint64 arrivals_us[FRAME_COUNTS_ARRIVALS];
} FrameCounts;

/* Nothing counted yet. */
void frame_counts_reset (FrameCounts *counts);

/* Counts one frame that came at `now_us`. `frame_duration` is what the caps promise, or GST_CLOCK_TIME_NONE. */
void frame_counts_add (FrameCounts *counts, GstBuffer *buffer, gint64 now_us, GstClockTime frame_duration);

/* The timestamps to come have nothing to do with those so far: no frame is missing in between. */
void frame_counts_break_timeline (FrameCounts *counts);

/* Frames per second over the two seconds that end now; negative while fewer than two frames have come. */
gdouble frame_counts_rate (const FrameCounts *counts, gint64 now_us);

/* The JSON of framemeter's property `stats`, to be freed. */
gchar *frame_counts_json (const FrameCounts *counts, gint64 now_us);

G_END_DECLS

#endif
