/** What a crash left in fragments is finalised later when the disk has no room for it now. */
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import { pino } from 'pino';
import t from 'tap';
import { segmentShape } from '../../src/integrity/mp4.js';
import { Prober } from '../../src/integrity/probe.js';
import { systemClock } from '../../src/lib/clock.js';
import { MatchKeeper } from '../../src/recording/match-keeper.js';
import { repairSegment } from '../../src/recording/repair.js';
import { UntidyList } from '../../src/recording/untidy-list.js';
import { framesIn } from '../support/rig.js';

const needsRoot = { skip: process.getuid?.() === 0 ? false : 'needs root: mounts a small tmpfs' };

t.test('a full disk puts the repair off and takes nothing', needsRoot, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-repair-'));
  const disk = join(folder, 'disk');
  await mkdir(disk);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
  t.teardown(async () => {
    await execa('umount', ['-l', disk], { reject: false });
    await rm(folder, { recursive: true, force: true });
  });
  const matchDir = join(disk, 'cut-off');
  const segment = join(matchDir, 'segments', 'cam0_20260101_000000_00.mp4');
  await mkdir(join(matchDir, 'segments'), { recursive: true });
  await execa('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=duration=2:rate=30', '-c:v', 'libx264', '-preset', 'ultrafast', '-movflags', 'frag_keyframe+empty_moov', segment]);
  t.equal(await segmentShape(segment), 'fragmented');
  const filler = join(disk, 'filler');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(filler, Buffer.alloc(bavail * bsize - 8192));

  t.match(await repairSegment(segment, new AbortController().signal), { done: false, mayWorkLater: true });
  t.equal(await framesIn(segment), 60, 'it plays as before');

  const log = pino({ level: 'silent' });
  const untidy = new UntidyList(folder, (error) => t.fail(String(error)));
  const keeper = new MatchKeeper({ cameraIds: [0], prober: new Prober(systemClock), probeTimeoutMs: () => 10_000, softwareVersion: '0', untidy, isDiskOf: async () => true, onFiles: () => undefined, clock: systemClock, log });
  t.teardown(() => keeper.stop());
  await keeper.ended(matchDir, 'finished', new Map()).catch(() => undefined);
  keeper.wayIsFree();
  await keeper.idle();
  t.match(untidy.all(), [{ matchDir }], 'the match is not forgotten');

  await rm(filler);
  keeper.wayIsFree();
  await keeper.idle();
  t.equal(await segmentShape(segment), 'finalised', 'it is put in order when there is room');
  t.equal(await framesIn(segment), 60);
  t.strictSame(untidy.all(), []);
});
