/** A disk that dawdles while it is recorded on. Disks that fail are in test/integration/disk-trouble; the long versions, and power cuts, are `make drill`. */
import t from 'tap';
import { diskSlow } from '../../scripts/drill/disk-slow.js';
import { asRoot, carryOut } from '../support/drills.js';

t.test('a disk that is fifty times slower for a while costs no frame', asRoot, (t) => carryOut(t, diskSlow, { count: 1, minutes: 0.1 }));
