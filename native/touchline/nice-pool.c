/* Threads of low priority that end with their task.
 *
 * GStreamer's own tasks share the threads of one pool of GLib's. A priority once lowered cannot be raised again without
 * privileges, so a thread that was made nice there would later read the camera of a recording.
 */

#include "nice-pool.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct _TouchlineNicePool
{
  GstTaskPool parent;
  gint nice;
};

G_DEFINE_TYPE (TouchlineNicePool, touchline_nice_pool, GST_TYPE_TASK_POOL)

typedef struct
{
  GstTaskPoolFunction function;
  gpointer user_data;
  gint nice;
} NiceWork;

static gpointer
run_nicely (gpointer data)
{
  NiceWork *work = data;
  NiceWork own = *work;

  g_free (work);
  if (setpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid), own.nice) != 0)
    GST_WARNING ("the priority could not be lowered: %s", g_strerror (errno));
  own.function (own.user_data);
  return NULL;
}

static void
nice_pool_prepare (GstTaskPool *pool G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
}

static void
nice_pool_cleanup (GstTaskPool *pool G_GNUC_UNUSED)
{
}

static gpointer
nice_pool_push (GstTaskPool *pool, GstTaskPoolFunction function, gpointer user_data, GError **error)
{
  NiceWork *work = g_new0 (NiceWork, 1);
  GThread *thread;

  work->function = function;
  work->user_data = user_data;
  work->nice = TOUCHLINE_NICE_POOL (pool)->nice;
  thread = g_thread_try_new ("monitor", run_nicely, work, error);
  if (thread == NULL)
    g_free (work);
  return thread;
}

static void
nice_pool_join (GstTaskPool *pool G_GNUC_UNUSED, gpointer id)
{
  if (id != NULL)
    g_thread_join (id);
}

static void
touchline_nice_pool_class_init (TouchlineNicePoolClass *class)
{
  GstTaskPoolClass *pool_class = GST_TASK_POOL_CLASS (class);

  pool_class->prepare = nice_pool_prepare;
  pool_class->cleanup = nice_pool_cleanup;
  pool_class->push = nice_pool_push;
  pool_class->join = nice_pool_join;
}

static void
touchline_nice_pool_init (TouchlineNicePool *self G_GNUC_UNUSED)
{
}

GstTaskPool *
touchline_nice_pool_new (gint nice)
{
  TouchlineNicePool *self = g_object_new (TOUCHLINE_TYPE_NICE_POOL, NULL);

  gst_object_ref_sink (self);
  self->nice = nice;
  return GST_TASK_POOL (self);
}
