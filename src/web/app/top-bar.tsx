import type { Signal } from '@preact/signals';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon, type IconName } from '../ui/icon.js';
import { ConnectionMark } from './connection-banner.js';
import { RecordingMark } from './recording-mark.js';
import { hrefOf, type Route } from './routes.js';
import type { Theme } from './theme.js';

const PAGES: readonly { readonly route: Route; readonly icon: IconName }[] = [
  { route: { page: 'kiosk' }, icon: 'camera' },
  { route: { page: 'library', matchId: null }, icon: 'film' },
  { route: { page: 'technician' }, icon: 'wrench' },
];

export function TopBar({ route, theme }: { readonly route: Route; readonly theme: Signal<Theme> }) {
  const { app } = useStrings();
  const other: Theme = theme.value === 'night' ? 'sun' : 'night';
  return (
    <header class="top-bar">
      <a class="brand" href={hrefOf({ page: 'kiosk' })} aria-label={app.product}>
        <BrandMark />
        <span>{app.product}</span>
      </a>
      <nav class="top-nav" aria-label={app.navigation}>
        {PAGES.map(({ route: page, icon }) => (
          <a key={page.page} class="nav-link" href={hrefOf(page)} aria-current={page.page === route.page ? 'page' : undefined}>
            <Icon name={icon} />
            <span>{app.pages[page.page]}</span>
          </a>
        ))}
      </nav>
      {route.page === 'kiosk' ? null : <RecordingMark />}
      <ConnectionMark />
      <Button look="quiet" icon={other === 'sun' ? 'sun' : 'moon'} iconOnly onClick={() => (theme.value = other)} title={app.theme[other]}>
        {app.theme[other]}
      </Button>
    </header>
  );
}

/** A ball above the line. */
function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="9" r="4.5" fill="currentColor" />
      <path d="M2.5 18.500h19" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" />
    </svg>
  );
}
