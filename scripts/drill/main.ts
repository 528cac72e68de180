/**
 * `make drill`: breaks a rig on purpose while it records, accounts for every frame, and says what did not hold.
 *
 *   node build/scripts/drill/main.js [--drills a,b] [--count N] [--minutes N] [--seed N] [--list]
 *
 * `--drills -a,-b` are all but those. Whatever ran at its own length is written to docs/reliability.md, beside what ran
 * there earlier; a shortened run only prints its table. Exit status 1 when something did not hold.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/lib/clock.js';
import { table } from '../bench/figure.js';
import { DRILLS } from './drills.js';
import type { Drill, Finding } from './drill.js';
import { fact, leftOut } from './kit/findings.js';
import { Scene } from './kit/scene.js';
import { keep, publish } from './publish.js';

const { values } = parseArgs({
  options: {
    drills: { type: 'string', default: '' },
    count: { type: 'string', default: '' },
    minutes: { type: 'string', default: '' },
    seed: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
});

const names = values.drills.split(',').map((name) => name.trim()).filter((name) => name !== '');
const without = names.filter((name) => name.startsWith('-')).map((name) => name.slice(1));
const wanted = names.filter((name) => !name.startsWith('-'));
const unknown = [...wanted, ...without].filter((name) => !DRILLS.some((drill) => drill.name === name));
const [count, minutes, seedGiven] = [numberOf('count', values.count), numberOf('minutes', values.minutes), numberOf('seed', values.seed)];
const interrupted = Promise.withResolvers<never>();
interrupted.promise.catch(() => undefined);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Again and again: what is being undone is not to be cut off by a second Ctrl-C.
  process.on(signal, () => {
    interruption.abort();
    interrupted.reject(new Error(`ended by ${signal}`));
  });
}

if (values.list) {
  for (const { name, breaks } of DRILLS) process.stdout.write(`${name.padEnd(16)} ${breaks}\n`);
} else if (unknown.length > 0) {
  process.stderr.write(`There is no drill ${unknown.join(', ')}. Drills: ${DRILLS.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = 2;
} else {
  // A given seed repeats the random moments of an earlier run.
  const seed = seedGiven ?? Math.floor(Math.random() * 2 ** 31);
  process.stderr.write(`seed ${seed}\n`);
  const drills = DRILLS.filter(({ name }) => (wanted.length === 0 || wanted.includes(name)) && !without.includes(name));
  const findings: Finding[] = [];
  for (const drill of drills) {
    if (interruption.signal.aborted) break;
    const fromMs = systemClock.monoMs();
    const result = await carryOut(drill, seed);
    findings.push(...result.findings);
    process.stderr.write(`${drill.name}: ${((systemClock.monoMs() - fromMs) / 60_000).toFixed(1)} min\n`);
    if (result.isWhole && !interruption.signal.aborted) await keep(drill, result.findings, { seed, seconds: Math.round((systemClock.monoMs() - fromMs) / 1000) });
    // After each, so that what was measured is not lost with what comes later.
    if (result.isWhole && !interruption.signal.aborted) await publish(DRILLS);
  }
  process.stdout.write(`${table(findings)}\n`);
  process.exitCode = findings.some(({ holds }) => holds === false) ? 1 : 0;
}

/** `isWhole`: carried out to its end, at its own length. */
async function carryOut(drill: Drill, seed: number): Promise<{ readonly findings: readonly Finding[]; readonly isWhole: boolean }> {
  if (drill.needsRoot && process.getuid?.() !== 0) return { findings: [leftOut(drill.name, 'needs root')], isWhole: false };
  const say = (text: string): void => void process.stderr.write(`${drill.name}: ${text}\n`);
  const scene = new Scene({ seed, count, minutes, say });
  say(drill.breaks);
  const run = drill.run(scene);
  try {
    const findings = await Promise.race([run, interrupted.promise]);
    // One that was left out, for want of something on this machine, takes no earlier result away.
    return { findings, isWhole: !scene.isShortened && findings.some(({ holds }) => holds !== null) };
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { findings: [fact(drill.name, 'is carried out', error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), false, 'see the output')], isWhole: false };
  } finally {
    await scene.end(run);
  }
}

function numberOf(name: string, text: string): number | null {
  if (text === '') return null;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`--${name} must be a number above 0, not "${text}"\n`);
  process.exit(2);
}
