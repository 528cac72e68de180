import t from 'tap';
import { readMessage } from '../../src/api/ws/messages-in.js';
import { resultFrame, outcomeOf } from '../../src/api/ws/frames.js';
import { JsonText } from '../../src/api/http/route.js';

const read = (value: unknown, isBinary = false) => readMessage(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), isBinary);
const refused = (code: string, message: string) => ({ kind: 'error', code, message });
/** One of every kind that JSON has, and names that objects inherit. */
const ODD = [null, true, false, 0, 1.5, -1, 1e300, '', 'x', 'constructor', '__proto__', [], [[]], {}, { a: {} }];

t.test('each mistake has the code and the words of the contract', async (t) => {
  t.strictSame(read('x'.repeat(65_537)), refused('message_too_large', 'Message exceeds 64KB limit'));
  t.strictSame(read(`"${'é'.repeat(32_768)}"`), refused('message_too_large', 'Message exceeds 64KB limit'), 'bytes count, not characters');
  t.strictSame(read('{'), refused('invalid_json', 'Message is not valid JSON'));
  t.strictSame(read(''), refused('invalid_json', 'Message is not valid JSON'));
  t.strictSame(read({ v: 1, type: 'ping' }, true), refused('invalid_json', 'Message is not valid JSON'), 'a binary frame');
  for (const value of [[], null, 1, 'x', true]) t.strictSame(read(JSON.stringify(value)), refused('invalid_format', 'Message must be a JSON object'));
  for (const v of [undefined, '1', true, 2, 0, null, [1], { v: 1 }, 1.5]) t.strictSame(read({ v, type: 'ping' }), refused('invalid_version', 'Expected v=1'), JSON.stringify(v));
  for (const channels of [undefined, null, 'status', 1, {}, { length: 1, 0: 'status' }]) t.strictSame(read({ v: 1, type: 'subscribe', channels }), refused('invalid_channels', 'channels must be a list'));
  for (const id of [undefined, null, '', 1, [], {}, 'x'.repeat(201)]) t.strictSame(read({ v: 1, type: 'command', id, action: 'get_logs' }), refused('invalid_command', "Command requires 'id' and 'action'"));
  for (const action of [undefined, null, '', 1, [], {}]) t.strictSame(read({ v: 1, type: 'command', id: 'a', action }), refused('invalid_command', "Command requires 'id' and 'action'"));
  t.strictSame(read({ v: 1, type: 'nope' }), refused('unknown_type', 'Unknown message type: nope'));
  t.strictSame(read({ v: 1 }), refused('unknown_type', 'Unknown message type: null'));
  const long = read({ v: 1, type: 'y'.repeat(5000) });
  t.ok(JSON.stringify(long).length < 250, 'a long type comes back shortened');
});

t.test('a message of 65,536 bytes is read', async (t) => {
  const text = JSON.stringify({ v: 1, type: 'ping', filler: '' });
  t.strictSame(read(text.replace('""', `"${'x'.repeat(65_536 - text.length)}"`)), { kind: 'ping' });
});

t.test('1.0 is 1, because JSON has one number', async (t) => {
  t.strictSame(read('{"v":1.0,"type":"ping"}'), { kind: 'ping' });
});

t.test('a list of channels gives the channels in it, once each, whatever else is in it', async (t) => {
  t.strictSame(read({ v: 1, type: 'subscribe', channels: ['status', {}, 'bogus', 'status', null, ['status'], 'pipeline_state'] }), { kind: 'subscribe', channels: ['status', 'pipeline_state'] });
  t.strictSame(read({ v: 1, type: 'unsubscribe', channels: [] }), { kind: 'unsubscribe', channels: [] });
});

t.test('an id of 200 characters is taken, and params travel unread', async (t) => {
  for (const params of ODD) {
    const command = { id: 'é'.repeat(200), action: 'get_logs', params };
    t.strictSame(read({ v: 1, type: 'command', ...command }), { kind: 'command', command });
  }
});

t.test('fields of WebRTC are taken from `data` and from beside the type', async (t) => {
  const offer = { session_id: 's', stream_kind: 'main_cam0', sdp: 'v=0' };
  const taken = { kind: 'signalling', message: { type: 'webrtc_offer' } };
  t.match(read({ v: 1, type: 'webrtc_offer', data: offer }), { ...taken, message: { ...taken.message, data: offer } });
  t.match(read({ v: 1, type: 'webrtc_offer', ...offer }), { ...taken, message: { ...taken.message, data: offer } });
});

t.test('an error about a start names the stream, any other the session', async (t) => {
  t.strictSame(read({ v: 1, type: 'webrtc_start', data: {} }), { kind: 'webrtc-error', data: { stream_kind: 'null', error: 'Unsupported stream_kind: null' } });
  t.strictSame(read({ v: 1, type: 'webrtc_stop', data: { session_id: 5 } }), { kind: 'webrtc-error', data: { session_id: '5', error: 'Unknown session_id' } });
  t.match(read({ v: 1, type: 'webrtc_offer', data: { session_id: 's', sdp: 5 } }), { kind: 'webrtc-error', data: { session_id: 's', error: /sdp/ } });
});

t.test('a wrong type in any field is answered and never thrown', async (t) => {
  const messages = [
    { v: 1, type: 'subscribe', channels: ['status'] },
    { v: 1, type: 'command', id: 'a', action: 'get_logs', params: {} },
    { v: 1, type: 'webrtc_start', data: { stream_kind: 'main_cam0' } },
    { v: 1, type: 'webrtc_ice_candidate', data: { session_id: 's', stream_kind: 'main_cam0', candidate: 'c', sdpMLineIndex: 0 } },
  ];
  for (const message of messages) {
    for (const field of Object.keys(message)) {
      for (const odd of ODD) t.ok(read({ ...message, [field]: odd }).kind, `${message.type}.${field} = ${JSON.stringify(odd)}`);
    }
    for (const field of Object.keys(message.data ?? {})) {
      for (const odd of ODD) t.ok(read({ ...message, data: { ...message.data, [field]: odd } }).kind, `${message.type}.data.${field} = ${JSON.stringify(odd)}`);
    }
  }
  const deep = '['.repeat(30_000) + ']'.repeat(30_000);
  t.equal(read(deep).kind, 'error');
  t.equal(read(`{"v":1,"type":${deep}}`).kind, 'error');
});

t.test('a result that is JSON text already is sent as it is', async (t) => {
  const text = resultFrame('a"b', outcomeOf(new JsonText('{"recordings":{}}')), true);
  t.strictSame(JSON.parse(text), { v: 1, type: 'command_result', id: 'a"b', success: true, data: { recordings: {} }, deduplicated: true });
});
