/* What a segment sink says on the bus. Any thread may post. */
#pragma once

#include "segment-branch.h"

G_BEGIN_DECLS

/** Error message of the element with the domain, code and text of `error`. */
void touchline_segment_post_error (GstElement *element, const GError *error);

/**
 * `touchline-segment-opened` {location: string, index: uint, mono-us: string}: the file is there and can be played.
 * `mono-us` is CLOCK_MONOTONIC at its first frame.
 */
void touchline_segment_post_opened (GstElement *element, const TouchlineSegmentBranch *branch);

/**
 * `touchline-segment-closed` {location: string, index: uint, frames: uint, bytes: string, duration-ms: double,
 * finalised: boolean, synced: boolean, error: string (only when there is one)}. `size` in bytes.
 */
void touchline_segment_post_closed (GstElement *element, const TouchlineSegmentBranch *branch, guint64 size,
    gboolean finalised, gboolean synced, const GError *error);

void touchline_segment_post_eos (GstElement *element, guint32 seqnum);

G_END_DECLS
