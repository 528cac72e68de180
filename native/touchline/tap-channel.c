/* A mailbox between two pipelines of one process.
 *
 * The one who writes is a recording, so it must not be possible for a reader to hold it up, whatever the reader does:
 * - it never waits for the lock. A reader runs at low priority and may lose the processor while it holds it; the frame
 *   of that moment is then left out;
 * - what nobody has fetched is let go of again, oldest first: a channel holds `depth` frames at most, none while nobody
 *   reads. Hardware buffers go back to their pool when the last copy of a frame is gone.
 *
 * A reader that has fallen behind goes on with the next frame that can be decoded without the ones it lost.
 */

#include "tap-channel.h"

struct _TapChannel
{
  gint references;
  gchar *name;

  GMutex lock;
  GCond changed;
  guint readers;
  GstCaps *caps;
  /* Newest at the tail; the head has the number `first`. */
  GQueue frames;
  guint64 first;
  /* A frame was left out: set without the lock. */
  gint skipped;
};

static GMutex registry_lock;
static GHashTable *registry;

TapChannel *
tap_channel_get (const gchar *name)
{
  TapChannel *channel;

  g_mutex_lock (&registry_lock);
  if (registry == NULL)
    registry = g_hash_table_new (g_str_hash, g_str_equal);
  channel = g_hash_table_lookup (registry, name);
  if (channel == NULL) {
    channel = g_new0 (TapChannel, 1);
    channel->name = g_strdup (name);
    g_mutex_init (&channel->lock);
    g_cond_init (&channel->changed);
    g_queue_init (&channel->frames);
    g_hash_table_insert (registry, channel->name, channel);
  }
  channel->references++;
  g_mutex_unlock (&registry_lock);
  return channel;
}

void
tap_channel_unref (TapChannel *channel)
{
  g_mutex_lock (&registry_lock);
  if (--channel->references > 0) {
    g_mutex_unlock (&registry_lock);
    return;
  }
  g_hash_table_remove (registry, channel->name);
  g_mutex_unlock (&registry_lock);

  g_queue_clear_full (&channel->frames, (GDestroyNotify) gst_buffer_unref);
  gst_caps_replace (&channel->caps, NULL);
  g_cond_clear (&channel->changed);
  g_mutex_clear (&channel->lock);
  g_free (channel->name);
  g_free (channel);
}

/* With the lock. What is taken out is given to `gone`, to be freed without it. */
static void
drop_oldest (TapChannel *channel, guint keep, GQueue *gone)
{
  while (channel->frames.length > keep) {
    g_queue_push_tail (gone, g_queue_pop_head (&channel->frames));
    channel->first++;
  }
}

static void
drop_all (TapChannel *channel)
{
  GQueue gone = G_QUEUE_INIT;

  g_mutex_lock (&channel->lock);
  drop_oldest (channel, 0, &gone);
  /* Whoever reads has to begin anew. */
  channel->first++;
  g_mutex_unlock (&channel->lock);
  g_queue_clear_full (&gone, (GDestroyNotify) gst_buffer_unref);
}

void
tap_channel_set_caps (TapChannel *channel, GstCaps *caps)
{
  drop_all (channel);
  g_mutex_lock (&channel->lock);
  gst_caps_replace (&channel->caps, caps);
  g_mutex_unlock (&channel->lock);
}

void
tap_channel_clear (TapChannel *channel)
{
  drop_all (channel);
}

void
tap_channel_offer (TapChannel *channel, GstBuffer *buffer, guint depth)
{
  GQueue gone = G_QUEUE_INIT;

  if (!g_mutex_trylock (&channel->lock)) {
    g_atomic_int_set (&channel->skipped, TRUE);
    return;
  }
  if (channel->readers > 0) {
    if (g_atomic_int_compare_and_exchange (&channel->skipped, TRUE, FALSE)) {
      drop_oldest (channel, 0, &gone);
      channel->first++;
    }
    drop_oldest (channel, depth - 1, &gone);
    g_queue_push_tail (&channel->frames, gst_buffer_ref (buffer));
    g_cond_broadcast (&channel->changed);
  }
  g_mutex_unlock (&channel->lock);
  g_queue_clear_full (&gone, (GDestroyNotify) gst_buffer_unref);
}

void
tap_channel_set_reading (TapChannel *channel, TapReader *reader, gboolean reading)
{
  gboolean last = FALSE;

  g_mutex_lock (&channel->lock);
  if (reader->reading != reading) {
    reader->reading = reading;
    reader->synced = FALSE;
    reader->next = channel->first + channel->frames.length;
    channel->readers += reading ? 1 : -1;
    last = channel->readers == 0;
    g_cond_broadcast (&channel->changed);
  }
  g_mutex_unlock (&channel->lock);
  if (last)
    drop_all (channel);
}

void
tap_channel_set_flushing (TapChannel *channel, TapReader *reader, gboolean flushing)
{
  g_mutex_lock (&channel->lock);
  reader->flushing = flushing;
  g_cond_broadcast (&channel->changed);
  g_mutex_unlock (&channel->lock);
}

/* With the lock: the next frame that this reader can use, NULL when there is none yet. */
static GstBuffer *
next_frame (TapChannel *channel, TapReader *reader, gboolean keyframes_only)
{
  if (reader->next < channel->first) {
    reader->next = channel->first;
    reader->synced = FALSE;
  }
  while (reader->next < channel->first + channel->frames.length) {
    GstBuffer *buffer = g_queue_peek_nth (&channel->frames, reader->next - channel->first);

    reader->next++;
    if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
      reader->synced = TRUE;
    else if (keyframes_only || !reader->synced)
      continue;
    return buffer;
  }
  return NULL;
}

TapResult
tap_channel_take (TapChannel *channel, TapReader *reader, gint64 due_us, gboolean keyframes_only,
    GstBuffer **buffer, GstCaps **caps)
{
  GstBuffer *found = NULL;

  g_mutex_lock (&channel->lock);
  while (!reader->flushing && found == NULL) {
    if (!reader->reading)
      g_cond_wait (&channel->changed, &channel->lock);
    else if (g_get_monotonic_time () < due_us)
      g_cond_wait_until (&channel->changed, &channel->lock, due_us);
    else if ((found = next_frame (channel, reader, keyframes_only)) == NULL)
      g_cond_wait (&channel->changed, &channel->lock);
  }
  if (found != NULL) {
    *buffer = gst_buffer_ref (found);
    *caps = channel->caps != NULL ? gst_caps_ref (channel->caps) : NULL;
  }
  g_mutex_unlock (&channel->lock);
  return found != NULL ? TAP_TAKEN : TAP_FLUSHING;
}
