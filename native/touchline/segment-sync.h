/* The thread that brings open segments onto the disk again and again. */
#pragma once

#include "segment-file.h"

G_BEGIN_DECLS

typedef struct _TouchlineSegmentSync TouchlineSegmentSync;

/** Called from the sync thread for each attempt that failed with an errno value. */
typedef void (*TouchlineSegmentSyncFailed) (TouchlineSegmentFile *file, gint error_number, gpointer owner);

/**
 * Starts the thread. A file that has become playable further than it is synced is synced at most every `interval_ms`,
 * at the moment at which an index is complete; one that grows without an index, after another `patience_ms`.
 */
TouchlineSegmentSync *touchline_segment_sync_new (guint interval_ms, guint patience_ms, TouchlineSegmentSyncFailed failed,
    gpointer owner);

/** Ends the thread after the sync that it is in. */
void touchline_segment_sync_free (TouchlineSegmentSync *sync);

/** Takes care of `file` from now on, of its name in the folder at once. */
void touchline_segment_sync_add (TouchlineSegmentSync *sync, TouchlineSegmentFile *file);

void touchline_segment_sync_remove (TouchlineSegmentSync *sync, TouchlineSegmentFile *file);

/** More of a file has become playable. Never blocks on the disk. */
void touchline_segment_sync_wake (TouchlineSegmentSync *sync);

G_END_DECLS
