#ifndef JETSON_FAULTS_H
#define JETSON_FAULTS_H

/* Faults on demand, so that tests see what a real camera stack does at its worst.
 *
 * Named in the environment variable TOUCHLINE_TEST_JETSON_FAULT and in the file that TOUCHLINE_TEST_JETSON_FAULT_FILE names; both
 * count. The file is read again for each frame and while a fault lasts, so a running camera can be broken and healed; a
 * file that is not there means none. A list separated by commas or white space of
 *
 *   no-frames        starts and delivers nothing
 *   stop-after:N     delivers N frames, then nothing, without a word
 *   error-after:N    delivers N frames, then reports an error
 *   abort-after:N    delivers N frames, then aborts the process
 *   hang-on-eos      after EOS was asked for: no more frames, and no EOS
 *   hang-on-start    the change to PAUSED does not return
 *   hang-on-stop     the change to READY does not return
 *   no-session       "Failed to create CaptureSession" at start
 *
 * each for all sensors, or with @ID for one. N counts from the start of the element; 0 is allowed.
 */

#include <glib.h>

typedef struct
{
  gboolean no_frames;
  gboolean hang_on_eos;
  gboolean hang_on_start;
  gboolean hang_on_stop;
  gboolean no_session;
  /* Frames, or -1 for never. */
  gint64 stop_after;
  gint64 error_after;
  gint64 abort_after;
} JetsonFaults;

/* The faults in force for a sensor now. FALSE with a message, to be freed, when one is not known. */
gboolean jetson_faults_read (gint sensor_id, JetsonFaults *faults, gchar **message);

#endif
