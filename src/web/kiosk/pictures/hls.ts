import type { PreviewStartBody } from '../../../api/contract/preview.js';
import type { RestClient } from '../../rig/rest.js';
import { asRigError, RigError } from '../../rig/rig-error.js';

export interface HlsPicture {
  /** Ends it here. Idempotent. */
  close(): void;
}

export interface HlsOptions {
  readonly rest: RestClient;
  readonly camera: number;
  readonly video: HTMLVideoElement;
  /** `/hls/cam0.m3u8` */
  readonly url: string;
  readonly onEnd: (error: RigError) => void;
}

const NATIVE = 'application/vnd.apple.mpegurl';

/**
 * One live picture over HLS, some seconds late, for networks that let no WebRTC through. The player is fetched only here;
 * Safari has its own.
 */
export function openHls({ rest, camera, video, url, onEnd }: HlsOptions): HlsPicture {
  let isOver = false;
  let release = (): void => undefined;
  const end = (error: RigError): void => {
    if (isOver) return;
    close();
    onEnd(error);
  };
  const close = (): void => {
    isOver = true;
    release();
  };
  const begin = async (): Promise<void> => {
    // Nobody has to end it: another tablet may watch the same picture.
    const started = await rest.post<PreviewStartBody>('/preview', { camera_id: camera, transport: 'hls', while_watched: true });
    if (!started.success || isOver) throw new RigError('preview_failed', started.message);
    const { default: Hls } = await import('hls.js/light');
    if (isOver) return;
    if (!Hls.isSupported() && video.canPlayType(NATIVE) !== '') {
      const failed = (): void => end(new RigError('hls_failed', 'The picture could not be played.'));
      video.addEventListener('error', failed);
      video.src = url;
      release = () => {
        video.removeEventListener('error', failed);
        video.removeAttribute('src');
        video.load();
      };
      return;
    }
    // The playlist appears with the first segment.
    const player = new Hls({ manifestLoadPolicy: { default: LOADING }, liveSyncDurationCount: 2, backBufferLength: 5, maxLiveSyncPlaybackRate: 1.5 });
    release = () => player.destroy();
    player.on(Hls.Events.ERROR, (_event, data) => {
      if (data.fatal) end(new RigError('hls_failed', data.error.message));
    });
    player.loadSource(url);
    player.attachMedia(video);
  };
  begin().catch((error: unknown) => end(asRigError(error)));
  return { close };
}

const LOADING = {
  maxTimeToFirstByteMs: 5000,
  maxLoadTimeMs: 5000,
  timeoutRetry: { maxNumRetry: 4, retryDelayMs: 500, maxRetryDelayMs: 1000 },
  errorRetry: { maxNumRetry: 12, retryDelayMs: 500, maxRetryDelayMs: 500 },
};
