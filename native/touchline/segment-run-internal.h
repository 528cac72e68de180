/* The inside of a run, shared by its two halves: segment-run.c (the stream) and segment-closing.c (how segments end). */
#pragma once

#include "segment-run.h"
#include "segment-sync.h"

G_BEGIN_DECLS

struct _TouchlineSegmentRun
{
  GstElement *element;
  TouchlineSegmentSettings settings;
  TouchlineSegmentSync *sync;
  TouchlineDiskFigures figures;
  GstBus *bus;                  /* of the muxers */

  GMutex lock;                  /* guards the rest; never held during input or output */
  GCond changed;                /* a branch is gone, or one of failed and stopping was set */
  GPtrArray *branches;          /* those that are not closed yet */
  guint alive;                  /* branches whose muxer or descriptor still exists */
  TouchlineSegmentBranch *current;      /* one of `branches`, or NULL */
  guint next_index;
  gboolean failed;
  gboolean stopping;
  gboolean stream_ended;
  guint32 end_seqnum;
  TouchlineSegmentStats closed; /* counters, and the sizes of closed segments */
};

/** What the branches of a run report to it. The owner that they are given is the run. */
extern const TouchlineSegmentBranchEvents touchline_segment_run_branch_events;

/** For touchline_segment_file_create. */
void touchline_segment_run_file_named (TouchlineSegmentFile *file, gpointer run);

/** For touchline_segment_sync_new. */
void touchline_segment_run_sync_failed (TouchlineSegmentFile *file, gint error_number, gpointer run);

/** Sync handler of the muxers' bus. */
GstBusSyncReply touchline_segment_run_muxer_message (GstBus *bus, GstMessage *message, gpointer run);

/** Posts EOS when the stream has ended and no segment is open. Once. */
void touchline_segment_run_post_eos_when_done (TouchlineSegmentRun *run);

G_END_DECLS
