/* What a segment sink does between READY -> PAUSED and back: the open segments, their end, and the figures. */
#pragma once

#include <gst/gst.h>

#include "segment-branch.h"
#include "segment-stats.h"

G_BEGIN_DECLS

typedef struct _TouchlineSegmentRun TouchlineSegmentRun;

/** `location_prefix` may hold any bytes; it is never interpreted. */
typedef struct
{
  gchar *location_prefix;
  guint start_index;
  guint segment_duration_ms;
  guint fragment_duration_ms;
  guint sync_interval_ms;
} TouchlineSegmentSettings;

/** Messages are posted as `element`, which must outlive the run. The settings are copied. */
TouchlineSegmentRun *touchline_segment_run_new (GstElement *element, const TouchlineSegmentSettings *settings);

/** Only after touchline_segment_run_stop. */
void touchline_segment_run_free (TouchlineSegmentRun *run);

/**
 * Ends the current segment in the background, if there is one, and begins the next with the events that a stream starts
 * with. GST_FLOW_ERROR after an error message was posted, GST_FLOW_FLUSHING when the run is being stopped.
 */
GstFlowReturn touchline_segment_run_begin_segment (TouchlineSegmentRun *run, GstEvent *stream_start, GstCaps *caps,
    const GstSegment *segment);

/** Ends the current segment in the background. */
void touchline_segment_run_end_segment (TouchlineSegmentRun *run);

/** Ends the current segment; the element posts EOS as soon as every segment is closed. */
void touchline_segment_run_end_stream (TouchlineSegmentRun *run, guint32 seqnum);

/** Hands one frame to the current segment. `pts` and `end_pts`: running time of the picture, for the duration. */
GstFlowReturn touchline_segment_run_push (TouchlineSegmentRun *run, GstBuffer *buffer, GstClockTime pts,
    GstClockTime end_pts);

void touchline_segment_run_push_event (TouchlineSegmentRun *run, GstEvent *event);

/** A frame that no segment can take because no keyframe came yet. */
void touchline_segment_run_count_dropped (TouchlineSegmentRun *run);

/** Posts an element error; every later frame is refused. */
void touchline_segment_run_fail (TouchlineSegmentRun *run, const GError *error);

gboolean touchline_segment_run_has_segment (TouchlineSegmentRun *run);

/**
 * Stops without waiting for data: segments whose end was reached are still finalised, the running one is left playable
 * as it is. To be called before and, because a frame may be under way, after the sink pad is deactivated.
 */
void touchline_segment_run_stop (TouchlineSegmentRun *run);

/** Waits until nothing of the run is left: no thread, no descriptor. */
void touchline_segment_run_wait (TouchlineSegmentRun *run);

/** A consistent snapshot as JSON; never waits for the disk. Free with g_free. */
gchar *touchline_segment_run_stats (TouchlineSegmentRun *run);

G_END_DECLS
