import { aiming } from './en/aiming.js';
import { app } from './en/app.js';
import { kiosk } from './en/kiosk.js';
import { library } from './en/library.js';
import { marks } from './en/marks.js';
import { technician } from './en/technician.js';

/** Everything that the page says, in English, by feature. Another language is another object of this type. */
export const en = { aiming, app, kiosk, library, marks, technician };

export type Strings = typeof en;
