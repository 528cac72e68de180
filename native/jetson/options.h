#ifndef JETSON_OPTIONS_H
#define JETSON_OPTIONS_H

/* Properties as tables: each element lists its documented properties with type, range and default, and nothing else. */

#include <gst/gst.h>

typedef enum
{
  OPTION_BOOLEAN,
  OPTION_INT,
  OPTION_UINT,
  OPTION_FLOAT,
  OPTION_STRING,
  OPTION_ENUM
} JetsonOptionType;

typedef struct
{
  const gchar *name;
  JetsonOptionType type;
  gdouble minimum, maximum, standard;
  /* OPTION_ENUM: the name of the GType and its values, ended by an empty one. */
  const gchar *type_name;
  const GEnumValue *choices;
  /* May change while playing. */
  gboolean playing;
} JetsonOption;

/* Rows of such a table. */
#define NUMBER_OPTION(name_, type_, minimum_, maximum_, standard_, playing_) \
  { .name = name_, .type = type_, .minimum = minimum_, .maximum = maximum_, .standard = standard_, .playing = playing_ }
#define BOOLEAN_OPTION(name_, standard_, playing_) \
  { .name = name_, .type = OPTION_BOOLEAN, .standard = standard_, .playing = playing_ }
#define STRING_OPTION(name_, playing_) { .name = name_, .type = OPTION_STRING, .playing = playing_ }
#define ENUM_OPTION(name_, type_name_, choices_, standard_, playing_) \
  { .name = name_, .type = OPTION_ENUM, .type_name = type_name_, .choices = choices_, .standard = standard_, \
    .playing = playing_ }

/* Makes the options properties of the class: the first has id 1, the second 2, and so on. */
void jetson_options_install (GObjectClass *class, const JetsonOption *options, guint count);

/* The values of one instance, as defaults. To be freed with jetson_values_free. */
typedef struct _JetsonValues JetsonValues;
JetsonValues *jetson_values_new (const JetsonOption *options, guint count);
void jetson_values_free (JetsonValues *values);

/* From any thread. FALSE when there is no property with this id. */
gboolean jetson_values_set (JetsonValues *values, guint id, const GValue *value);
gboolean jetson_values_get (JetsonValues *values, guint id, GValue *value);

/* The value of an option that is a number, an enum or a boolean. */
gdouble jetson_values_number (JetsonValues *values, guint id);
/* The value of a string option, or NULL; to be freed. */
gchar *jetson_values_text (JetsonValues *values, guint id);

#endif
