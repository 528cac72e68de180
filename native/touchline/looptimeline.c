#include "looptimeline.h"

#define MAX_LATENESS (1 * GST_SECOND)
/* For files that know neither frame rate nor the duration of a frame. */
#define FALLBACK_DURATION (GST_SECOND / 30)

void
loop_timeline_reset (LoopTimeline *timeline)
{
  gst_segment_init (&timeline->segment, GST_FORMAT_TIME);
  timeline->frame_duration = FALLBACK_DURATION;
  timeline->stretch_start = timeline->stretch_first = GST_CLOCK_TIME_NONE;
  timeline->newest_pts = timeline->newest_end = GST_CLOCK_TIME_NONE;
}

void
loop_timeline_set_caps (LoopTimeline *timeline, GstCaps *caps)
{
  gint numerator, denominator;

  if (gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &numerator, &denominator)
      && numerator > 0 && denominator > 0)
    timeline->frame_duration = gst_util_uint64_scale_int (GST_SECOND, denominator, numerator);
}

void
loop_timeline_new_segment (LoopTimeline *timeline, GstEvent *event)
{
  gst_event_copy_segment (event, &timeline->segment);
  timeline->stretch_start = GST_CLOCK_TIME_NONE;
}

static GstClockTime
due_time (LoopTimeline *timeline, GstBuffer *buffer, GstClockTime now)
{
  GstClockTime file_time = GST_CLOCK_TIME_NONE;

  if (GST_BUFFER_PTS_IS_VALID (buffer))
    file_time = gst_segment_to_running_time (&timeline->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (timeline->stretch_start)) {
    timeline->stretch_start = GST_CLOCK_TIME_IS_VALID (timeline->newest_end) ? timeline->newest_end : now;
    timeline->stretch_first = file_time;
  }
  if (GST_CLOCK_TIME_IS_VALID (file_time) && GST_CLOCK_TIME_IS_VALID (timeline->stretch_first)
      && file_time >= timeline->stretch_first)
    return timeline->stretch_start + (file_time - timeline->stretch_first);
  return GST_CLOCK_TIME_IS_VALID (timeline->newest_end) ? timeline->newest_end : timeline->stretch_start;
}

GstClockTime
loop_timeline_place (LoopTimeline *timeline, GstBuffer *buffer, GstClockTime now, GstClockTime *duration)
{
  GstClockTime pts = due_time (timeline, buffer, now);

  if (now > pts + MAX_LATENESS) {
    timeline->stretch_start += now - pts;
    pts = now;
  }
  if (GST_CLOCK_TIME_IS_VALID (timeline->newest_pts) && pts <= timeline->newest_pts)
    pts = timeline->newest_pts + 1;
  *duration = GST_BUFFER_DURATION_IS_VALID (buffer) && GST_BUFFER_DURATION (buffer) > 0 ? GST_BUFFER_DURATION (buffer)
      : timeline->frame_duration;
  timeline->newest_pts = pts;
  timeline->newest_end = pts + *duration;
  return pts;
}
