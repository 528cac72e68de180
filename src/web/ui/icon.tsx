/** Drawn for this page on a grid of 24, in strokes of 2. */
const PATHS = {
  alert: 'M12 3.5 21.5 20h-19zM12 10v4.5M12 17.4v.2',
  arrowLeft: 'M19 12H5m6-6-6 6 6 6',
  camera: 'M3 7.5h11.5v9H3zM14.5 10.5 21 7v10l-6.5-3.5',
  cameraOff: 'M3 7.5h9m2.5 2.5v6.500H5M14.5 10.5 21 7v10M3 3l18 18',
  check: 'm4.5 12.5 5 5 10-11',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.200l3.5 2',
  close: 'M6 6l12 12M18 6 6 18',
  disk: 'M4 14h16M5.5 5h13L20 14v5H4v-5zM16.5 16.700h.1',
  download: 'M12 4v11m-5-5 5 5 5-5M4 20h16',
  edit: 'M4 20h4L19.5 8.500l-4-4L4 16zM13 7l4 4',
  film: 'M3 5h18v14H3zM8 5v14M16 5v14M3 9.700h5M3 14.300h5M16 9.700h5M16 14.300h5',
  flag: 'M6 21V4M6 4.500h12l-2.5 4L18 12.500H6',
  ball: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8l3.8 2.8-1.4 4.400H9.600l-1.4-4.400zM12 3v5M15.8 10.800l4.8-1.500M14.4 15.200l3 4M9.6 15.200l-3 4M8.2 10.8 3.4 9.3',
  grid: 'M3.5 5h17v14h-17zM9.200 5v14M14.800 5v14M3.5 9.700h17M3.5 14.300h17',
  lock: 'M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3',
  loupe: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.300 20.500 20.500M8 10.500h5M10.5 8v5',
  moon: 'M19.5 14.500A8 8 0 0 1 9.5 4.500a8 8 0 1 0 10 10z',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.500h7M8.5 12h4',
  overlap: 'M3 6h12v12H3zM9 6h12v12H9z',
  play: 'M7 4.500v15l12-7.500z',
  power: 'M12 3v8M6.7 6.700a8 8 0 1 0 10.6 0',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8.500v7M11 8.500v7M13.5 8.500v7M16 8.500v7',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2.500M12 19.500V22M2 12h2.500M19.5 12H22M5 5l1.7 1.700M17.3 17.3 19 19M19 5l-1.7 1.700M6.7 17.3 5 19',
  swap: 'M7 4 3 8l4 4M3 8h15M17 12l4 4-4 4M21 16H6',
  target: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 1.500v5M12 17.500v5M1.5 12h5M17.5 12h5',
  thermometer: 'M10 13.500V5a2 2 0 0 1 4 0v8.500a4 4 0 1 1-4 0z',
  trash: 'M4 6.500h16M9 6.500V4h6v2.500M6 6.5 7 20h10l1-13.500M10 10.500v6M14 10.500v6',
  whistle: 'M9 10a5.5 5.5 0 1 0 5.3 4l6.2-1.500V9H9zM13 9V6M9 14.500v.1',
  wrench: 'M14.5 6.500a4.5 4.5 0 0 0-5.8 5.800L3 18l3 3 5.7-5.700a4.5 4.5 0 0 0 5.8-5.800L14.5 12 12 9.500z',
  arrowRight: 'M5 12h14m-6-6 6 6-6 6',
  back10: 'M4 5v5h5M4.6 10A8 8 0 1 1 4 13.500M9.500 11v5M14.500 11a1.500 1.500 0 0 0-1.500 1.500v2a1.500 1.500 0 0 0 3 0v-2a1.500 1.500 0 0 0-1.500-1.500z',
  chevronRight: 'm9 5 7 7-7 7',
  expand: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  forward10: 'M20 5v5h-5M19.4 10A8 8 0 1 0 20 13.500M8.500 11v5M13.500 11a1.500 1.500 0 0 0-1.500 1.500v2a1.500 1.500 0 0 0 3 0v-2a1.500 1.500 0 0 0-1.500-1.500z',
  gap: 'M3 12h6M15 12h6M9 8v8M15 8v8',
  pause: 'M8 5v14M16 5v14',
  question: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 16.700v.1',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20.500 20.500',
  shrink: 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5',
} as const satisfies Readonly<Record<string, string>>;

export type IconName = keyof typeof PATHS;

/** A picture beside words; it says nothing to a screen reader. Its size is that of the text around it (`--icon` overrides). */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
