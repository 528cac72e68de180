import type { Drill } from './drill.js';
import { diskRounds } from './kit/disk-rounds.js';
import { fact } from './kit/findings.js';

export const diskReadOnly: Drill = {
  name: 'disk-read-only',
  breaks: 'the file system finds an error in mid-match and turns read-only; it is repaired and mounted again',
  needsRoot: true,
  async run(scene) {
    const rounds = scene.count(5);
    const { rig, findings } = await diskRounds(scene, {
      match: 'disk-read-only',
      rounds,
      damage: (disk) => disk.breakDown(),
      mend: (disk) => disk.repair(),
      counted: 'before',
      backSince: 'mended',
      maxLostSeconds: 1,
      words: { title: 'disk read-only in mid-match', how: `ext4 told to find an error at ${rounds} random moments; afterwards e2fsck and mounted again`, mended: 'the repair' },
    });
    const stop = (await rig.stop()).body;
    const isStopped = stop['success']?.valueOf() === true;
    return [...(await findings()), fact('… the stop afterwards', 'success', isStopped ? 'success' : String(stop['message']), isStopped, 'DELETE /recording')];
  },
};
