#include "faults.h"

#include <string.h>

typedef struct
{
  const gchar *name;
  gsize offset;
  gboolean counted;
} Fault;

static const Fault known[] = {
  {"no-frames", offsetof (JetsonFaults, no_frames), FALSE},
  {"hang-on-eos", offsetof (JetsonFaults, hang_on_eos), FALSE},
  {"hang-on-start", offsetof (JetsonFaults, hang_on_start), FALSE},
  {"hang-on-stop", offsetof (JetsonFaults, hang_on_stop), FALSE},
  {"no-session", offsetof (JetsonFaults, no_session), FALSE},
  {"stop-after", offsetof (JetsonFaults, stop_after), TRUE},
  {"error-after", offsetof (JetsonFaults, error_after), TRUE},
  {"abort-after", offsetof (JetsonFaults, abort_after), TRUE},
};

static gboolean
apply_one (const gchar *text, gint sensor_id, JetsonFaults *faults)
{
  g_auto (GStrv) target = g_strsplit (text, "@", 2);
  g_auto (GStrv) parts = g_strsplit (target[0], ":", 2);
  guint64 number = 0;

  if (target[1]) {
    if (!g_ascii_string_to_unsigned (target[1], 10, 0, 255, &number, NULL))
      return FALSE;
    if ((gint) number != sensor_id)
      return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    gpointer field = (gchar *) faults + known[i].offset;

    if (g_strcmp0 (parts[0], known[i].name) != 0 || known[i].counted != (parts[1] != NULL))
      continue;
    if (!known[i].counted) {
      *(gboolean *) field = TRUE;
      return TRUE;
    }
    if (!g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXINT64, &number, NULL))
      return FALSE;
    *(gint64 *) field = number;
    return TRUE;
  }
  return FALSE;
}

static gboolean
apply_list (const gchar *list, gint sensor_id, JetsonFaults *faults, gchar **message)
{
  g_auto (GStrv) entries = g_strsplit_set (list, ", \t\r\n", -1);

  for (guint i = 0; entries[i]; i++) {
    if (*entries[i] && !apply_one (entries[i], sensor_id, faults)) {
      *message = g_strdup_printf ("There is no fault \"%s\".", entries[i]);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
jetson_faults_read (gint sensor_id, JetsonFaults *faults, gchar **message)
{
  const gchar *list = g_getenv ("TOUCHLINE_TEST_JETSON_FAULT");
  const gchar *path = g_getenv ("TOUCHLINE_TEST_JETSON_FAULT_FILE");
  g_autofree gchar *content = NULL;

  memset (faults, 0, sizeof *faults);
  faults->stop_after = faults->error_after = faults->abort_after = -1;
  if (list && !apply_list (list, sensor_id, faults, message))
    return FALSE;
  if (path && g_file_get_contents (path, &content, NULL, NULL) && !apply_list (content, sensor_id, faults, message))
    return FALSE;
  return TRUE;
}
