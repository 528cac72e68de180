/** What is told of a recording while it runs: of cameras and of the disk, each for itself, and nothing that is not so. */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { EventLog } from '../../src/diagnostics/event-log.js';
import { Journal } from '../../src/diagnostics/journal.js';
import { RecordingWatch } from '../../src/diagnostics/recording-watch.js';
import { Exclusive } from '../../src/lib/exclusive.js';
import { Announcer } from '../../src/recording/announcer.js';
import type { CameraId, MutexState, RecordingEvents, RecordingStatus } from '../../src/recording/types.js';
import { FACTS, RECORDING, RECOVERY } from '../support/recording-values.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const MATCH = { matchId: 'm', matchDir: '/m' };
const MUTEX: MutexState = { mode: 'recording', holder: 'm', acquiredAt: null, canPreview: false, canRecord: true };

/** What is seen of a camera at one look. */
interface Seen {
  /** Why it is not recorded as it should be; '' when it is. */
  readonly reason: string;
  readonly disk?: 'slow' | 'refusing';
  readonly missed?: number;
  /** Frames that came from the camera and not out of the encoder. */
  readonly unencoded?: number;
}

const well: Seen = { reason: '' };
const unplugged: Seen = { reason: 'The camera process died.' };
const slow: Seen = { reason: 'The recordings disk is slow: frames wait to be written.', disk: 'slow' };
const unsynced: Seen = { reason: 'The recordings disk is slow: the newest seconds would not survive a power cut.', disk: 'slow' };
const refusing: Seen = { reason: 'The recordings disk takes no data: it is full', disk: 'refusing' };

/** The types of the alerts and of the notes that these looks lead to, oldest first. */
async function told(t: Test, ...looks: readonly (readonly Seen[])[]): Promise<{ readonly alerts: string[]; readonly notes: string[] }> {
  const clock = new SimulatedClock();
  const log = pino({ enabled: false });
  const folder = t.testdir({});
  const disk = new Exclusive();
  const open = (name: string): EventLog => new EventLog({ path: join(folder, `${name}.ndjson`), clock, log, disk });
  const logs = { alerts: open('alerts'), watchdog: open('watchdog') };
  const events = new EventEmitter<RecordingEvents>();
  const announcer = new Announcer(events, log);
  let status: RecordingStatus = { ...RECORDING, matchId: 'm', phase: 'recording' };
  const health = () => Promise.reject(new Error('not asked'));
  new RecordingWatch({ status: () => status, health, events }, new Journal(logs, clock), () => 24).listen();
  for (const cameras of looks) {
    status = {
      ...status,
      cameras: new Map(cameras.map(({ missed = 0, unencoded = 0 }, id) => [id, { state: 'running', uptimeMs: 1, facts: { ...FACTS, framesMissed: missed, framesEncoded: FACTS.framesAtSource - unencoded } }])),
      degradedReasons: new Map(cameras.flatMap(({ reason }, id): [CameraId, string][] => (reason === '' ? [] : [[id, reason]]))),
      diskFaults: new Map(cameras.flatMap(({ disk: kind }, id): [CameraId, 'slow' | 'refusing'][] => (kind === undefined ? [] : [[id, kind]]))),
      recovery: new Map(cameras.map((_, id) => [id, RECOVERY])),
    };
    announcer.look(status, MUTEX, MATCH);
  }
  const types = async (file: EventLog): Promise<string[]> => (await file.tail(100)).lines.map((line) => /"event_type":"(?:recording_)?(\w+)"/.exec(line)?.[1] ?? line);
  return { alerts: await types(logs.alerts), notes: await types(logs.watchdog) };
}

t.test('a disk that was only slow is told once, and nobody is told that video is missing', async (t) => {
  const { alerts, notes } = await told(t, [well, well], [slow, well], [slow, slow], [unsynced, slow], [well, slow], [well, well]);
  t.strictSame(alerts, ['disk_fault']);
  t.strictSame(notes.at(-1), 'disk_caught_up');
  t.notMatch(notes.join(), /recovered/);
});

t.test('where a slow disk did cost frames, that is told', async (t) => {
  const { alerts } = await told(t, [{ ...well, missed: 2 }], [{ ...slow, missed: 2 }], [{ ...well, missed: 31 }]);
  t.strictSame(alerts, ['disk_fault', 'camera_recovered']);
  const leaked = await told(t, [{ ...well, unencoded: 4 }], [{ ...slow, unencoded: 31 }], [{ ...slow, unencoded: 300 }], [{ ...well, unencoded: 280 }]);
  t.strictSame(leaked.alerts, ['disk_fault', 'camera_recovered'], 'the encoder was held up, too, and let frames go');
});

t.test('a disk that refuses is told as one, however many cameras it serves, and what is missing of each', async (t) => {
  const { alerts } = await told(t, [well, well], [refusing, refusing], [well, refusing], [well, well]);
  t.strictSame(alerts, ['disk_fault', 'camera_recovered', 'camera_recovered']);
});

t.test('a disk that gets worse is told once more', async (t) => {
  const { alerts } = await told(t, [well, well], [slow, slow], [refusing, refusing], [well, well]);
  t.strictSame(alerts, ['disk_fault', 'disk_fault', 'camera_recovered', 'camera_recovered']);
});

t.test('a fault of the disk is told although another camera is already down for a reason of its own', async (t) => {
  const { alerts } = await told(t, [unplugged, well], [unplugged, refusing], [unplugged, well], [well, well]);
  t.strictSame(alerts, ['camera_degraded', 'disk_fault', 'camera_recovered', 'camera_recovered']);
  const later = await told(t, [well, well], [refusing, well], [unplugged, well], [unplugged, refusing]);
  t.strictSame(later.alerts, ['disk_fault', 'camera_degraded', 'disk_fault'], 'also when the disk was what ailed that camera first');
});
