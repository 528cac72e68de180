#ifndef JETSON_NVMM_H
#define JETSON_NVMM_H

/* Caps of NVIDIA's device memory. Here the buffers behind them are ordinary memory: what the stand-ins keep is which
 * elements may be linked, because that is what a wrong template gets wrong. */

#include <gst/gst.h>

#define NVMM_FEATURE "memory:NVMM"
#define NVMM_CAPS(formats) "video/x-raw(" NVMM_FEATURE "), format=(string)" formats \
    ", width=(int)[1,MAX], height=(int)[1,MAX], framerate=(fraction)[0/1,MAX]"

/* Registers of the elements, called by plugin.c. */
gboolean jetson_camera_src_register (GstPlugin *plugin);
gboolean jetson_vidconv_register (GstPlugin *plugin);
gboolean jetson_encoders_register (GstPlugin *plugin);

#endif
