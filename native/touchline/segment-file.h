/* One segment's file on disk: written by one thread, synced by others, visible under its name once it can be played. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TouchlineSegmentFile TouchlineSegmentFile;

/** The file can be found under its name, and played. Once, from the thread that named it. */
typedef void (*TouchlineSegmentFileNamed) (TouchlineSegmentFile *file, gpointer owner);

/** What the disk did during one run of a sink. Zero is a valid start; read and written with atomics or under `lock`. */
typedef struct
{
  GMutex lock;
  gint64 slowest_sync_us;
  guint64 sync_errors;
} TouchlineDiskFigures;

/** One consistent view of a file, in bytes and CLOCK_MONOTONIC microseconds. */
typedef struct
{
  guint64 size;                 /* bytes written */
  guint64 playable;             /* bytes that an index covers */
  gint64 playable_at_us;        /* when the newest index was written */
  guint64 synced;               /* bytes that were in the file before the newest successful fdatasync began */
  gint64 synced_at_us;          /* when that fdatasync began; the time of creation before the first one */
  gboolean tried;               /* a sync was attempted */
  gint64 tried_at_us;           /* when the newest attempt began */
  gint sync_error;              /* errno of the first sync that failed: what was written before it may be gone for good */
  gboolean name_synced;         /* the folder's entry survives a power cut */
  gboolean finished;            /* touchline_segment_file_finish was entered; it does its own syncing */
} TouchlineSegmentFileProgress;

/**
 * Opens a file that gets the name `location` once it has an index; `named` is told. `*file` has one reference. Returns 0 or an errno value
 * (EEXIST when the name is taken: nothing is ever overwritten).
 */
gint touchline_segment_file_create (const gchar *location, TouchlineDiskFigures *figures,
    TouchlineSegmentFileNamed named, gpointer owner, TouchlineSegmentFile **file);

TouchlineSegmentFile *touchline_segment_file_ref (TouchlineSegmentFile *file);

/** Closes the descriptor with the last reference. */
void touchline_segment_file_unref (TouchlineSegmentFile *file);

/** The path as text that is valid UTF-8 (bytes that are not are replaced), for messages. */
const gchar *touchline_segment_file_display_name (const TouchlineSegmentFile *file);

/**
 * Writes all of `data` at `offset`. A rewrite of what is already playable is kept back until
 * touchline_segment_file_finish (see segment-file.c). One writer at a time. `*completed` is set when this write made
 * more of the file playable. Returns 0 or an errno value (EEXIST: somebody else has taken the name); a failed append
 * leaves the file as it was before.
 */
gint touchline_segment_file_write (TouchlineSegmentFile *file, guint64 offset, const guint8 *data, gsize size,
    gboolean *completed);

/**
 * Makes what has been written survive a power cut, gives a file that has an index its name, and makes that survive as
 * well. Any thread, one at a time. Returns 0 or an errno value (EEXIST as above).
 */
gint touchline_segment_file_sync (TouchlineSegmentFile *file);

/**
 * Ends the file: turns it into an ordinary MP4 when `finalise` is set (the muxer has delivered its index), and syncs it
 * and its folder. `*finalised` tells whether the rewrite took place. Returns 0 or an errno value (ENODATA: no index was
 * ever written, so there is no file); that of an earlier sync, too, when data were lost by then.
 */
gint touchline_segment_file_finish (TouchlineSegmentFile *file, gboolean finalise, gboolean *finalised);

void touchline_segment_file_get_progress (TouchlineSegmentFile *file, TouchlineSegmentFileProgress *progress);

G_END_DECLS
