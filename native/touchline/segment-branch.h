/* One segment while it is being written: a muxer between the sink's stream and a file. */
#pragma once

#include <gst/gst.h>

#include "segment-file.h"

G_BEGIN_DECLS

typedef struct _TouchlineSegmentBranch TouchlineSegmentBranch;

/** What a branch tells its owner, always from the muxer's thread or from the one that pushes. */
typedef struct
{
  /** More of the file has become playable. */
  void (*progressed) (TouchlineSegmentBranch *branch, gpointer owner);
  /** The muxer has delivered everything, the last index included. */
  void (*ended) (TouchlineSegmentBranch *branch, gpointer owner);
  /** Nothing more will be written. `error` says which file and why. May come more than once. */
  void (*failed) (TouchlineSegmentBranch *branch, const GError *error, gpointer owner);
} TouchlineSegmentBranchEvents;

struct _TouchlineSegmentBranch
{
  TouchlineSegmentFile *file;
  guint index;

  /* Belong to the owner, under the owner's lock. */
  guint frames;
  GstClockTime first_pts;       /* running time */
  GstClockTime end_pts;         /* running time at which the latest picture ends */
  gboolean ending;              /* end of stream was sent into the muxer */
  gboolean closing;             /* somebody has taken it upon himself to close it */

  gint64 began_us;              /* monotonic time of the first frame */

  /*< private > */
  gatomicrefcount references;
  GstElement *muxer;
  GstPad *feed;                 /* linked to the muxer's sink pad */
  GstPad *drain;                /* linked to the muxer's source pad */
  guint64 position;             /* where the muxer writes next; muxer's thread only */
  const TouchlineSegmentBranchEvents *events;
  gpointer owner;
};

/**
 * A running branch that writes into `file` (takes the reference). `bus` gets the muxer's messages. NULL and `error` when
 * the muxer is missing or refuses.
 */
TouchlineSegmentBranch *touchline_segment_branch_new (guint index, TouchlineSegmentFile *file, guint fragment_duration_ms,
    GstBus *bus, const TouchlineSegmentBranchEvents *events, gpointer owner, GError **error);

TouchlineSegmentBranch *touchline_segment_branch_ref (TouchlineSegmentBranch *branch);
void touchline_segment_branch_unref (TouchlineSegmentBranch *branch);

gboolean touchline_segment_branch_push_event (TouchlineSegmentBranch *branch, GstEvent *event);
GstFlowReturn touchline_segment_branch_push (TouchlineSegmentBranch *branch, GstBuffer *buffer);

/** Whether `message` comes from this branch's muxer. */
gboolean touchline_segment_branch_made (TouchlineSegmentBranch *branch, GstMessage *message);

/** Stops the muxer and waits for its thread: never from that thread. Can be called again. */
void touchline_segment_branch_stop (TouchlineSegmentBranch *branch);

/** An error for a file operation that failed with `error_number`: "cannot <action> <file>: No space left on device (ENOSPC)". */
GError *touchline_segment_file_error (const gchar *action, const gchar *display_name, gint error_number);

G_END_DECLS
