import { systemClock } from '../../../src/lib/clock.js';
import { until, type Rig } from '../../../test/support/rig.js';
import type { Finding } from '../drill.js';
import { accountsOf, framesInFiles, lostSeconds, runAt } from './account.js';
import { CAMERAS } from './deaths.js';
import { fact, lostAtMost, nothingLost, times } from './findings.js';
import { isWhole, Watch } from './look.js';
import { LoopDisk } from './loop-disk.js';
import type { Scene } from './scene.js';

/** Time to notice: the next write fails at once. */
const TOLD_MS = 2500;
const BACK_MS = 10_000;

export interface DiskRounds {
  readonly match: string;
  readonly rounds: number;
  /** The disk takes nothing any more when this resolves. */
  readonly damage: (disk: LoopDisk) => Promise<void>;
  /** It takes everything again when this resolves. */
  readonly mend: (disk: LoopDisk) => Promise<void>;
  /** `before`: a second before the damage, where the files cannot be read during it. `during`: all that has ever reached the disk. */
  readonly counted: 'before' | 'during';
  /** Whether the time until both cameras record again begins before or after `mend`. */
  readonly backSince: 'mending' | 'mended';
  readonly maxLostSeconds: number;
  readonly words: { readonly title: string; readonly how: string; readonly mended: string };
}

export interface DiskRoundsResult {
  readonly rig: Rig;
  /** To be called when the rig has stopped. */
  readonly findings: () => Promise<readonly Finding[]>;
}

/** A match on a disk of its own, which is damaged and mended at random moments; every answer in between is looked at. */
export async function diskRounds(scene: Scene, plan: DiskRounds): Promise<DiskRoundsResult> {
  const { match, rounds, words } = plan;
  const disk = await LoopDisk.create(scene, 400);
  const rig = await scene.rig({ env: { TOUCHLINE_RECORDINGS_DIR: disk.path, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '2' } });
  await rig.record(match);
  const matchDir = `${disk.path}/${match}`;
  const written = async (): Promise<number> => framesInFiles(await accountsOf(matchDir, { stamps: false }));
  const damagedUs: number[] = [];
  const toldMs: number[] = [];
  const backMs: number[] = [];
  let lies = 0;
  let vanished = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await scene.sleepMs(scene.chance.between(2500, 5000));
    const watch = new Watch(scene, rig);
    const before = plan.counted === 'before' ? await written() : 0;
    if (plan.counted === 'before') await scene.sleepMs(1000);
    const monoUs = systemClock.monoUs();
    await plan.damage(disk);
    damagedUs.push(monoUs);
    await scene.sleepMs(scene.chance.between(4000, 8000));
    const secured = plan.counted === 'during' ? await written() : before;
    const mendingMs = systemClock.monoMs();
    await plan.mend(disk);
    const sinceMs = plan.backSince === 'mending' ? mendingMs : systemClock.monoMs();
    await until(() => isWhole(rig), 'both cameras record again', 30_000, () => rig.output.slice(-4000));
    backMs.push(systemClock.monoMs() - sinceMs);
    await watch.end();
    const told = watch.firstMs(monoUs / 1000, (look) => !look.healthy && look.running.length === 0);
    if (told !== null) toldMs.push(told);
    lies += watch.between(monoUs / 1000 + TOLD_MS, mendingMs).filter(({ healthy }) => healthy).length;
    if ((await written()) < secured) vanished += 1;
    scene.say(`round ${round}: told after ${told?.toFixed(0)} ms, both record ${backMs.at(-1)?.toFixed(0)} ms after ${words.mended}`);
  }
  await scene.sleepMs(1000);
  const findings = async (): Promise<readonly Finding[]> => {
    const runs = await accountsOf(matchDir);
    const lost = damagedUs.flatMap((monoUs) => CAMERAS.flatMap((camera) => {
      const run = runAt(runs, camera, monoUs);
      return run === null ? [] : [lostSeconds(run, monoUs)];
    }));
    return [
      fact(`${words.title}: frames that were written and are gone later`, '0', `in ${vanished} of ${rounds} rounds`, vanished === 0, words.how),
      lostAtMost('… seconds missing before each', lost, plan.maxLostSeconds, 'captured until then minus found in the files'),
      nothingLost(scene, '… frames missing in the middle of any run', runs, 'counters in the pictures, meters and files'),
      times('… until status and health tell of both cameras', toldMs, { maxMs: TOLD_MS }, 'both asked every 50 ms'),
      fact('… answers that call it healthy later than that', '0', String(lies), lies === 0 && toldMs.length === rounds, `until ${words.mended}`),
      times(`… until both record after ${words.mended}`, backMs, { maxMs: BACK_MS }, 'attempts are up to 5 s apart'),
    ];
  };
  return { rig, findings };
}
