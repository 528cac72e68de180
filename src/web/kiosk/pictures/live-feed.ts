import { signal } from '@preact/signals';
import type { PreviewStatusBody } from '../../../api/contract/preview.js';
import type { Rig } from '../../rig/rig.js';
import type { RigError } from '../../rig/rig-error.js';
import { openHls } from './hls.js';
import { openWebrtc } from './webrtc.js';

/** What is known of one live picture. `atMs`: when its newest frame was shown, on the page's monotonic clock. */
export type FeedState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'playing'; readonly over: 'webrtc' | 'hls'; readonly atMs: number }
  /** `cause`: whether the camera is to blame, or something between the rig and this page. */
  | { readonly kind: 'none'; readonly cause: 'camera' | 'way'; readonly error: RigError };

/** Without a picture over WebRTC for so long, HLS is tried. */
const WEBRTC_LIMIT_MS = 4000;
/** HLS needs some segments before it shows anything. */
const HLS_LIMIT_MS = 15_000;
/** A picture that stands still for so long is asked for again. */
const FROZEN_LIMIT_MS = 6000;
const RETRY_MS = 1000;
/** A camera that was just let go may need a moment; nobody shall look for a cable because of that. */
const CAMERA_PATIENCE_MS = 4000;
const WAY_PATIENCE_MS = 10_000;
/** What the rig says when a camera delivers nothing; every other refusal has another reason. */
const CAMERA_FAULTS: readonly string[] = ['camera_no_frames', 'camera_stalled', 'camera_open_timeout', 'camera_failed', 'pipeline_error', 'preview_failed'];
const CHECK_MS = 250;

type Way = 'webrtc' | 'hls';

/**
 * Keeps the live picture of one camera in a video element, from `start` to `close`: WebRTC first, HLS when that shows nothing,
 * and again from the beginning when it breaks. A frame counts when the browser has presented it.
 */
export class LiveFeed {
  readonly state = signal<FeedState>({ kind: 'asking' });
  readonly #rig: Rig;
  readonly #camera: number;
  readonly #video: HTMLVideoElement;
  readonly #ways: readonly Way[];
  readonly #checking: ReturnType<typeof setInterval>;
  #open: { readonly way: Way; readonly sinceMs: number; readonly close: () => void } | null = null;
  #retrying: ReturnType<typeof setTimeout> | null = null;
  #frameMs: number | null = null;
  #failingSinceMs: number | null = null;
  #isClosed = false;

  constructor(rig: Rig, camera: number, video: HTMLVideoElement) {
    this.#rig = rig;
    this.#camera = camera;
    this.#video = video;
    this.#ways = waysOf(rig.status.peek()?.value.preview);
    this.#checking = setInterval(() => this.#check(), CHECK_MS);
    this.#countFrames();
    this.#begin('webrtc');
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#checking);
    if (this.#retrying !== null) clearTimeout(this.#retrying);
    this.#end();
  }

  #begin(wanted: Way): void {
    this.#retrying = null;
    const way = this.#ways.includes(wanted) ? wanted : (this.#ways[0] ?? 'hls');
    this.#frameMs = null;
    const onEnd = (error: RigError): void => this.#failed(way, error);
    const sinceMs = performance.now();
    if (way === 'webrtc') {
      const picture = openWebrtc(this.#rig.socket, `main_cam${this.#camera}`, { onStream: (stream) => this.#show(stream), onEnd });
      this.#open = { way, sinceMs, close: () => picture.close() };
    } else {
      const picture = openHls({ rest: this.#rig.rest, camera: this.#camera, video: this.#video, url: `/hls/cam${this.#camera}.m3u8`, onEnd });
      this.#open = { way, sinceMs, close: () => picture.close() };
    }
  }

  #show(stream: MediaStream): void {
    this.#video.srcObject = stream;
    // Without sound it may begin by itself; where it may not, the picture stays a still and is asked for again.
    void this.#video.play().catch(() => undefined);
  }

  #countFrames(): void {
    this.#video.requestVideoFrameCallback(() => {
      if (this.#isClosed) return;
      if (this.#open !== null) {
        this.#frameMs = performance.now();
        this.#failingSinceMs = null;
        this.state.value = { kind: 'playing', over: this.#open.way, atMs: this.#frameMs };
      }
      this.#countFrames();
    });
  }

  #check(): void {
    const open = this.#open;
    if (open === null) return;
    const silentMs = performance.now() - (this.#frameMs ?? open.sinceMs);
    const limitMs = this.#frameMs !== null ? FROZEN_LIMIT_MS : open.way === 'webrtc' ? WEBRTC_LIMIT_MS : HLS_LIMIT_MS;
    if (silentMs < limitMs || document.hidden) return;
    const next = open.way === 'webrtc' && this.#frameMs === null ? 'hls' : 'webrtc';
    this.#end();
    if (this.state.value.kind === 'playing') this.state.value = { kind: 'asking' };
    this.#begin(next);
  }

  #failed(way: Way, error: RigError): void {
    this.#end();
    if (this.#isClosed) return;
    // A rig that refuses a picture over WebRTC because of the camera would refuse it over HLS, too.
    const isNetwork = error.code === 'webrtc_failed';
    if (way === 'webrtc' && isNetwork && this.#ways.includes('hls')) {
      this.#begin('hls');
      return;
    }
    this.#failingSinceMs ??= performance.now();
    const failingMs = performance.now() - this.#failingSinceMs;
    const cause = CAMERA_FAULTS.includes(error.code) ? 'camera' : 'way';
    const isOver = failingMs >= (cause === 'camera' ? CAMERA_PATIENCE_MS : WAY_PATIENCE_MS);
    if (isOver || this.state.value.kind === 'playing') this.state.value = isOver ? { kind: 'none', cause, error } : { kind: 'asking' };
    this.#retrying = setTimeout(() => this.#begin('webrtc'), RETRY_MS);
  }

  #end(): void {
    const open = this.#open;
    this.#open = null;
    open?.close();
    this.#video.srcObject = null;
  }
}

/** What the rig can and may send. */
function waysOf(preview: PreviewStatusBody | undefined): readonly Way[] {
  const mode = preview?.transport_mode ?? 'dual';
  if (mode === 'hls' || preview?.webrtc_supported === false) return ['hls'];
  return mode === 'webrtc' ? ['webrtc'] : ['webrtc', 'hls'];
}
