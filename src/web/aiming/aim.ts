import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { PictureElement } from '../kiosk/pictures/picture-element.js';
import { type Aid, overlapFrom } from './aids.js';
import type { Reading, Verdict } from './brightness.js';

const KEY = 'touchline.overlap';

export interface Measured {
  readonly reading: Reading;
  readonly verdict: Verdict;
}

/** Which aids are in use on this page. They all end when the page is left or a recording begins: they cost this device time. */
export interface Aim {
  readonly isOpen: Signal<boolean>;
  readonly aids: Signal<ReadonlySet<Aid>>;
  /** Of the width of a picture; remembered on this device. */
  readonly overlapPercent: Signal<number>;
  readonly isComparing: Signal<boolean>;
  /** By camera, what shows its picture now. */
  readonly pictures: Signal<ReadonlyMap<number, PictureElement>>;
  readonly hasPictures: ReadonlySignal<boolean>;
  /** By camera, while `brightness` is in use. */
  readonly measured: Signal<ReadonlyMap<number, Measured>>;
  readonly toggle: (aid: Aid) => void;
  readonly close: () => void;
}

export function createAim(): Aim {
  const isOpen = signal(false);
  const aids = signal<ReadonlySet<Aid>>(new Set());
  const overlapPercent = signal(rememberedOverlap());
  const isComparing = signal(false);
  const pictures = signal<ReadonlyMap<number, PictureElement>>(new Map());
  overlapPercent.subscribe(remember);
  const toggle = (aid: Aid): void => {
    const others = [...aids.value].filter((used) => used !== aid);
    aids.value = new Set(others.length < aids.value.size ? others : [...others, aid]);
  };
  const close = (): void =>
    batch(() => {
      isOpen.value = false;
      isComparing.value = false;
      aids.value = new Set();
    });
  return { isOpen, aids, overlapPercent, isComparing, pictures, hasPictures: computed(() => pictures.value.size > 0), measured: signal(new Map()), toggle, close };
}

/** The same map with one entry set, or without it. */
export function withEntry<V>(map: ReadonlyMap<number, V>, key: number, value: V | null): ReadonlyMap<number, V> {
  const next = new Map(map);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

function rememberedOverlap(): number {
  try {
    return overlapFrom(localStorage.getItem(KEY));
  } catch {
    return overlapFrom(null);
  }
}

function remember(percent: number): void {
  try {
    localStorage.setItem(KEY, String(percent));
  } catch {
    // A browser that keeps nothing shows the usual width next time.
  }
}
