/** Promises of the scripts that install and remove, as far as they need neither root nor a systemd. */
import { resolve } from 'node:path';
import { execa } from '#execa';
import t from 'tap';

const SCRIPTS = resolve(import.meta.dirname, '../../../scripts/appliance');

t.test('printing never ends what an installation has begun, whatever became of the terminal', async (t) => {
  const terminals = {
    'closed': 'exec 2>&-',
    'gone, so that each write is an error': 'exec 2>/dev/full',
    'a pipe that nobody reads': 'exec 2> >(exit 0); wait $!',
  };
  for (const [what, become] of Object.entries(terminals)) {
    const { stdout } = await execa('bash', ['-c', `set -euo pipefail; source "$1/places.sh"; trap '' HUP PIPE; ${become}; say hello; echo went on; (fail bye) || echo $?`, '_', SCRIPTS], { reject: false });
    t.equal(stdout, 'went on\n1', what);
  }
});
