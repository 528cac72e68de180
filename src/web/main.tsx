import './styles/index.css';
import { render } from 'preact';
import { App } from './app/app.js';
import { createTheme } from './app/theme.js';
import { createKioskState, KioskContext } from './kiosk/kiosk-state.js';
import { createMarkStore, MarkStoreContext } from './marks/mark-store.js';
import { connectRig, RigContext } from './rig/rig.js';
import { createHistory, HistoryContext } from './technician/history.js';
import { AnnouncerContext, createAnnouncer } from './ui/toast.js';

/** Builds every part of the page once and passes it in; nothing else is shared. */
const rig = connectRig(location.origin);
const announcer = createAnnouncer();
const theme = createTheme();
const kiosk = createKioskState(rig);
const marks = createMarkStore(rig);
const history = createHistory(rig);
const place = document.getElementById('page');
if (place !== null) {
  render(
    <RigContext.Provider value={rig}>
      <AnnouncerContext.Provider value={announcer}>
        <KioskContext.Provider value={kiosk}>
          <MarkStoreContext.Provider value={marks}>
            <HistoryContext.Provider value={history}>
              <App theme={theme} />
            </HistoryContext.Provider>
          </MarkStoreContext.Provider>
        </KioskContext.Provider>
      </AnnouncerContext.Provider>
    </RigContext.Provider>,
    place,
  );
}
