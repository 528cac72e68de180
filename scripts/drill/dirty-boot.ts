import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { until, type Rig } from '../../test/support/rig.js';
import type { Drill, Finding } from './drill.js';
import { accountsOf, framesInFiles } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { dirtOf, type Dirt } from './kit/dirt.js';
import { fact, times } from './kit/findings.js';
import { isWhole, statusOf } from './kit/look.js';
import type { Scene } from './kit/scene.js';

const OLD_MATCH = 'over';
const MATCH = 'running';

export const dirtyBoot: Drill = {
  name: 'dirty-boot',
  breaks: 'corrupt state, catalogue, configuration and journals, and unknown files in every folder, found at the start',
  needsRoot: false,
  async run(scene) {
    const findings: Finding[] = [];
    const startMs: number[] = [];
    // One scene of folders for each, so that what one leaves does not help or hinder the next.
    const names = dirtOf({ stateDir: '', runtimeDir: '', recordingsDir: '', configFile: '', oldMatch: '', match: '' }).map(({ name }) => name);
    for (const name of names.slice(0, scene.count(names.length))) findings.push(await bootAfter(scene, name, startMs));
    return [...findings, times('… from the start of the daemon until it answers', startMs, { maxMs: 5000 }, 'those that start')];
  },
};

export async function bootAfter(scene: Scene, name: string, startMs: number[]): Promise<Finding> {
  const configFile = join(await scene.folder(), 'touchline.json');
  await writeFile(configFile, '{ "recording_quality": "fast" }');
  const rig = await scene.rig({ env: { TOUCHLINE_CONFIG: configFile, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  try {
    await rig.record(OLD_MATCH);
    await scene.sleepMs(1500);
    await rig.stop();
    await rig.record(MATCH);
    await scene.sleepMs(1500);
    await rig.crashDaemon();
    for (const camera of CAMERAS) await rig.signalHost(camera, 'SIGKILL');
    const before = await framesOf(rig);
    const places = { stateDir: rig.stateDir, runtimeDir: rig.runtimeDir, recordingsDir: rig.recordingsDir, configFile, oldMatch: OLD_MATCH, match: MATCH };
    await mkdir(rig.runtimeDir, { recursive: true });
    const dirt: Dirt | undefined = dirtOf(places).find((one) => one.name === name);
    await dirt?.spread();
    const problems = await problemsAfterBoot(scene, rig, before, startMs);
    const complaints = dirt?.told === undefined ? [] : await complaintsOf(rig);
    if (dirt?.told !== undefined && !complaints.some((line) => dirt.told?.test(line))) problems.push('it is not told');
    scene.say(`${name}: ${problems.length === 0 ? 'well' : problems.join('; ')}`);
    return fact(name, 'starts, tells, records, loses nothing', problems.length === 0 ? 'yes' : problems.join('; '), problems.length === 0, 'everything killed in mid-match, then started on that');
  } finally {
    await rig.dispose();
  }
}

async function problemsAfterBoot(scene: Scene, rig: Rig, before: number, startMs: number[]): Promise<string[]> {
  const fromMs = systemClock.monoMs();
  try {
    await rig.startDaemon();
  } catch (error) {
    return [`does not start: ${/"msg":"([^"]*)"|error: (.*)|(the configuration .*)/.exec(String(error))?.slice(1).find((text) => text !== undefined) ?? String(error).split('\n')[1] ?? ''}`];
  }
  startMs.push(systemClock.monoMs() - fromMs);
  const problems: string[] = [];
  // A match that was under way goes on or is over, as far as that can be known; what counts is that the next one works.
  await scene.sleepMs(500);
  if ((await statusOf(rig)).recording) {
    await until(() => isWhole(rig), 'what goes on goes on whole', 15_000).catch(() => problems.push('the match goes on, but not whole'));
    if ((await rig.stop()).body['success']?.valueOf() !== true) problems.push('the match cannot be stopped');
  }
  const start = await rig.post('/api/v1/recording', { match_id: 'next' });
  if (start.body['success']?.valueOf() !== true) problems.push(`the next match does not start: ${String(start.body['message'])}`);
  else {
    await scene.sleepMs(1000);
    const stop = (await rig.stop()).body;
    if (stop['success']?.valueOf() !== true || stop['integrity']?.['all_ok']?.valueOf() !== true) problems.push(`the next match does not stop well: ${String(stop['message'])}`);
  }
  const after = await framesOf(rig);
  if (after < before) problems.push(`${before - after} frames are gone`);
  const listed = JSON.stringify((await rig.get('/api/v1/recordings')).body);
  for (const id of [OLD_MATCH, MATCH]) if (!listed.includes(`"${id}"`)) problems.push(`${basename(id)} is not in the list`);
  return problems;
}

async function framesOf(rig: Rig): Promise<number> {
  const runs = await Promise.all([OLD_MATCH, MATCH].map((id) => accountsOf(join(rig.recordingsDir, id), { stamps: false })));
  return framesInFiles(runs.flat());
}

/** What the daemon and the cameras said since its start that is more than information. */
async function complaintsOf(rig: Rig): Promise<string[]> {
  const ofCameras = await Promise.all(CAMERAS.map((camera) => readFile(join(rig.stateDir, 'logs', `camera${camera}.log`), 'utf8').catch(() => '')));
  return [rig.output, ...ofCameras].flatMap((text) => text.split('\n')).filter((line) => /"level":"(?:warn|error|fatal)"/.test(line));
}
