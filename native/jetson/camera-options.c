#include "camera-options.h"

static const GEnumValue white_balances[] = {
  {0, "off", "off"}, {1, "auto", "auto"}, {2, "incandescent", "incandescent"}, {3, "fluorescent", "fluorescent"},
  {4, "warm-fluorescent", "warm-fluorescent"}, {5, "daylight", "daylight"}, {6, "cloudy-daylight", "cloudy-daylight"},
  {7, "twilight", "twilight"}, {8, "shade", "shade"}, {9, "manual", "manual"}, {0, NULL, NULL}
};

static const GEnumValue noise_reductions[] = {
  {0, "off", "NoiseReduction_Off"}, {1, "fast", "NoiseReduction_Fast"},
  {2, "high-quality", "NoiseReduction_HighQuality"}, {0, NULL, NULL}
};

static const GEnumValue edge_enhancements[] = {
  {0, "off", "EdgeEnhancement_Off"}, {1, "fast", "EdgeEnhancement_Fast"},
  {2, "high-quality", "EdgeEnhancement_HighQuality"}, {0, NULL, NULL}
};

static const GEnumValue antibandings[] = {
  {0, "off", "AeAntibandingMode_Off"}, {1, "auto", "AeAntibandingMode_Auto"}, {2, "50 Hz", "AeAntibandingMode_50HZ"},
  {3, "60 Hz", "AeAntibandingMode_60HZ"}, {0, NULL, NULL}
};

const JetsonOption jetson_camera_options[CAMERA_OPTION_COUNT] = {
  NUMBER_OPTION ("sensor-id", OPTION_INT, 0, 255, 0, FALSE),
  NUMBER_OPTION ("sensor-mode", OPTION_INT, -1, 255, -1, FALSE),
  ENUM_OPTION ("wbmode", "JetsonWhiteBalance", white_balances, 1, TRUE),
  BOOLEAN_OPTION ("aelock", FALSE, TRUE),
  BOOLEAN_OPTION ("awblock", FALSE, TRUE),
  STRING_OPTION ("exposuretimerange", TRUE),
  STRING_OPTION ("gainrange", TRUE),
  STRING_OPTION ("ispdigitalgainrange", TRUE),
  NUMBER_OPTION ("exposurecompensation", OPTION_FLOAT, -2, 2, 0, TRUE),
  ENUM_OPTION ("tnr-mode", "JetsonNoiseReduction", noise_reductions, 1, TRUE),
  ENUM_OPTION ("ee-mode", "JetsonEdgeEnhancement", edge_enhancements, 1, TRUE),
  NUMBER_OPTION ("tnr-strength", OPTION_FLOAT, -1, 1, -1, TRUE),
  NUMBER_OPTION ("ee-strength", OPTION_FLOAT, -1, 1, -1, TRUE),
  ENUM_OPTION ("aeantibanding", "JetsonAntibanding", antibandings, 1, TRUE),
  NUMBER_OPTION ("saturation", OPTION_FLOAT, 0, 2, 1, TRUE),
  NUMBER_OPTION ("timeout", OPTION_INT, 0, G_MAXINT, 0, FALSE),
  BOOLEAN_OPTION ("bufapi-version", FALSE, FALSE),
  BOOLEAN_OPTION ("silent", TRUE, FALSE),
};
