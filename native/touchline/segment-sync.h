/* The thread that brings open segments onto the disk again and again. */
#pragma once

#include "segment-file.h"

G_BEGIN_DECLS

typedef struct _TouchlineSegmentSync TouchlineSegmentSync;

/** Called from the sync thread for each attempt that failed with an errno value. */
typedef void (*TouchlineSegmentSyncFailed) (TouchlineSegmentFile *file, gint error_number, gpointer owner);

/**
 * Starts the thread. A file is synced with its first index at once, and from then on within `interval_ms` whenever more
 * of it has become playable; `fragment_ms` is how often that is to be expected.
 */
TouchlineSegmentSync *touchline_segment_sync_new (guint interval_ms, guint fragment_ms, TouchlineSegmentSyncFailed failed,
    gpointer owner);

/** Ends the thread after the sync that it is in. */
void touchline_segment_sync_free (TouchlineSegmentSync *sync);

/** Takes care of `file` from now on. */
void touchline_segment_sync_add (TouchlineSegmentSync *sync, TouchlineSegmentFile *file);

/** Leaves `file` alone from now on; waits for a sync of it that is under way, whose outcome is in its progress then. */
void touchline_segment_sync_remove (TouchlineSegmentSync *sync, TouchlineSegmentFile *file);

/** More of a file has become playable. Never blocks on the disk. */
void touchline_segment_sync_wake (TouchlineSegmentSync *sync);

G_END_DECLS
