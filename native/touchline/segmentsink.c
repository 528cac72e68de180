/* segmentsink: records one video stream as a series of MP4 files that survive kill -9, a full disk and a power cut.
 *
 * A segment is <location-prefix><index, two digits or more>.mp4. It begins with the first keyframe at or after
 * `segment-duration-ms` (or with the first keyframe after a change of codec, profile or size) and holds every frame up to the
 * next one's keyframe. An existing file is never overwritten. While it grows, a segment is a fragmented MP4 that is
 * playable up to its newest fragment and synced every `sync-interval-ms`; when it ends it becomes an ordinary MP4 (one
 * moov, no moof), in the background. segment-file.c says in which order bytes reach the disk, docs/decisions/
 * 0002-own-segment-sink.md why this is not splitmuxsink.
 *
 * Messages: `touchline-segment-opened`, `touchline-segment-closed` (see segment-messages.h; the latter comes after file and folder
 * are synced). A file operation that fails is an element error whose text has the file and the system's reason. EOS is
 * posted after the last segment is closed. Without EOS, a stop leaves the running segment playable and unfinalised.
 *
 * Setting `finish` ends the stream as an EOS from upstream would, for a camera stack that swallows the EOS.
 *
 * Property `stats` (JSON), one consistent snapshot since READY -> PAUSED, never waits for the disk:
 *   {"segmentsOpened":n,"segmentsClosed":n,"frames":n,"droppedBeforeKeyframe":n,"bytes":n,"syncedBytes":n,"syncErrors":n,
 *    "slowestSyncMs":x,"current":{"index":n,"location":s,"frames":n,"bytes":n,"syncedBytes":n,"syncAgeMs":x}|null,
 *    "finalising":n}
 * `bytes` and `syncedBytes` at the top are of all segments of this run; `syncAgeMs` is the time since the newest fdatasync
 * that succeeded began (since the file's creation before the first one). After a stop the last figures stay readable.
 */

#include "segmentsink.h"

#include "segment-caps.h"
#include "segment-run.h"

GST_DEBUG_CATEGORY_STATIC (segment_sink_debug);
#define GST_CAT_DEFAULT segment_sink_debug

#define DEFAULT_START_INDEX 0
#define DEFAULT_SEGMENT_DURATION_MS 600000
#define DEFAULT_FRAGMENT_DURATION_MS 100
#define DEFAULT_SYNC_INTERVAL_MS 250
/* Timestamps at 30 fps are whole nanoseconds: 30 frames may be 10 ns short of a second. */
#define ROUNDING (1 * GST_MSECOND)
#define NOTHING_RECORDED \
  "{\"segmentsOpened\":0,\"segmentsClosed\":0,\"frames\":0,\"droppedBeforeKeyframe\":0,\"bytes\":0,\"syncedBytes\":0," \
  "\"syncErrors\":0,\"slowestSyncMs\":0.000,\"current\":null,\"finalising\":0}"

struct _TouchlineSegmentSink
{
  GstElement parent;
  GstPad *sinkpad;

  /* Streaming thread only. */
  GstSegment segment;
  GstCaps *caps;
  GstClockTime segment_began;   /* running time of the current segment's first frame */

  /* Guarded by the object lock. */
  TouchlineSegmentSettings settings;
  TouchlineSegmentRun *run;     /* from READY -> PAUSED to PAUSED -> READY */
  gchar *final_stats;           /* of the run before */
};

enum
{
  PROP_0,
  PROP_LOCATION_PREFIX,
  PROP_START_INDEX,
  PROP_SEGMENT_DURATION_MS,
  PROP_FRAGMENT_DURATION_MS,
  PROP_SYNC_INTERVAL_MS,
  PROP_FINISH,
  PROP_STATS
};

G_DEFINE_TYPE (TouchlineSegmentSink, touchline_segment_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-h264, stream-format=(string)avc, alignment=(string)au; "
        "video/x-h265, stream-format=(string)hvc1, alignment=(string)au"));

static GstFlowReturn
begin_segment (TouchlineSegmentSink *sink, GstClockTime running_time)
{
  GstEvent *stream_start = gst_pad_get_sticky_event (sink->sinkpad, GST_EVENT_STREAM_START, 0);
  GstFlowReturn result;

  if (!stream_start)
    stream_start = gst_event_new_stream_start (GST_OBJECT_NAME (sink));
  result = touchline_segment_run_begin_segment (sink->run, stream_start, sink->caps, &sink->segment);
  gst_event_unref (stream_start);
  sink->segment_began = running_time;
  return result;
}

/* Keyframes without a time of their own cannot be compared with anything and stay in the running segment. */
static gboolean
is_boundary (TouchlineSegmentSink *sink, GstClockTime running_time)
{
  GstClockTime duration = sink->settings.segment_duration_ms * GST_MSECOND;

  return GST_CLOCK_TIME_IS_VALID (running_time) && GST_CLOCK_TIME_IS_VALID (sink->segment_began)
      && running_time + ROUNDING >= sink->segment_began + duration;
}

