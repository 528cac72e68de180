import type { CameraId } from '../recording/types.js';
import type { PreviewStatusBody } from './contract/preview.js';
import { cameraKey } from './presenters/units.js';

/** Where the API asks for the state of the live pictures; instant, never waits. */
export interface PreviewStatusSource {
  status(): PreviewStatusBody;
}

/**
 * The truth of a rig without live pictures: every camera stopped, no WebRTC. The same object each time, because
 * players restart their streams when the serialised list of ICE servers changes (contract 7.4).
 */
export function withoutPreview(cameras: readonly CameraId[]): PreviewStatusSource {
  const body: PreviewStatusBody = {
    preview_active: false,
    cameras: Object.fromEntries(cameras.map((id) => [cameraKey(id), stoppedCamera(id)])),
    transport_mode: 'dual',
    webrtc_supported: false,
    ice_servers: [],
    webrtc_streams: [],
    relay: null,
  };
  return { status: () => body };
}

function stoppedCamera(id: CameraId): PreviewStatusBody['cameras'][string] {
  const streamKind = `main_cam${id}`;
  return {
    active: false,
    state: 'stopped',
    uptime: 0,
    hls_url: `/hls/cam${id}.m3u8`,
    transport: 'hls',
    stream_kind: streamKind,
    webrtc: { enabled: false, stream_kind: streamKind },
  };
}
