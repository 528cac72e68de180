#include "options.h"

struct _JetsonValues
{
  GMutex lock;
  guint count;
  GValue values[];
};

static GType
enum_type (const JetsonOption *option)
{
  GType type = g_type_from_name (option->type_name);

  return type ? type : g_enum_register_static (option->type_name, option->choices);
}

static GParamSpec *
spec_of (const JetsonOption *option)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | (option->playing ? GST_PARAM_MUTABLE_PLAYING : GST_PARAM_MUTABLE_READY);
  const gchar *name = option->name;

  switch (option->type) {
    case OPTION_BOOLEAN:
      return g_param_spec_boolean (name, name, name, option->standard != 0, flags);
    case OPTION_INT:
      return g_param_spec_int (name, name, name, option->minimum, option->maximum, option->standard, flags);
    case OPTION_UINT:
      return g_param_spec_uint (name, name, name, option->minimum, option->maximum, option->standard, flags);
    case OPTION_FLOAT:
      return g_param_spec_float (name, name, name, option->minimum, option->maximum, option->standard, flags);
    case OPTION_STRING:
      return g_param_spec_string (name, name, name, NULL, flags);
    case OPTION_ENUM:
      return g_param_spec_enum (name, name, name, enum_type (option), option->standard, flags);
  }
  g_assert_not_reached ();
}

void
jetson_options_install (GObjectClass *class, const JetsonOption *options, guint count)
{
  for (guint i = 0; i < count; i++)
    g_object_class_install_property (class, i + 1, spec_of (&options[i]));
}

JetsonValues *
jetson_values_new (const JetsonOption *options, guint count)
{
  JetsonValues *self = g_malloc0 (sizeof *self + count * sizeof (GValue));

  g_mutex_init (&self->lock);
  self->count = count;
  for (guint i = 0; i < count; i++) {
    GParamSpec *spec = g_param_spec_ref_sink (spec_of (&options[i]));

    g_value_init (&self->values[i], spec->value_type);
    g_param_value_set_default (spec, &self->values[i]);
    g_param_spec_unref (spec);
  }
  return self;
}

void
jetson_values_free (JetsonValues *self)
{
  for (guint i = 0; i < self->count; i++)
    g_value_unset (&self->values[i]);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
jetson_values_set (JetsonValues *self, guint id, const GValue *value)
{
  if (id == 0 || id > self->count)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_value_copy (value, &self->values[id - 1]);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

gboolean
jetson_values_get (JetsonValues *self, guint id, GValue *value)
{
  if (id == 0 || id > self->count)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_value_copy (&self->values[id - 1], value);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

gdouble
jetson_values_number (JetsonValues *self, guint id)
{
  const GValue *value = &self->values[id - 1];
  gdouble number;

  g_mutex_lock (&self->lock);
  if (G_VALUE_HOLDS_BOOLEAN (value))
    number = g_value_get_boolean (value);
  else if (G_VALUE_HOLDS_INT (value))
    number = g_value_get_int (value);
  else if (G_VALUE_HOLDS_UINT (value))
    number = g_value_get_uint (value);
  else if (G_VALUE_HOLDS_FLOAT (value))
    number = g_value_get_float (value);
  else
    number = g_value_get_enum (value);
  g_mutex_unlock (&self->lock);
  return number;
}

gchar *
jetson_values_text (JetsonValues *self, guint id)
{
  gchar *text;

  g_mutex_lock (&self->lock);
  text = g_value_dup_string (&self->values[id - 1]);
  g_mutex_unlock (&self->lock);
  return text;
}