static GstFlowReturn
segment_sink_chain (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBuffer *buffer)
{
  TouchlineSegmentSink *sink = TOUCHLINE_SEGMENT_SINK (parent);
  gboolean is_keyframe = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  GstClockTime running_time = gst_segment_to_running_time (&sink->segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : GST_BUFFER_DTS (buffer));
  GstClockTime end_time = running_time;
  gboolean has_segment = touchline_segment_run_has_segment (sink->run);

  if (!sink->caps) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (is_keyframe && (!has_segment || is_boundary (sink, running_time))) {
    GstFlowReturn result = begin_segment (sink, running_time);

    if (result != GST_FLOW_OK) {
      gst_buffer_unref (buffer);
      return result;
    }
  } else if (!has_segment) {
    touchline_segment_run_count_dropped (sink->run);
  }

  if (GST_CLOCK_TIME_IS_VALID (running_time) && GST_BUFFER_DURATION_IS_VALID (buffer))
    end_time += GST_BUFFER_DURATION (buffer);
  return touchline_segment_run_push (sink->run, buffer, running_time, end_time);
}

static void
set_caps (TouchlineSegmentSink *sink, GstCaps *caps)
{
  if (sink->caps && !touchline_segment_is_same_stream (sink->caps, caps))
    touchline_segment_run_end_segment (sink->run);
  gst_caps_replace (&sink->caps, caps);
}

static gboolean
segment_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  TouchlineSegmentSink *sink = TOUCHLINE_SEGMENT_SINK (parent);
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      set_caps (sink, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &sink->segment);
      if (sink->segment.format != GST_FORMAT_TIME) {
        GST_ELEMENT_ERROR (sink, STREAM, FORMAT, ("frames need timestamps, got a segment in another format"), (NULL));
        gst_event_unref (event);
        return FALSE;
      }
      touchline_segment_run_push_event (sink->run, gst_event_ref (event));
      break;
    case GST_EVENT_EOS:
      touchline_segment_run_end_stream (sink->run, gst_event_get_seqnum (event));
      break;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
  gst_event_unref (event);
  return TRUE;
}

/* The sink waits for no clock, so the latency that counts is the one upstream. */
static gboolean
segment_sink_query (GstElement *element, GstQuery *query)
{
  return gst_pad_peer_query (TOUCHLINE_SEGMENT_SINK (element)->sinkpad, query);
}

static gboolean
segment_sink_send_event (GstElement *element, GstEvent *event)
{
  if (GST_EVENT_IS_UPSTREAM (event))
    return gst_pad_push_event (TOUCHLINE_SEGMENT_SINK (element)->sinkpad, event);
  return GST_ELEMENT_CLASS (touchline_segment_sink_parent_class)->send_event (element, event);
}

static gboolean
start_run (TouchlineSegmentSink *sink)
{
  if (!sink->settings.location_prefix) {
    GST_ELEMENT_ERROR (sink, RESOURCE, SETTINGS, ("the property location-prefix is not set"), (NULL));
    return FALSE;
  }
  gst_segment_init (&sink->segment, GST_FORMAT_TIME);
  sink->segment_began = GST_CLOCK_TIME_NONE;

  GST_OBJECT_LOCK (sink);
  sink->run = touchline_segment_run_new (GST_ELEMENT (sink), &sink->settings);
  g_clear_pointer (&sink->final_stats, g_free);
  GST_OBJECT_UNLOCK (sink);
  return TRUE;
}

static void
stop_run (TouchlineSegmentSink *sink)
{
  TouchlineSegmentRun *run = sink->run;

  touchline_segment_run_stop (run);
  gst_pad_set_active (sink->sinkpad, FALSE);
  touchline_segment_run_stop (run);
  touchline_segment_run_wait (run);

  GST_OBJECT_LOCK (sink);
  sink->final_stats = touchline_segment_run_stats (run);
  sink->run = NULL;
  GST_OBJECT_UNLOCK (sink);
  touchline_segment_run_free (run);
  gst_caps_replace (&sink->caps, NULL);
}

static GstStateChangeReturn
segment_sink_change_state (GstElement *element, GstStateChange transition)
{
  TouchlineSegmentSink *sink = TOUCHLINE_SEGMENT_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start_run (sink))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop_run (sink);

  result = GST_ELEMENT_CLASS (touchline_segment_sink_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE)
    stop_run (sink);
  return result;
}

/* Serialised with the stream like any EOS; on a thread of its own, because whoever sets the property must not wait for
 * a disk that is slow. */
static void
finish_stream (GstElement *element, gpointer user_data G_GNUC_UNUSED)
{
  gst_pad_send_event (TOUCHLINE_SEGMENT_SINK (element)->sinkpad, gst_event_new_eos ());
}

