/** Which profile the configured sources mean, and everything that can be wrong with them. */
import t from 'tap';
import { chooseProfile } from '../../src/pipelines/index.js';
import { brief, violationsOf } from '../support/pipeline-tools.js';

const OPTIONS = {
  profiles: [
    { name: 'file', sourceKind: 'file' },
    { name: 'usb', sourceKind: 'device' },
    { name: 'ip', sourceKind: 'url' },
    { name: 'sim', sourceKind: 'none' },
    { name: 'jetson-nvenc', sourceKind: 'none' },
    { name: 'usb-raw', sourceKind: 'device' },
  ],
  cameraCount: 2,
  folder: '/rig',
  isReadable: async (path: string) => !path.includes('missing'),
} as const;

const choose = (profile: string | null, sources: readonly string[] | null) =>
  chooseProfile({ profile, sources }, OPTIONS);
const wrong = async (profile: string | null, sources: readonly string[] | null) =>
  brief(await violationsOf(() => choose(profile, sources)));

t.test('the sources pick the profile', async (t) => {
  t.strictSame(await choose('sim', ['left.mp4', '/clips/right.mp4']), {
    profile: 'file',
    sources: ['/rig/left.mp4', '/clips/right.mp4'],
  });
  t.strictSame(await choose(null, ['/dev/video0', '/dev/video1']), {
    profile: 'usb',
    sources: ['/dev/video0', '/dev/video1'],
  });
  t.strictSame(await choose('sim', ['rtsp://a/1', 'RTSPS://b/2']), {
    profile: 'ip',
    sources: ['rtsp://a/1', 'RTSPS://b/2'],
  });
  t.strictSame(await choose(null, null), { profile: 'sim', sources: null });
  t.strictSame(await choose('sim', []), { profile: 'sim', sources: null });
});

t.test('a named profile is kept when it takes these sources', async (t) => {
  t.equal((await choose('usb-raw', ['/dev/video0', '/dev/video1'])).profile, 'usb-raw');
  t.equal((await choose('jetson-nvenc', null)).profile, 'jetson-nvenc');
  t.equal((await choose('file', ['same.mp4', 'same.mp4'])).profile, 'file', 'one file may stand for both cameras');
});

t.test('everything that is wrong is told at once', async (t) => {
  t.strictSame(await wrong('sim', ['left.mp4', '/dev/video0', 'missing.mp4']), [
    'sources: count',
    'sources.1: source_kind',
    'sources.2: missing',
  ]);
  t.strictSame(await wrong('jetson-nvenc', ['a.mp4', 'b.mp4']), ['sources.0: source_kind', 'sources.1: source_kind']);
  t.strictSame(await wrong('usb', null), ['sources: required']);
  t.strictSame(await wrong('usb', ['/dev/video0', '/dev/video0']), ['sources: unique']);
  t.strictSame(await wrong('nope', null), ['profile: enum']);
  t.strictSame(await wrong(null, ['http://a/1', 'rtsp:///x']), ['sources.0: url', 'sources.1: url']);
});

t.test('the message hides passwords', async (t) => {
  for (const sources of [
    ['left.mp4', 'rtsp://admin:secret@cam/1'],
    ['http://admin:secret@cam/1', 'x://admin:secret@cam/1'],
  ]) {
    const failed = await choose(null, sources).catch((thrown: unknown) => thrown);
    t.match(failed, { code: 'sources_invalid', message: /cam\/1/ });
    t.notMatch(JSON.stringify(failed) + String(failed), /secret/);
  }
});
