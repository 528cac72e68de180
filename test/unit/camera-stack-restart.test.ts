/** How a rig that is an ordinary user has NVIDIA's camera daemon restarted: by a request that somebody takes, or nobody. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { restartByRequest } from '../../src/recording/camera-stack-restart.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { until } from '../support/rig.js';

function asked(t: Test): { readonly clock: SimulatedClock; readonly request: string; readonly outcome: Promise<string | null> } {
  const runtimeDir = t.testdir({});
  const clock = new SimulatedClock();
  const outcome = restartByRequest({ runtimeDir, clock })();
  return { clock, request: join(runtimeDir, 'nvargus-restart.request'), outcome };
}

t.test('a request that is taken is a restart that has begun', async (t) => {
  const { clock, request, outcome } = asked(t);
  await until(() => clock.sleeping > 0 && existsSync(request), 'the request is there');
  await clock.advanceMs(20_000);
  t.ok(existsSync(request), 'it waits for a helper that still rests after the last restart');
  await rm(request);
  await clock.advanceMs(200);
  t.equal(await outcome, null);
});

t.test('a request that nobody takes is withdrawn, and told with what to do', async (t) => {
  const { clock, request, outcome } = asked(t);
  await until(() => clock.sleeping > 0, 'it waits');
  await clock.advanceMs(31_000);
  t.match(await outcome, /^nobody took the request .*nvargus-restart\.request within 30 s; "sudo systemctl restart touchline-nvargus-restart\.path"/);
  t.notOk(existsSync(request), 'it restarts nothing when the cameras deliver again');
});

t.test('a runtime folder that takes no request is told', async (t) => {
  const file = join(t.testdir({}), 'no-folder');
  await writeFile(file, '');
  t.match(await restartByRequest({ runtimeDir: file, clock: new SimulatedClock() })(), /^cannot write .*nvargus-restart\.request: a part of the path is not a folder$/);
});