static void
segment_sink_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  TouchlineSegmentSink *sink = TOUCHLINE_SEGMENT_SINK (object);
  gboolean finish = FALSE;

  GST_OBJECT_LOCK (sink);
  switch (id) {
    case PROP_LOCATION_PREFIX:
      g_free (sink->settings.location_prefix);
      sink->settings.location_prefix = g_value_dup_string (value);
      break;
    case PROP_START_INDEX:
      sink->settings.start_index = g_value_get_uint (value);
      break;
    case PROP_SEGMENT_DURATION_MS:
      sink->settings.segment_duration_ms = g_value_get_uint (value);
      break;
    case PROP_FRAGMENT_DURATION_MS:
      sink->settings.fragment_duration_ms = g_value_get_uint (value);
      break;
    case PROP_SYNC_INTERVAL_MS:
      sink->settings.sync_interval_ms = g_value_get_uint (value);
      break;
    case PROP_FINISH:
      finish = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (sink);
  if (finish)
    gst_element_call_async (GST_ELEMENT (sink), finish_stream, NULL, NULL);
}

static void
segment_sink_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TouchlineSegmentSink *sink = TOUCHLINE_SEGMENT_SINK (object);

  GST_OBJECT_LOCK (sink);
  switch (id) {
    case PROP_LOCATION_PREFIX:
      g_value_set_string (value, sink->settings.location_prefix);
      break;
    case PROP_START_INDEX:
      g_value_set_uint (value, sink->settings.start_index);
      break;
    case PROP_SEGMENT_DURATION_MS:
      g_value_set_uint (value, sink->settings.segment_duration_ms);
      break;
    case PROP_FRAGMENT_DURATION_MS:
      g_value_set_uint (value, sink->settings.fragment_duration_ms);
      break;
    case PROP_SYNC_INTERVAL_MS:
      g_value_set_uint (value, sink->settings.sync_interval_ms);
      break;
    case PROP_STATS:
      if (sink->run)
        g_value_take_string (value, touchline_segment_run_stats (sink->run));
      else
        g_value_set_string (value, sink->final_stats ? sink->final_stats : NOTHING_RECORDED);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (sink);
}

static void
segment_sink_finalize (GObject *object)
{
  TouchlineSegmentSink *sink = TOUCHLINE_SEGMENT_SINK (object);

  gst_caps_replace (&sink->caps, NULL);
  g_free (sink->settings.location_prefix);
  g_free (sink->final_stats);
  G_OBJECT_CLASS (touchline_segment_sink_parent_class)->finalize (object);
}

static void
touchline_segment_sink_init (TouchlineSegmentSink *sink)
{
  GST_OBJECT_FLAG_SET (sink, GST_ELEMENT_FLAG_SINK);
  sink->settings.start_index = DEFAULT_START_INDEX;
  sink->settings.segment_duration_ms = DEFAULT_SEGMENT_DURATION_MS;
  sink->settings.fragment_duration_ms = DEFAULT_FRAGMENT_DURATION_MS;
  sink->settings.sync_interval_ms = DEFAULT_SYNC_INTERVAL_MS;

  sink->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (sink->sinkpad, segment_sink_chain);
  gst_pad_set_event_function (sink->sinkpad, segment_sink_event);
  gst_element_add_pad (GST_ELEMENT (sink), sink->sinkpad);
}

static void
install_uint (GObjectClass *klass, guint id, const gchar *name, const gchar *blurb, guint minimum, guint value)
{
  g_object_class_install_property (klass, id, g_param_spec_uint (name, name, blurb, minimum, G_MAXUINT, value,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
}

static void
touchline_segment_sink_class_init (TouchlineSegmentSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (segment_sink_debug, "segmentsink", 0, "recording in segments");
  object_class->set_property = segment_sink_set_property;
  object_class->get_property = segment_sink_get_property;
  object_class->finalize = segment_sink_finalize;
  element_class->change_state = segment_sink_change_state;
  element_class->query = segment_sink_query;
  element_class->send_event = segment_sink_send_event;

  g_object_class_install_property (object_class, PROP_LOCATION_PREFIX, g_param_spec_string ("location-prefix",
          "location-prefix", "Start of each file's path; the index and .mp4 are appended", NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  install_uint (object_class, PROP_START_INDEX, "start-index", "Index of the first segment", 0, DEFAULT_START_INDEX);
  install_uint (object_class, PROP_SEGMENT_DURATION_MS, "segment-duration-ms",
      "A segment ends at the first keyframe at or after this", 1, DEFAULT_SEGMENT_DURATION_MS);
  install_uint (object_class, PROP_FRAGMENT_DURATION_MS, "fragment-duration-ms",
      "How much of the running segment a crash may cost", 1, DEFAULT_FRAGMENT_DURATION_MS);
  install_uint (object_class, PROP_SYNC_INTERVAL_MS, "sync-interval-ms",
      "How often the running segment is synced to the disk", 1, DEFAULT_SYNC_INTERVAL_MS);
  g_object_class_install_property (object_class, PROP_FINISH, g_param_spec_boolean ("finish", "finish",
          "Set to end the stream here, for a source that does not pass EOS on", FALSE,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_STATS, g_param_spec_string ("stats", "stats",
          "Figures of this run as JSON", NOTHING_RECORDED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Segment sink", "Sink/File/Video",
      "Records a video stream as MP4 files that survive a crash", "Touchline");
}

gboolean
touchline_segment_sink_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "segmentsink", GST_RANK_NONE, TOUCHLINE_TYPE_SEGMENT_SINK);
}
