/** When NVIDIA's camera daemon is restarted, which cuts off every camera. */
import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import t from 'tap';
import { CameraStackRepair } from '../../src/recording/camera-stack-repair.js';
import type { CameraId, CameraRecovery, PipelineState, RecordingEvents, RecordingStatus } from '../../src/recording/types.js';
import { RECORDING, RECOVERY } from '../support/recording-values.js';
import { SimulatedClock } from '../support/simulated-clock.js';

interface Seen {
  readonly state: PipelineState;
  readonly recovery?: Partial<CameraRecovery>;
  readonly disk?: 'slow' | 'refusing';
}

const down = (attempts: number): Seen => ({ state: 'error', recovery: { attempts, recovering: true } });

/** How often the camera stack is restarted when the cameras are seen so, one look after the other. */
function restartsFor(...looks: readonly (readonly Seen[])[]): number {
  let restarts = 0;
  let status: RecordingStatus = { ...RECORDING, phase: 'recording' };
  const events = new EventEmitter<RecordingEvents>();
  const repair = new CameraStackRepair({
    policy: () => ({ enabled: true, afterFailures: 3, intervalMs: 300_000 }),
    applies: () => true,
    restart: async () => {
      restarts += 1;
      return null;
    },
    clock: new SimulatedClock(),
    log: pino({ enabled: false }),
  });
  const end = repair.listen({ status: () => status, events });
  for (const cameras of looks) {
    status = {
      ...status,
      cameras: new Map(cameras.map(({ state }, id) => [id, { state, uptimeMs: 1, facts: null }])),
      recovery: new Map(cameras.map(({ recovery }, id) => [id, { ...RECOVERY, ...recovery }])),
      diskFaults: new Map(cameras.flatMap(({ disk }, id): [CameraId, 'slow' | 'refusing'][] => (disk === undefined ? [] : [[id, disk]]))),
    };
    events.emit('changed');
  }
  end();
  return restarts;
}

t.test('it is restarted when no camera comes back, and once for all of them', async (t) => {
  t.equal(restartsFor([down(3), down(3)], [down(4), down(4)]), 1);
  t.equal(restartsFor([down(2), down(40)], [down(3), down(40)]), 1, 'when the last of them has had its attempts');
  t.equal(restartsFor([down(3)]), 1, 'a recording with one camera');
});

t.test('a camera that records, or may come back by itself, is not cut off for one that is broken', async (t) => {
  t.equal(restartsFor([{ state: 'running' }, down(40)]), 0);
  t.equal(restartsFor([{ state: 'error' }, down(40)]), 0, 'the disk holds it up, or nothing was heard of it for a moment');
  t.equal(restartsFor([{ state: 'starting' }, down(40)]), 0);
  t.equal(restartsFor([down(1), down(40)]), 0, 'its process has just died');
});

t.test('it is never restarted for the disk', async (t) => {
  t.equal(restartsFor([{ ...down(5), disk: 'refusing' }, { ...down(5), disk: 'refusing' }]), 0);
  t.equal(restartsFor([{ ...down(5), disk: 'refusing' }, down(5)]), 0);
});
