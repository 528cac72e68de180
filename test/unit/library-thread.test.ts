import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import t from 'tap';
import { systemClock } from '../../src/lib/clock.js';
import { CatalogueThread } from '../../src/library/worker/client.js';
import { NODE_FLAGS } from '../../src/lib/node-flags.js';

const MIB = 1024 ** 2;

t.test('the thread of the catalogue keeps to the small heap that it is given, whatever the daemon was started with', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-thread-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'recordings'));
  for (const flag of NODE_FLAGS) setFlagsFromString(flag);
  const started = new Promise<Worker>((resolve) => process.once('worker', resolve));
  const ready = Promise.withResolvers<unknown>();
  const thread = new CatalogueThread({
    settings: { recordingsDir: join(folder, 'recordings'), catalogueFile: join(folder, 'catalogue.sqlite'), compareEveryMs: 60_000, rereadMatches: 1, gatherMs: 10, settledAfterMs: 1000 },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    onChanged: () => undefined,
    onReady: ready.resolve,
  });
  t.teardown(() => thread.close());
  const worker = await started;
  await ready.promise;
  const { heap_size_limit: limit } = await worker.getHeapStatistics();
  const youngMiB = limit / MIB - Number(worker.resourceLimits?.maxOldGenerationSizeMb);
  t.ok(youngMiB < 8, `${youngMiB} MiB for what is new`);
});
