/* The system calls behind a segment's file. Each returns 0 or an errno value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Opens a new file for writing in the folder of `location`: nameless where the file system can, otherwise under that name
 * (`*has_name`), which must not exist.
 */
gint touchline_disk_open (const gchar *location, gint *fd, gboolean *has_name);

/** Gives a nameless file its name. EEXIST when it is taken. */
gint touchline_disk_link (gint fd, const gchar *location);

/** Writes all of `data` at `offset`, or fails. */
gint touchline_disk_write (gint fd, guint64 offset, const guint8 *data, gsize size);

/** Makes the names in the folder of `location` survive a power cut. */
gint touchline_disk_sync_folder (const gchar *location);

/** Whether `error`, from a sync, says that this file system cannot sync at all, rather than that data were lost. */
gboolean touchline_disk_cannot_sync (gint error);

G_END_DECLS
