/** The overload guard: what makes it act, in which order, and how it lets go. */
import { pino } from 'pino';
import t from 'tap';
import { GUARD_AT_REST, OverloadGuard, RELIEF_STEPS, type GuardPolicy } from '../../src/recording/overload-guard.js';
import type { ReliefStep } from '../../src/recording/types.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const MATCH = { matchId: 'match', matchDir: '/match' };
const POLL_MS = 5000;

function guarded(policy: Partial<GuardPolicy> = {}, steps: readonly ReliefStep[] = RELIEF_STEPS) {
  const clock = new SimulatedClock();
  const machine: { cpu: number | null; health: () => Promise<{ healthy: boolean; message: string; issues: string[] }> } = {
    cpu: 20,
    health: async () => ({ healthy: true, message: 'Recording healthy', issues: [] }),
  };
  const relieved: (readonly ReliefStep[])[] = [];
  const told: string[] = [];
  const settings: GuardPolicy = { enabled: true, cpuPercentThreshold: 92, pollIntervalMs: POLL_MS, unhealthyStreakThreshold: 3, ...policy };
  const guard = new OverloadGuard({
    policy: () => settings,
    cpuPercent: () => machine.cpu,
    health: () => machine.health(),
    steps: () => steps,
    relieve: (steps) => relieved.push(steps),
    onChange: (_match, before, after) => told.push(`${before.active ? 'active' : 'calm'} ${before.steps.length} -> ${after.active ? 'active' : 'calm'} ${after.steps.length}`),
    clock,
    log: pino({ enabled: false }),
  });
  const looks = (count: number): Promise<void> => clock.advanceMs(count * POLL_MS);
  return { clock, machine, relieved, told, guard, looks };
}

t.test('three bad looks make it active, each three more take the next step, and it never goes further', async (t) => {
  const { machine, relieved, told, guard, looks } = guarded();
  guard.begin(MATCH);
  t.same(guard.status(), GUARD_AT_REST);
  machine.cpu = 97.34;
  await looks(2);
  t.match(guard.status(), { active: false, unhealthyStreak: 2, cpuPercent: 97.34, reasons: ['cpu 97.3% >= 92.0% threshold'], healthHealthy: true, triggeredAtEpochMs: null });
  await looks(1);
  const triggeredAt = guard.status().triggeredAtEpochMs;
  t.match(guard.status(), { active: true, unhealthyStreak: 3, steps: ['slower_pictures'] });
  t.type(triggeredAt, 'number');
  await looks(9);
  t.match(guard.status(), { active: true, unhealthyStreak: 12, steps: RELIEF_STEPS, triggeredAtEpochMs: triggeredAt });
  t.same(relieved, [RELIEF_STEPS.slice(0, 1), RELIEF_STEPS.slice(0, 2), RELIEF_STEPS]);
  t.same(told, ['calm 0 -> active 1', 'active 1 -> active 2', 'active 2 -> active 3']);
  guard.end();
});

t.test('one good look clears it, and its steps are undone one by one, the last one first', async (t) => {
  const { machine, relieved, guard, looks } = guarded();
  guard.begin(MATCH);
  machine.cpu = 99;
  await looks(6);
  machine.cpu = 30;
  await looks(1);
  t.match(guard.status(), { active: false, unhealthyStreak: 0, triggeredAtEpochMs: null, reasons: [], steps: RELIEF_STEPS.slice(0, 2) });
  await looks(4);
  t.equal(guard.status().steps.length, 2, 'not at once: the load would come back');
  await looks(1);
  t.equal(guard.status().steps.length, 1);
  await looks(6);
  t.equal(guard.status().steps.length, 0);
  t.same(relieved.map(({ length }) => length), [1, 2, 1, 0]);
  guard.end();
});

