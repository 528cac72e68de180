#ifndef TOUCHLINE_TAP_CHANNEL_H
#define TOUCHLINE_TAP_CHANNEL_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where `frametap` leaves frames for `tapsrc`: a few frames, the newest of a stream, known by a name within a process. */
typedef struct _TapChannel TapChannel;

/* A reader's place in the channel. Its fields belong to the channel, under its lock. */
typedef struct
{
  gboolean reading;
  gboolean flushing;
  /* Number of the frame that is due next. */
  guint64 next;
  /* What comes next can be decoded by somebody who has what was taken before. */
  gboolean synced;
} TapReader;

typedef enum
{
  TAP_TAKEN,
  TAP_FLUSHING
} TapResult;

/* The channel of that name, made when nobody has it yet. */
TapChannel *tap_channel_get (const gchar *name);
void tap_channel_unref (TapChannel *channel);

/* For the one who writes. `offer` never waits: what cannot be handed over at once is not handed over. */
void tap_channel_set_caps (TapChannel *channel, GstCaps *caps);
void tap_channel_offer (TapChannel *channel, GstBuffer *buffer, guint depth);
void tap_channel_clear (TapChannel *channel);

/* For those who read. Nothing is kept while nobody reads. */
void tap_channel_set_reading (TapChannel *channel, TapReader *reader, gboolean reading);
void tap_channel_set_flushing (TapChannel *channel, TapReader *reader, gboolean flushing);

/* Waits for a frame that was not taken yet, and not before `due_us` (g_get_monotonic_time). Both results are the caller's. */
TapResult tap_channel_take (TapChannel *channel, TapReader *reader, gint64 due_us, gboolean keyframes_only,
    GstBuffer **buffer, GstCaps **caps);

G_END_DECLS

#endif
