import { useEffect, useMemo } from 'preact/hooks';
import type { PictureOverlay } from '../kiosk/pictures/picture-element.js';
import type { Activity } from '../kiosk/view.js';
import { type Aim, createAim } from './aim.js';
import { AimingOverlay } from './overlay.js';

/** The aiming aids of a page: what its `AimBar` and its pictures need. */
export function useAim(activity: Activity): { readonly aim: Aim; readonly overlay: PictureOverlay } {
  const parts = useMemo(() => {
    const aim = createAim();
    const overlay: PictureOverlay = (camera, media) => <AimingOverlay aim={aim} camera={camera} media={media} />;
    return { aim, overlay };
  }, []);
  useEffect(() => parts.aim.close(), [activity]);
  return parts;
}
