import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** As in the style sheets: on such a screen two pictures beside each other show nothing. */
const NARROW = '(max-width: 700px)';

export function useNarrow(): ReadonlySignal<boolean> {
  const isNarrow = useSignal(matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const follow = (): void => {
      isNarrow.value = query.matches;
    };
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return isNarrow;
}
