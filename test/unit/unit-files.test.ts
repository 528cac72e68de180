/** What the units promise by their texts alone; that they work under a systemd is tested in test/system. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';

const FOLDER = resolve(import.meta.dirname, '../../../systemd');
const texts = new Map(
  readdirSync(FOLDER)
    .filter((name) => /\.(?:service|target|path)$/.test(name))
    .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
);

/** All words that a unit gives to a setting. */
function wordsOf(unit: string, setting: string): readonly string[] {
  return [...(texts.get(unit) ?? '').matchAll(new RegExp(`^${setting}=(.*)$`, 'gm'))].flatMap(([, value = '']) => value.split(' ').filter(Boolean));
}

const unitsWith = (setting: string, value?: string): readonly string[] =>
  [...texts.keys()].filter((unit) => (value === undefined ? wordsOf(unit, setting).length > 0 : wordsOf(unit, setting).includes(value)));

t.test('a unit with a session of its own sees the folder of the session below /run/user', async (t) => {
  t.strictSame(unitsWith('PAMName'), ['touchline-kiosk.service']);
  // ProtectHome= hides /run/user as well (systemd.exec(5)), and there the compositor makes its socket.
  for (const unit of unitsWith('PAMName')) t.strictSame(wordsOf(unit, 'ProtectHome').filter((value) => value !== 'no'), [], unit);
});

t.test('a camera that is plugged in later may be opened', async (t) => {
  // systemd looks up the names of drivers when a unit starts, and the one of cameras may be a module that no camera has loaded yet.
  const module = 'modprobe@videodev.service';
  const openers = unitsWith('DeviceAllow', 'char-video4linux');
  t.strictSame([...openers].sort(), ['touchline-camera@.service', 'touchline.service']);
  for (const unit of openers) t.ok(wordsOf(unit, 'After').includes(module), unit);
  // A camera that comes back in mid-match waits for no other program: the daemon brings the module for both.
  t.strictSame(unitsWith('Wants', module), ['touchline.service']);
  t.ok(wordsOf('touchline.target', 'Wants').includes('touchline.service'));
});
