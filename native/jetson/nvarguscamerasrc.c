/* nvarguscamerasrc: stands in for the CSI camera source. Delivers NV12 in memory:NVMM at the rate of the caps. What
 * can be made to fail is in faults.h.
 *
 * One process at a time has a sensor: with TOUCHLINE_TEST_JETSON_LOCK_DIR set, the element holds <dir>/sensor-<id>.lock
 * while it runs and refuses to start, as the real one does, when somebody else has it.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>

#include "camera-options.h"
#include "faults.h"
#include "nvmm.h"
#include "picture.h"

#define POLL_US (50 * G_TIME_SPAN_MILLISECOND)
#define MAX_LATENESS GST_SECOND

#define JETSON_TYPE_CAMERA_SRC (jetson_camera_src_get_type ())
G_DECLARE_FINAL_TYPE (JetsonCameraSrc, jetson_camera_src, JETSON, CAMERA_SRC, GstPushSrc)

struct _JetsonCameraSrc
{
  GstPushSrc parent;
  JetsonValues *values;
  gint lock_fd;

  /* Guards the two flags; `changed` wakes a stream that a fault has stopped. */
  GMutex lock;
  GCond changed;
  gboolean unlocked;
  gboolean eos_ignored;

  /* Streaming thread only. */
  JetsonPicture picture;
  guint64 frames;
  /* Running time of the first frame since the start or since a fault ended, and frames since then. */
  GstClockTime run_start;
  guint64 run_frames;
};

G_DEFINE_TYPE (JetsonCameraSrc, jetson_camera_src, GST_TYPE_PUSH_SRC)

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (NVMM_CAPS ("NV12")));

static void
read_faults (JetsonCameraSrc *self, JetsonFaults *faults)
{
  gchar *message = NULL;

  if (!jetson_faults_read (jetson_values_number (self->values, SENSOR_ID), faults, &message)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", message), (NULL));
    g_free (message);
  }
}

static gboolean
is_range (const gchar *text)
{
  gchar *end;
  gdouble low, high;

  if (!text)
    return TRUE;
  low = g_ascii_strtod (text, &end);
  if (end == text || *end != ' ')
    return FALSE;
  text = end;
  high = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && low <= high;
}

static gboolean
take_sensor (JetsonCameraSrc *self)
{
  const gchar *folder = g_getenv ("TOUCHLINE_TEST_JETSON_LOCK_DIR");
  g_autofree gchar *path = NULL;

  if (!folder)
    return TRUE;
  path = g_strdup_printf ("%s/sensor-%d.lock", folder, (gint) jetson_values_number (self->values, SENSOR_ID));
  self->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock_fd >= 0 && flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  self->lock_fd = -1;
  return FALSE;
}

static gboolean
camera_src_start (GstBaseSrc *base)
{
  static const guint ranges[] = { EXPOSURE_TIME_RANGE, GAIN_RANGE, DIGITAL_GAIN_RANGE };
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (base);
  JetsonFaults faults;

  self->frames = 0;
  self->run_start = GST_CLOCK_TIME_NONE;
  self->eos_ignored = FALSE;
  for (read_faults (self, &faults); faults.hang_on_start; read_faults (self, &faults))
    g_usleep (POLL_US);
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++) {
    g_autofree gchar *text = jetson_values_text (self->values, ranges[i]);

    if (!is_range (text)) {
      GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("\"%s\" is no value for %s.", text,
              jetson_camera_options[ranges[i] - 1].name),
          ("\"min max\" is expected"));
      return FALSE;
    }
  }
  if (faults.no_session || !take_sensor (self)) {
    fputs ("Error generated. nvarguscamerasrc, execute: Failed to create CaptureSession\n", stderr);
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ, ("Failed to create CaptureSession"), ("Argus Error Status"));
    return FALSE;
  }
  return TRUE;
}

static gboolean
camera_src_stop (GstBaseSrc *base)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (base);

  jetson_picture_clear (&self->picture);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  self->lock_fd = -1;
  return TRUE;
}

static GstCaps *
camera_src_fixate (GstBaseSrc *base, GstCaps *caps)
{
  GstStructure *fields;

  caps = gst_caps_truncate (gst_caps_make_writable (caps));
  fields = gst_caps_get_structure (caps, 0);
  gst_structure_fixate_field_nearest_int (fields, "width", 1920);
  gst_structure_fixate_field_nearest_int (fields, "height", 1080);
  gst_structure_fixate_field_nearest_fraction (fields, "framerate", 30, 1);
  return GST_BASE_SRC_CLASS (jetson_camera_src_parent_class)->fixate (base, caps);
}

static gboolean
camera_src_set_caps (GstBaseSrc *base, GstCaps *caps)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (base);

  return jetson_picture_prepare (&self->picture, caps) && GST_VIDEO_INFO_FPS_N (&self->picture.info) > 0;
}

/* Waits while a fault keeps the stream silent, and says whether one did. FLUSHING when the element is being stopped. */
static GstFlowReturn
wait_out_faults (JetsonCameraSrc *self, JetsonFaults *faults, gboolean *silent)
{
  GstFlowReturn result = GST_FLOW_OK;

  *silent = FALSE;
  g_mutex_lock (&self->lock);
  for (;;) {
    g_mutex_unlock (&self->lock);
    read_faults (self, faults);
    g_mutex_lock (&self->lock);
    if (self->unlocked)
      result = GST_FLOW_FLUSHING;
    else if (self->eos_ignored && !faults->hang_on_eos)
      result = GST_FLOW_EOS;
    if (result != GST_FLOW_OK || !(self->eos_ignored || faults->no_frames
            || (faults->stop_after >= 0 && self->frames >= (guint64) faults->stop_after)))
      break;
    *silent = TRUE;
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + POLL_US);
  }
  g_mutex_unlock (&self->lock);
  return result;
}

