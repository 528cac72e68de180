#include "unwrap.h"

#include "nvmm.h"

struct _JetsonUnwrap
{
  GstElement parent;
  GstPad *sinkpad;
  GstPad *srcpad;
};

G_DEFINE_TYPE (JetsonUnwrap, jetson_unwrap, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (NVMM_CAPS ("{ NV12, I420 }")));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format=(string){ NV12, I420 }"));

static GstCaps *
with_feature (GstCaps *caps, const gchar *feature)
{
  GstCaps *copy = gst_caps_copy (caps);

  for (guint i = 0; i < gst_caps_get_size (copy); i++)
    gst_caps_set_features (copy, i, feature ? gst_caps_features_new (feature, NULL) : NULL);
  return copy;
}

/* The caps of one pad: those of the peer of the other pad, with the feature exchanged. */
static void
answer_caps (GstQuery *query, GstPad *pad, GstPad *other, const gchar *feature)
{
  GstCaps *template = gst_pad_get_pad_template_caps (pad);
  GstCaps *theirs = gst_pad_peer_query_caps (other, NULL);
  GstCaps *ours = with_feature (theirs, feature);
  GstCaps *possible = gst_caps_intersect_full (ours, template, GST_CAPS_INTERSECT_FIRST);
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  if (filter) {
    GstCaps *filtered = gst_caps_intersect_full (filter, possible, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (possible);
    possible = filtered;
  }
  gst_query_set_caps_result (query, possible);
  gst_caps_unref (possible);
  gst_caps_unref (ours);
  gst_caps_unref (theirs);
  gst_caps_unref (template);
}

static gboolean
unwrap_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps (query, pad, JETSON_UNWRAP (parent)->srcpad, NVMM_FEATURE);
      return TRUE;
    case GST_QUERY_ALLOCATION:
      return FALSE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static gboolean
unwrap_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS) {
    answer_caps (query, pad, JETSON_UNWRAP (parent)->sinkpad, NULL);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static gboolean
unwrap_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstCaps *caps, *plain;
    gboolean accepted;

    gst_event_parse_caps (event, &caps);
    plain = with_feature (caps, NULL);
    accepted = gst_pad_push_event (JETSON_UNWRAP (parent)->srcpad, gst_event_new_caps (plain));
    gst_caps_unref (plain);
    gst_event_unref (event);
    return accepted;
  }
  return gst_pad_event_default (pad, parent, event);
}

static GstFlowReturn
unwrap_chain (GstPad *pad G_GNUC_UNUSED, GstObject *parent, GstBuffer *buffer)
{
  return gst_pad_push (JETSON_UNWRAP (parent)->srcpad, buffer);
}

static void
jetson_unwrap_class_init (JetsonUnwrapClass *class)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Unwrap", "Generic",
      "Takes memory:NVMM caps away", "Touchline");
}

static void
jetson_unwrap_init (JetsonUnwrap *self)
{
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, unwrap_chain);
  gst_pad_set_event_function (self->sinkpad, unwrap_sink_event);
  gst_pad_set_query_function (self->sinkpad, unwrap_sink_query);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (self->srcpad, unwrap_src_query);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
