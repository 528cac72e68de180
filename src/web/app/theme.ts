import { type Signal, signal } from '@preact/signals';

/** `night`: dark, for evenings. `sun`: as much contrast as a screen has, for daylight. */
export type Theme = 'night' | 'sun';

const KEY = 'touchline.theme';

/** The theme of this device; a change is shown at once and remembered. */
export function createTheme(): Signal<Theme> {
  const theme = signal<Theme>(remembered() ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'sun' : 'night'));
  theme.subscribe((now) => {
    document.documentElement.dataset['theme'] = now;
    try {
      localStorage.setItem(KEY, now);
    } catch {
      // A browser that keeps nothing shows its default next time.
    }
  });
  return theme;
}

function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'night' || value === 'sun' ? value : null;
  } catch {
    return null;
  }
}
