/** The thread of the catalogue: reads folders synchronously, so that a disk that does not answer stops nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.js';
import { Catalogue } from './catalogue.js';
import { Keeper } from './keeper.js';
import type { FromThread, Say, ThreadSettings, ToThread } from './protocol.js';
import { watchFolder } from './watch.js';

async function main(settings: ThreadSettings): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const send = (message: FromThread): void => port.postMessage(message);
  const say: Say = (level, message, facts = {}) => send({ kind: 'log', level, message, facts });
  const keeper = new Keeper({ settings, catalogue: new Catalogue(settings.catalogueFile, say), clock: systemClock, say, send });
  const unwatch: (() => Promise<void>)[] = [];
  const timers: NodeJS.Timeout[] = [];

  const close = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    await keeper.close();
    await Promise.all(unwatch.map((end) => end()));
    port.close();
  };
  port.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'touched':
        keeper.notice(message.matchId);
        break;
      case 'look':
        send({ kind: 'looked', request: message.request, match: keeper.lookNow(message.matchId) });
        break;
      case 'rebuild':
        void keeper.rebuild().then((matches) => send({ kind: 'rebuilt', request: message.request, matches }));
        break;
      case 'close':
        void close();
        break;
    }
  });

  const startMs = systemClock.monoMs();
  keeper.load();
  await keeper.compare();
  send({ kind: 'ready', matchIds: keeper.listed(), elapsedMs: Math.round(systemClock.monoMs() - startMs) });
  const compare = (): void => void keeper.compare();
  unwatch.push(watchFolder(settings.recordingsDir, (matchId) => keeper.notice(matchId), compare, say));
  timers.push(setInterval(compare, settings.compareEveryMs));
}

const settings: ThreadSettings = workerData;
await main(settings);
