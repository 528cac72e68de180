/**
 * A rig as it stands on a field: this checkout's build under the real units, on a machine that boots (machine.ts). Its
 * files are laid into place by hand, so the installer is not needed; two simulated cameras.
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Type } from '#typebox';
import { parseSegmentName } from '../../src/camera/segment-names.js';
import { compileSchema } from '../../src/lib/schema.js';
import { Machine } from './machine.js';
import { framesIn, until, type Answer, type Json } from './rig.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const HOME = '/opt/touchline/versions/dev';
const RECORDINGS = '/var/lib/touchline/recordings';
const URL = 'http://127.0.0.1:8000';
const anything = compileSchema(Type.Unknown());

const CONFIG = {
  recordings_dir: RECORDINGS,
  recording_quality: 'fast',
  recording_min_free_gb: 0,
  recording_protection_seconds: 0,
  // Tests load the machine.
  recording_overload_guard_enabled: false,
  monitor_mode: 'off',
  // What is tried here does not depend on the size of a picture.
  video_width: 640,
  video_height: 360,
};

export class Appliance {
  readonly machine: Machine;

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Boots, installs and starts it; resolves when the daemon answers and both cameras are there. */
  static async start(config: Readonly<Record<string, unknown>> = {}): Promise<Appliance> {
    const parts = ['build', 'gst-pipelines', 'node_modules', 'native', 'package.json', 'systemd'];
    const machine = await Machine.create({
      binds: [
        ...parts.map((part) => ({ from: join(ROOT, part), to: `${HOME}/${part}` })),
        { from: await realpath(process.execPath), to: `${HOME}/bin/node` },
      ],
    });
    const appliance = new Appliance(machine);
    try {
      for (const unit of await readdir(join(ROOT, 'systemd'))) {
        if (!/\.(service|target|path)$/.test(unit)) continue;
        await machine.write(`/etc/systemd/system/${unit}`, await readFile(join(ROOT, 'systemd', unit), 'utf8'));
      }
      // A service that has a /proc of its own sees there the boot of the machine outside, which stays the same.
      await machine.write('/etc/systemd/system/boot-id.service', '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/cp /proc/sys/kernel/random/boot_id /run/boot_id\n');
      for (const unit of ['touchline', 'touchline-camera@']) {
        await machine.write(`/etc/systemd/system/${unit}.service.d/boot.conf`, '[Unit]\nRequires=boot-id.service\nAfter=boot-id.service\n[Service]\nBindReadOnlyPaths=/run/boot_id:/proc/sys/kernel/random/boot_id\n');
      }
      for (const kind of ['sysusers.d', 'tmpfiles.d']) {
        await machine.write(`/etc/${kind}/touchline.conf`, await readFile(join(ROOT, 'systemd', kind, 'touchline.conf'), 'utf8'));
      }
      await machine.write('/etc/touchline/touchline.json', JSON.stringify({ ...CONFIG, ...config }));
      await machine.boot();
      await machine.run(['ln', '-sfn', HOME, '/opt/touchline/current']);
      await machine.run(['systemd-sysusers']);
      await machine.run(['systemd-tmpfiles', '--create']);
      await machine.run(['systemctl', 'enable', '--now', 'touchline.target']);
      await appliance.ready();
    } catch (error) {
      const story = await appliance.story().catch(() => '');
      await machine.dispose();
      throw new Error(`the rig did not start:\n${story}`, { cause: error });
    }
    return appliance;
  }

  /** The daemon answers, and both cameras could record. */
  async ready(): Promise<void> {
    await until(async () => (await this.get('/api/v1/recording')).status === 200, 'the daemon answers', 60_000);
    await until(async () => (await this.property('touchline-camera@0', 'ActiveState')) === 'active' && (await this.property('touchline-camera@1', 'ActiveState')) === 'active', 'both camera units are active', 60_000);
  }

  get(path: string): Promise<Answer> {
    return this.machine.request('GET', `${URL}${path}`);
  }

  async record(matchId: string): Promise<void> {
    const answer = await this.machine.request('POST', `${URL}/api/v1/recording`, { match_id: matchId });
    if (answer.body['success']?.valueOf() !== true) throw new Error(`start failed: ${JSON.stringify(answer)}\n${await this.story()}`);
  }

  stop(): Promise<Answer> {
    return this.machine.request('DELETE', `${URL}/api/v1/recording?force=true`);
  }

  async camera(id: number): Promise<Json | undefined> {
    return (await this.get('/api/v1/recording')).body['cameras']?.[`camera_${id}`];
  }

  async framesAtSource(id: number): Promise<number> {
    return Number((await this.camera(id))?.['facts']?.['frames_at_source'] ?? 0);
  }

  async isRunning(id: number): Promise<boolean> {
    return (await this.camera(id))?.['state']?.valueOf() === 'running';
  }

  /** A property of a unit, as `systemctl show` has it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.machine.run(['systemctl', 'show', '--property', name, '--value', unit])).stdout;
  }

  async mainPid(unit: string): Promise<number> {
    return Number(await this.property(unit, 'MainPID'));
  }

  /** Sends a signal to the main process of a unit, as a fault would. */
  async signal(unit: string, signal: string): Promise<void> {
    await this.machine.run(['kill', `-${signal}`, String(await this.mainPid(unit))]);
  }

  segmentsDir(matchId: string): string {
    return this.machine.path(join(RECORDINGS, matchId, 'segments'));
  }

  async segments(matchId: string, camera: number): Promise<string[]> {
    const names = await readdir(this.segmentsDir(matchId)).catch(() => []);
    return names.filter((name) => parseSegmentName(name)?.camera === camera).sort();
  }

  /** Frames of one camera on disk, in finished files and others. */
  async framesOnDisk(matchId: string, camera: number): Promise<number> {
    let frames = 0;
    for (const name of await this.segments(matchId, camera)) frames += await framesIn(join(this.segmentsDir(matchId), name));
    return frames;
  }

  /** The last entry of a camera's journal of the match. */
  async lastEntry(matchId: string, camera: number): Promise<Json | undefined> {
    const text = await readFile(this.machine.path(join(RECORDINGS, matchId, `cam${camera}.journal.ndjson`)), 'utf8');
    const parsed = anything.parseJson(text.trim().split('\n').at(-1) ?? '');
    return parsed.ok ? (parsed.value as Json) : undefined;
  }

  /** What the rig keeps of a match in its folder. */
  async manifest(matchId: string): Promise<Json | undefined> {
    const parsed = anything.parseJson(await readFile(this.machine.path(join(RECORDINGS, matchId, 'match.json')), 'utf8'));
    return parsed.ok ? (parsed.value as Json) : undefined;
  }

  /** What people were told of this kind, oldest first. */
  async alerts(type: string): Promise<readonly Json[]> {
    const { body } = await this.get('/api/v1/logs/alerts?lines=100');
    const lines = (body['lines'] ?? []) as unknown as string[];
    return lines.map((line) => JSON.parse(line) as Json).filter((alert) => alert['event_type']?.valueOf() === type);
  }

  /** Entries of the system's journal, with all their fields. */
  async journal(...matches: readonly string[]): Promise<readonly Json[]> {
    const { stdout } = await this.machine.run(['journalctl', '--output=json', '--all', '--no-pager', ...matches], { mayFail: true });
    return stdout.split('\n').flatMap((line) => {
      const parsed = anything.parseJson(line);
      return parsed.ok ? [parsed.value as Json] : [];
    });
  }

  /** What a technician would read, for the message of a test that failed. */
  async story(): Promise<string> {
    return (await this.machine.run(['journalctl', '--no-pager', '--lines=80', '--unit=touchline*'], { mayFail: true })).stdout;
  }

  dispose(): Promise<void> {
    return this.machine.dispose();
  }
}
