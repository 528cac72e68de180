import type { Drill } from './drill.js';
import { diskRounds } from './kit/disk-rounds.js';
import { fact } from './kit/findings.js';
import { statusOf } from './kit/look.js';

export const diskFull: Drill = {
  name: 'disk-full',
  breaks: 'the disk is full from one moment to the next, and has room again some seconds later',
  needsRoot: true,
  async run(scene) {
    const rounds = scene.count(10);
    const { rig, findings } = await diskRounds(scene, {
      match: 'disk-full',
      rounds,
      damage: (disk) => disk.fill(),
      mend: (disk) => disk.makeRoom(),
      counted: 'during',
      backSince: 'mending',
      maxLostSeconds: 0.5,
      words: { title: 'disk full', how: `ext4 on a loop device, all room taken at once at ${rounds} random moments`, mended: 'there is room again' },
    });
    const { degraded } = await statusOf(rig);
    await rig.stop();
    return [...(await findings()), fact('… state in the end', 'not degraded', degraded ? 'degraded' : 'not degraded', !degraded, 'GET /recording')];
  },
};
