import { basename } from 'node:path';
import { watch } from 'chokidar';
import type { Say } from './protocol.js';

/**
 * Says the names of folders that appear in the recordings folder or vanish from it. One watch, whatever is in the
 * folder: one per match or file would use up what the system has. When watching fails it says so once; what it would
 * have found, the next comparison finds. What happens before `onReady` may be missed.
 */
export function watchFolder(recordingsDir: string, onMatch: (matchId: string) => void, onReady: () => void, say: Say): () => Promise<void> {
  const watcher = watch(recordingsDir, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => path !== recordingsDir && basename(path).startsWith('.'),
  });
  watcher.on('all', (event, path) => {
    if (path !== recordingsDir && (event === 'addDir' || event === 'unlinkDir')) onMatch(basename(path));
  });
  watcher.once('ready', onReady);
  const reported = { once: false };
  watcher.on('error', (error) => {
    if (!reported.once) say('warn', 'the recordings folder cannot be watched; changes by others are found a little later', { reason: String(error) });
    reported.once = true;
  });
  return () => watcher.close();
}
