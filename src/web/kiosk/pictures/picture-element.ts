import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { CameraName } from '../view.js';

/** What shows a picture: live, or a stream of stills while it is recorded. */
export type PictureElement = HTMLVideoElement | HTMLImageElement;

/** Draws over the picture of a camera. `media` is null while there is no picture; the element covers the whole pane, the picture in it keeps its shape (`object-fit: contain`). */
export type PictureOverlay = (camera: CameraName, media: ReadonlySignal<PictureElement | null>) => ComponentChildren;
