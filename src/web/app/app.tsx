import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { KioskPage } from '../kiosk/kiosk-page.js';
import { activityOf } from '../kiosk/view.js';
import { LibraryPage } from '../library/library-page.js';
import { KeptMarks } from '../marks/kept-marks.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { TechnicianPage } from '../technician/technician-page.js';
import { Toasts } from '../ui/toast.js';
import { ConnectionBanner } from './connection-banner.js';
import type { Route } from './routes.js';
import type { Theme } from './theme.js';
import { TopBar } from './top-bar.js';
import { useRoute } from './use-route.js';

/** The frame: bar with navigation, connection, one page. */
export function App({ theme }: { readonly theme: Signal<Theme> }) {
  const { app } = useStrings();
  const { connection, status } = useRig();
  const route = useRoute();
  const activity = activityOf(status.value?.value ?? null);
  return (
    <div class="app" data-page={route.page} data-activity={activity} data-connection={connection.value}>
      <a class="skip" href="#content" onClick={(event) => skip(event)}>
        {app.skip}
      </a>
      <TopBar route={route} theme={theme} />
      <ConnectionBanner />
      <KeptMarks />
      <main id="content" tabIndex={-1}>
        {pageOf(route)}
      </main>
      <Toasts />
    </div>
  );
}

function pageOf(route: Route): JSX.Element {
  switch (route.page) {
    case 'kiosk':
      return <KioskPage />;
    case 'library':
      return <LibraryPage matchId={route.matchId} />;
    case 'technician':
      return <TechnicianPage />;
  }
}

/** The part after `#` is the page's name, so the link cannot be followed the usual way. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
