#ifndef TOUCHLINE_LOOPTIMELINE_H
#define TOUCHLINE_LOOPTIMELINE_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* When each frame of a looped file is due, on one timeline without end. All times are running time of the pipeline.
 *
 * - The first frame is due when it is there; each run of the file continues where the one before it ended.
 * - Timestamps grow strictly, whatever the file says: damaged files repeat some.
 * - Frames that come more than a second too late (the machine was suspended, the disk slept) skip the time that was
 *   lost, as a camera would have lost those frames, instead of being made up for by a burst.
 */
typedef struct
{
  GstSegment segment;
  GstClockTime frame_duration;
  /* A stretch is what belongs to one segment of the demuxer: at the beginning, after each rewind, and for some
   * containers in between. `stretch_start` is where its first frame, `stretch_first` in the demuxer's time, lies on
   * ours. */
  GstClockTime stretch_start;
  GstClockTime stretch_first;
  GstClockTime newest_pts;
  GstClockTime newest_end;
} LoopTimeline;

void loop_timeline_reset (LoopTimeline *timeline);

/* Takes the frame rate from the caps of the frames to come. */
void loop_timeline_set_caps (LoopTimeline *timeline, GstCaps *caps);

/* What follows belongs to the segment of this event. */
void loop_timeline_new_segment (LoopTimeline *timeline, GstEvent *event);

/* The time at which the next frame is due, and how long it lasts. */
GstClockTime loop_timeline_place (LoopTimeline *timeline, GstBuffer *buffer, GstClockTime now, GstClockTime *duration);

G_END_DECLS

#endif
