import type { PreviewStart, PreviewStatus, PreviewStop } from '../../preview/types.js';
import type { PreviewStartBody, PreviewStatusBody, PreviewStopBody } from '../contract/preview.js';
import { perCamera, seconds } from './units.js';

export function presentPreviewStatus(status: PreviewStatus): PreviewStatusBody {
  return {
    preview_active: [...status.cameras.values()].some(({ active }) => active),
    cameras: perCamera(status.cameras, (camera) => ({
      active: camera.active,
      state: camera.state,
      uptime: seconds(camera.uptimeMs),
      hls_url: camera.hlsUrl,
      transport: camera.transport,
      stream_kind: camera.streamKind,
      webrtc: { enabled: camera.active && camera.transport === 'webrtc', stream_kind: camera.streamKind },
    })),
    transport_mode: status.transportMode,
    webrtc_supported: status.webrtcSupported,
    ice_servers: status.iceServers.map(({ urls, ...rest }) => ({ urls: [...urls], ...rest })),
    webrtc_streams: status.sessions.map((session) => ({
      session_id: session.sessionId,
      stream_kind: session.streamKind,
      camera_id: session.cameraId,
      connection_id: session.connectionId,
    })),
    relay: null,
  };
}

export function presentPreviewStart(result: PreviewStart): PreviewStartBody {
  return {
    success: result.success,
    message: result.message,
    ...(result.success ? { transport: result.transport } : {}),
    cameras_started: [...result.camerasStarted],
    cameras_failed: [...result.camerasFailed],
    ...(result.success ? {} : { failed_cameras: [...result.camerasFailed] }),
  };
}

export function presentPreviewStop(result: PreviewStop): PreviewStopBody {
  return {
    success: result.success,
    message: result.message,
    cameras_stopped: [...result.camerasStopped],
    cameras_failed: [...result.camerasFailed],
    ...(result.success ? {} : { failed_cameras: [...result.camerasFailed] }),
  };
}
