/** The frame around all pages: navigation, connection, themes, and what shared components say. */
export const app = {
  product: 'Touchline',
  pages: { kiosk: 'Record', library: 'Matches', technician: 'Technician' },
  navigation: 'Pages',
  skip: 'Go to the content',
  theme: { night: 'Night view', sun: 'Sun view' },
  connection: {
    connecting: 'Connecting to the rig',
    live: 'Connected to the rig',
    lost: 'Connection lost',
    lostDetail: 'What the rig does now is not known here. It goes on without this page. Connecting again…',
    noRoom: 'Too many devices',
    full: 'The rig serves ten at a time. Close this page on another one. Trying again…',
    back: 'Connected again',
  },
  recordingElsewhere: 'Recording',
  dialog: { close: 'Close', cancel: 'Cancel' },
  toast: { dismiss: 'Dismiss' },
  notBuilt: 'This page is not there yet.',
};