t.test('what is wrong with the recording counts like the processor, at most three things of it', async (t) => {
  const { machine, guard, looks } = guarded({ unhealthyStreakThreshold: 1 });
  guard.begin(MATCH);
  machine.cpu = null;
  machine.health = async () => ({ healthy: false, message: 'a, b, c, d', issues: ['a', 'b', 'c', 'd'] });
  await looks(1);
  t.match(guard.status(), { active: true, cpuPercent: null, reasons: ['a', 'b', 'c'], healthHealthy: false, healthMessage: 'a, b, c, d' });
  machine.health = async () => ({ healthy: false, message: 'bad', issues: [] });
  await looks(1);
  t.same(guard.status().reasons, ['bad']);
  guard.end();
});

t.test('a camera that is broken is told, and is no reason to spoil the other one', async (t) => {
  const { machine, relieved, guard, looks } = guarded();
  guard.begin(MATCH);
  machine.health = async () => ({ healthy: false, message: 'cam1: Pipeline missing', issues: ['cam1: Pipeline missing'] });
  await looks(12);
  t.match(guard.status(), { active: true, unhealthyStreak: 12, steps: [] });
  machine.cpu = 99;
  await looks(3);
  t.same(guard.status().steps, ['slower_pictures'], 'the processors are');
  machine.cpu = 20;
  await looks(6);
  t.same(guard.status().steps, []);
  t.same(relieved, [['slower_pictures'], []]);
  guard.end();
});

t.test('only steps that this rig can take are taken, and one that fails keeps nothing from going on', async (t) => {
  const { machine, guard, looks } = guarded({}, ['slower_pictures']);
  guard.begin(MATCH);
  machine.cpu = 99;
  await looks(12);
  t.same(guard.status().steps, ['slower_pictures']);
  guard.end();
  const clock = new SimulatedClock();
  const failing = new OverloadGuard({
    policy: () => ({ enabled: true, cpuPercentThreshold: 92, pollIntervalMs: POLL_MS, unhealthyStreakThreshold: 1 }),
    cpuPercent: () => 99,
    health: async () => ({ healthy: true, message: '', issues: [] }),
    steps: () => RELIEF_STEPS,
    relieve: () => {
      throw new Error('cannot');
    },
    onChange: () => undefined,
    clock,
    log: pino({ enabled: false }),
  });
  failing.begin(MATCH);
  await clock.advanceMs(2 * POLL_MS);
  t.equal(failing.status().steps.length, 2);
  t.doesNotThrow(() => failing.end());
  t.same(failing.status(), GUARD_AT_REST);
});

t.test('a disk that never answers is a reason, and does not stop the looking', async (t) => {
  const { machine, guard, clock } = guarded({ unhealthyStreakThreshold: 1 });
  guard.begin(MATCH);
  let asked = 0;
  machine.health = () => {
    asked += 1;
    return new Promise(() => undefined);
  };
  await clock.advanceMs(2 * POLL_MS);
  t.match(guard.status(), { active: true, reasons: ['The recordings disk does not answer'] });
  await clock.advanceMs(2 * POLL_MS);
  t.equal(guard.status().unhealthyStreak, 2);
  t.equal(asked, 1, 'nor is it asked again and again');
  guard.end();
});

t.test('the end of a recording undoes everything and ends the looking; switched off it does nothing', async (t) => {
  const { machine, relieved, guard, looks, clock } = guarded();
  guard.begin(MATCH);
  machine.cpu = 99;
  await looks(3);
  guard.end();
  t.same(guard.status(), GUARD_AT_REST);
  t.same(relieved.at(-1), []);
  await looks(5);
  t.equal(clock.sleeping, 0);
  t.same(guard.status(), GUARD_AT_REST);
  const off = guarded({ enabled: false });
  off.guard.begin(MATCH);
  off.machine.cpu = 100;
  await off.looks(10);
  t.same(off.guard.status(), GUARD_AT_REST);
  t.same(off.relieved, []);
  off.guard.end();
});

t.test('while nobody knows the load, nothing is given back', async (t) => {
  const { machine, guard, looks } = guarded();
  guard.begin(MATCH);
  machine.cpu = 99;
  await looks(6);
  machine.cpu = null;
  await looks(30);
  t.match(guard.status(), { active: false, cpuPercent: null, steps: RELIEF_STEPS.slice(0, 2) });
  machine.cpu = 30;
  await looks(12);
  t.match(guard.status(), { steps: [] });
  guard.end();
});
