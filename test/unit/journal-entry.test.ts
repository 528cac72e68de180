/** Log lines as the journal takes them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { journalEntry } from '../../src/telemetry/journal-entry.js';
import { createLogging } from '../../src/telemetry/log.js';
import { receiveDatagrams } from '../support/datagram-receiver.js';
import { until } from '../support/rig.js';

/** The fields of an entry; written from the description of the protocol. */
function fieldsOf(entry: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at < entry.length; ) {
    const end = entry.indexOf(0x0a, at);
    const equals = entry.indexOf('=', at);
    if (equals >= 0 && equals < end) {
      fields[entry.toString('utf8', at, equals)] = entry.toString('utf8', equals + 1, end);
      at = end + 1;
    } else {
      const size = Number(entry.readBigUInt64LE(end + 1));
      fields[entry.toString('utf8', at, end)] = entry.toString('utf8', end + 9, end + 9 + size);
      at = end + 9 + size + 1;
    }
  }
  return fields;
}
const entryOf = (line: object): Record<string, string> => fieldsOf(journalEntry(JSON.stringify(line), 6, 'touchline') ?? Buffer.alloc(0));

t.test('a line has the fields that people search by, and a message for people', async (t) => {
  t.strictSame(entryOf({ level: 'info', time: 'x', pid: 1, part: 'recording', camera: 0, matchId: 'final', frames: 3, msg: 'Recording started' }), {
    MESSAGE: 'recording 0: Recording started matchId=final frames=3',
    PRIORITY: '6',
    SYSLOG_IDENTIFIER: 'touchline',
    TOUCHLINE_PART: 'recording',
    CAMERA: '0',
    MATCH_ID: 'final',
    TOUCHLINE_FIELDS: '{"frames":3}',
  });
});

t.test('an error has its code, its causes in the message, and its stack apart', async (t) => {
  const entry = entryOf({ part: 'camera', err: { message: 'outer', code: 'camera_no_frames', stack: 'at outer', cause: { message: 'inner', stack: 'at a\nat b' } }, msg: 'No frames' });
  t.match(entry, { CODE: 'camera_no_frames', TOUCHLINE_STACK: 'at a\nat b' });
  t.equal(entry['MESSAGE'], 'camera: No frames\n    outer (camera_no_frames)\n    because: inner');
  t.equal(entryOf({ part: 'camera', code: 'disk_full', msg: 'x' })['CODE'], 'disk_full');
});

t.test('no value can forge a field, and no line is too large for a datagram', async (t) => {
  const forged = entryOf({ part: 'api', matchId: 'a\nPRIORITY=0', reason: 'b\nUNIT=x', msg: 'c\n_PID=1' });
  t.equal(forged['PRIORITY'], '6');
  t.equal(forged['MATCH_ID'], 'a\nPRIORITY=0');
  t.strictSame(Object.keys(forged).sort(), ['MATCH_ID', 'MESSAGE', 'PRIORITY', 'SYSLOG_IDENTIFIER', 'TOUCHLINE_FIELDS', 'TOUCHLINE_PART']);
  const large = journalEntry(JSON.stringify({ part: 'p', msg: 'é'.repeat(100_000), more: 'x'.repeat(100_000), err: { message: 'y', stack: 'z\n'.repeat(100_000) } }), 3, 'touchline');
  t.ok(large !== null && large.length < 64 * 1024, `${large?.length} bytes`);
  t.notMatch(fieldsOf(large ?? Buffer.alloc(0))['MESSAGE'], /é\ufffd\ufffd/, 'and it stays text');
  t.equal(journalEntry('no JSON', 3, 'touchline'), null);
});

t.test('lines go to the journal with their fields, without secrets', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-journal-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const journalSocket = join(folder, 'socket');
  const { datagrams } = await receiveDatagrams(t, journalSocket);
  const log = createLogging({ level: 'info', format: 'journal', identifier: 'touchline-camera', journalSocket }).part('camera', { camera: 1 });
  log.warn({ url: 'rtsp://user:geheim@host/', password: 'geheim' }, 'No frames');
  await until(() => datagrams.length === 1, 'the line is there');
  const entry = fieldsOf(datagrams[0] ?? Buffer.alloc(0));
  t.match(entry, { PRIORITY: '4', SYSLOG_IDENTIFIER: 'touchline-camera', CAMERA: '1', TOUCHLINE_PART: 'camera' });
  t.notMatch(JSON.stringify(entry), /geheim/);
});