static GstClockTime
running_time (JetsonCameraSrc *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime now = 0;

  if (clock) {
    now = gst_clock_get_time (clock) - gst_element_get_base_time (GST_ELEMENT (self));
    gst_object_unref (clock);
  }
  return now;
}

static GstClockTime
frame_time (JetsonCameraSrc *self, guint64 frame)
{
  return gst_util_uint64_scale (frame, GST_SECOND * (guint64) GST_VIDEO_INFO_FPS_D (&self->picture.info),
      GST_VIDEO_INFO_FPS_N (&self->picture.info));
}

static GstFlowReturn
camera_src_create (GstPushSrc *push, GstBuffer **buffer)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (push);
  GstClockTime now;
  JetsonFaults faults;
  gboolean silent;
  GstFlowReturn result = wait_out_faults (self, &faults, &silent);

  if (result != GST_FLOW_OK)
    return result;
  if (faults.abort_after >= 0 && self->frames >= (guint64) faults.abort_after) {
    fputs ("(Argus) Error InvalidState: aborting\n", stderr);
    abort ();
  }
  if (faults.error_after >= 0 && self->frames >= (guint64) faults.error_after) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("TIMEOUT"), ("Argus Error Status"));
    return GST_FLOW_ERROR;
  }

  now = running_time (self);
  if (silent || !GST_CLOCK_TIME_IS_VALID (self->run_start)
      || now > self->run_start + frame_time (self, self->run_frames) + MAX_LATENESS) {
    self->run_start = now;
    self->run_frames = 0;
  }
  result = jetson_picture_take (&self->picture, self->frames, buffer);
  if (result != GST_FLOW_OK)
    return result;
  GST_BUFFER_PTS (*buffer) = self->run_start + frame_time (self, self->run_frames);
  GST_BUFFER_DURATION (*buffer) = frame_time (self, 1);
  GST_BUFFER_OFFSET (*buffer) = self->frames;
  self->run_frames++;
  self->frames++;
  return GST_FLOW_OK;
}

static void
camera_src_get_times (GstBaseSrc *base G_GNUC_UNUSED, GstBuffer *buffer, GstClockTime *start, GstClockTime *end)
{
  *start = GST_BUFFER_PTS (buffer);
  *end = *start + GST_BUFFER_DURATION (buffer);
}

static gboolean
set_unlocked (GstBaseSrc *base, gboolean unlocked)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (base);

  g_mutex_lock (&self->lock);
  self->unlocked = unlocked;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
camera_src_unlock (GstBaseSrc *base)
{
  return set_unlocked (base, TRUE);
}

static gboolean
camera_src_unlock_stop (GstBaseSrc *base)
{
  return set_unlocked (base, FALSE);
}

static gboolean
camera_src_send_event (GstElement *element, GstEvent *event)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (element);
  JetsonFaults faults;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    read_faults (self, &faults);
    if (faults.hang_on_eos) {
      g_mutex_lock (&self->lock);
      self->eos_ignored = TRUE;
      g_mutex_unlock (&self->lock);
      gst_event_unref (event);
      return TRUE;
    }
  }
  return GST_ELEMENT_CLASS (jetson_camera_src_parent_class)->send_event (element, event);
}

static GstStateChangeReturn
camera_src_change_state (GstElement *element, GstStateChange transition)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (element);
  JetsonFaults faults;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    for (read_faults (self, &faults); faults.hang_on_stop; read_faults (self, &faults))
      g_usleep (POLL_US);
  }
  return GST_ELEMENT_CLASS (jetson_camera_src_parent_class)->change_state (element, transition);
}

static void
camera_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (!jetson_values_set (JETSON_CAMERA_SRC (object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
camera_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (!jetson_values_get (JETSON_CAMERA_SRC (object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
camera_src_finalize (GObject *object)
{
  JetsonCameraSrc *self = JETSON_CAMERA_SRC (object);

  jetson_values_free (self->values);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (jetson_camera_src_parent_class)->finalize (object);
}

static void
jetson_camera_src_class_init (JetsonCameraSrcClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (class);

  object_class->set_property = camera_src_set_property;
  object_class->get_property = camera_src_get_property;
  object_class->finalize = camera_src_finalize;
  jetson_options_install (object_class, jetson_camera_options, CAMERA_OPTION_COUNT);

  element_class->send_event = camera_src_send_event;
  element_class->change_state = camera_src_change_state;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "NvArgusCameraSrc (stand-in)", "Video/Capture",
      "Stands in for NVIDIA's CSI camera source in tests", "Touchline");

  base_class->start = camera_src_start;
  base_class->stop = camera_src_stop;
  base_class->fixate = camera_src_fixate;
  base_class->set_caps = camera_src_set_caps;
  base_class->get_times = camera_src_get_times;
  base_class->unlock = camera_src_unlock;
  base_class->unlock_stop = camera_src_unlock_stop;
  GST_PUSH_SRC_CLASS (class)->create = camera_src_create;
}

static void
jetson_camera_src_init (JetsonCameraSrc *self)
{
  self->values = jetson_values_new (jetson_camera_options, CAMERA_OPTION_COUNT);
  self->lock_fd = -1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

gboolean
jetson_camera_src_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "nvarguscamerasrc", GST_RANK_NONE, JETSON_TYPE_CAMERA_SRC);
}
