/**
 * Touchline installed on a test machine by its own scripts: versions of this checkout, good and spoiled, brought into use the way
 * `make install` and the Debian package do it.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from '#execa';
import { Type } from '#typebox';
import { assemble } from '../../scripts/payload/assemble.js';
import { seal } from '../../scripts/payload/seal.js';
import { compileSchema } from '../../src/lib/schema.js';
import type { Machine, RunResult } from './machine.js';
import { framesIn, until, type Json } from './rig.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const RECORDINGS = '/var/lib/touchline/recordings';
const API = 'http://127.0.0.1:8000/api/v1';
/** Where the machine sees the folder of the versions. */
const INSIDE = '/srv/versions';
/** For versions that never become healthy, a shorter time to do so; for all, a shorter time to stay so. */
const PATIENCE = { good: ['HEALTHY_FOR_SECONDS=1'], bad: ['HEALTHY_FOR_SECONDS=1', 'HEALTHY_WITHIN_SECONDS=5'] };
const journalLine = compileSchema(Type.Record(Type.String(), Type.Unknown()));

export const ARCH = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** Version folders of this checkout, made in a folder that goes with `dispose`. */
export class Versions {
  readonly folder: string;
  #made = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Versions> {
    return new Versions(await mkdtemp(join(tmpdir(), 'touchline-versions-')));
  }

  /** What a machine has to bind to see them. */
  get bind(): { readonly from: string; readonly to: string } {
    return { from: this.folder, to: INSIDE };
  }

  /** The checkout as this version. */
  async assemble(version: string): Promise<string> {
    const out = await this.#next();
    await assemble({
      root: ROOT,
      version,
      arch: ARCH,
      nodeHome: dirname(dirname(process.execPath)),
      nativeDir: join(ROOT, 'build/native'),
      binding: join(ROOT, 'node_modules/gstreamer-superficial/build/Release/gstreamer-superficial.node'),
      extraModules: null,
      strip: 'strip',
      out,
    });
    return out;
  }

  /** The same as another version, with one file changed. */
  async variant(of: string, version: string, path: string, edit: (text: string) => string): Promise<string> {
    const out = await this.#next();
    // Linked, not copied: a version is as large as its Node. The file to be changed becomes another one.
    await execa('cp', ['-al', of, out]);
    const file = join(out, path);
    const text = await readFile(file, 'utf8');
    for (const name of [path, 'package.json', 'SHA256SUMS', 'ID', 'manifest.json']) await rm(join(out, name));
    await writeFile(file, edit(text));
    await cp(join(of, 'manifest.json'), join(out, 'manifest.json'));
    await seal(out, version);
    return out;
  }

  async pack(folder: string): Promise<string> {
    const { stdout } = await execa('bash', [join(ROOT, 'scripts/deb/pack.sh'), folder, this.folder], { stdin: 'ignore', env: { DEB_COMPRESSION: '1' } });
    return String(stdout).trim().split('\n').at(-1) ?? '';
  }

  /** The path inside the machine of something in the folder. */
  inside(path: string): string {
    return join(INSIDE, path.slice(this.folder.length + 1));
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #next(): Promise<string> {
    const parent = join(this.folder, String(this.#made++));
    await mkdir(parent);
    return join(parent, 'payload');
  }
}

export async function identityOf(folder: string): Promise<string> {
  return (await readFile(join(folder, 'ID'), 'utf8')).trim();
}

/** The appliance on a machine that is on. */
export class Installed {
  readonly #machine: Machine;
  readonly #versions: Versions;

  constructor(machine: Machine, versions: Versions) {
    this.#machine = machine;
    this.#versions = versions;
  }

  /** `make install` and `make upgrade` after the building, for a version folder of this test. */
  async install(folder: string, options: { readonly mayFail?: boolean } = {}): Promise<RunResult> {
    const inside = this.#versions.inside(folder);
    return this.#machine.run(['env', '-C', '/', ...(options.mayFail === true ? PATIENCE.bad : PATIENCE.good), 'bash', join(inside, 'appliance/appliance.sh'), 'install', inside], options);
  }

  /** The same by somebody whose terminal is gone before the first word is said. */
  async installUnheard(folder: string): Promise<void> {
    const inside = this.#versions.inside(folder);
    const command = ['env', '-C', '/', ...PATIENCE.bad, 'bash', join(inside, 'appliance/appliance.sh'), 'install', inside].join(' ');
    await this.#machine.run(['sh', '-c', `{ ${command}; } 2>&1 | true`]);
  }

  async dpkg(action: string, subject: string, options: { readonly mayFail?: boolean } = {}): Promise<RunResult> {
    const target = subject.startsWith('/') ? this.#versions.inside(subject) : subject;
    return this.#machine.run(['env', '-C', '/', 'DEBIAN_FRONTEND=noninteractive', ...(options.mayFail === true ? PATIENCE.bad : PATIENCE.good), 'dpkg', action, target], options);
  }

  /** `make uninstall`. */
  async uninstall(env: Readonly<Record<string, string>> = {}, options: { readonly mayFail?: boolean } = {}): Promise<RunResult> {
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return this.#machine.run(['env', '-C', '/', ...settings, 'bash', '/srv/scripts/uninstall.sh'], options);
  }

  /** What the binds of a machine must have for `uninstall`. */
  static readonly scripts = { from: join(ROOT, 'scripts'), to: '/srv/scripts' } as const;

  async touchline(...args: readonly string[]): Promise<RunResult> {
    return this.#machine.run(['env', '-C', '/', 'touchline', ...args], { mayFail: true });
  }

  async current(): Promise<string> {
    const { stdout } = await this.#machine.run(['readlink', '/opt/touchline/current'], { mayFail: true });
    return basename(stdout);
  }

  async versions(): Promise<readonly string[]> {
    const { stdout } = await this.#machine.run(['ls', '-A', '/opt/touchline/versions'], { mayFail: true });
    return stdout.split('\n').filter(Boolean).sort();
  }

  async answers(): Promise<boolean> {
    return (await this.#machine.request('GET', `${API}/status`)).status === 200;
  }

  /** The version that the daemon says it is. */
  async daemonVersion(): Promise<string> {
    return String((await this.#machine.request('GET', 'http://127.0.0.1:8000/')).body['product_version']);
  }

  async record(match: string): Promise<void> {
    const answer = await this.#machine.request('POST', `${API}/recording`, { match_id: match });
    if (answer.body['success']?.valueOf() !== true) throw new Error(`start failed: ${JSON.stringify(answer.body)}`);
  }

  async recording(): Promise<Json> {
    return (await this.#machine.request('GET', `${API}/recording`)).body;
  }

  /** Waits until so many more frames have come from each camera. */
  async recordFrames(frames: number): Promise<void> {
    const count = async (camera: number): Promise<number> =>
      Number((await this.recording())['cameras']?.[`camera_${camera}`]?.['facts']?.['frames_at_source'] ?? 0);
    const goal = [(await count(0)) + frames, (await count(1)) + frames];
    const isThere = async (): Promise<boolean> => (await count(0)) >= (goal[0] ?? 0) && (await count(1)) >= (goal[1] ?? 0);
    await until(isThere, `${frames} more frames of each camera`, 60_000);
  }

  async stop(): Promise<Json> {
    return (await this.#machine.request('DELETE', `${API}/recording?force=true`)).body;
  }

  /** Process of a camera's host, 0 when there is none. */
  async hostPid(camera: number): Promise<number> {
    const { stdout } = await this.#machine.run(['systemctl', 'show', '--property=MainPID', '--value', `touchline-camera@${camera}`]);
    return Number(stdout);
  }

  /** Lighter work for the machine than the defaults; also shows that an installation leaves a configuration alone. */
  static readonly config = {
    recordings_dir: RECORDINGS,
    state_dir: '/var/lib/touchline',
    runtime_dir: '/run/touchline',
    hls_dir: '/run/touchline/pictures',
    camera_supervisor: 'systemd',
    recording_quality: 'fast',
    recording_overload_guard_enabled: false,
    monitor_mode: 'off',
    // What is tried here does not depend on the size of a picture.
    video_width: 640,
    video_height: 360,
  } as const;

  /** Frames that the camera delivered, that were missed, and that are in the files of a match that has ended. */
  async frames(match: string, camera: number): Promise<{ readonly atSource: number; readonly missed: number; readonly onDisk: number; readonly runs: number }> {
    const folder = this.#machine.path(join(RECORDINGS, match));
    const lines = (await readFile(join(folder, `cam${camera}.journal.ndjson`), 'utf8')).trim().split('\n');
    const ended = lines.flatMap((line) => {
      const parsed = journalLine.parseJson(line);
      return parsed.ok && parsed.value['kind'] === 'run-ended' ? [parsed.value] : [];
    });
    const { stdout } = await this.#machine.run(['sh', '-c', `ls ${join(RECORDINGS, match, 'segments')}/cam${camera}_*.mp4`]);
    let onDisk = 0;
    for (const path of stdout.split('\n')) onDisk += await framesIn(this.#machine.path(path));
    return { atSource: Number(ended.at(-1)?.['framesAtSource']), missed: Number(ended.at(-1)?.['framesMissed']), onDisk, runs: ended.length };
  }
}
