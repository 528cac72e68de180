/**
 * A machine for tests: a real systemd that boots, in about two seconds and without a second computer, from an overlay
 * over this machine's own root (systemd-nspawn). Everything that is installed here is there; nothing that is done inside
 * lasts. What is written inside stays from one boot to the next until `dispose`, as on a disk: units that were enabled,
 * /etc, /var with its journal. /run and /tmp are new with each boot.
 *
 *     const obstacle = await Machine.obstacle();
 *     t.test('…', { skip: obstacle ?? false }, async (t) => {
 *       const machine = await Machine.create({ binds: [{ from: buildDir, to: '/opt/touchline/versions/dev/build' }] });
 *       t.teardown(() => machine.dispose());
 *       await machine.write('/etc/systemd/system/x.service', unitText);
 *       await machine.boot();
 *       await machine.run(['systemctl', 'start', 'x']);
 *       await machine.request('GET', 'http://127.0.0.1:8000/api/v1/status');
 *       await machine.reboot();    // in order
 *       machine.cutPower();        // every process gone at once; then boot() again
 *     });
 *
 * The network is the machine's own (loopback only): ports of two machines don't meet. There are no cameras, no sound,
 * and of /dev only what a container has.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from '#execa';
import { MachineRequests } from './machine-requests.js';
import { until, type Answer } from './rig.js';

const SCRIPT = resolve(import.meta.dirname, '..', '..', '..', 'test/support/machine.sh');
const TOOLS = ['systemd-nspawn', 'unshare', 'nsenter', 'setpriv'];
const BOOT_MS = 60_000;
const END_MS = 150_000;
/** Nothing of this process's own environment belongs inside. */
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };

export interface MachineOptions {
  /** Folders or files of this machine that are seen inside; read-only unless said otherwise. */
  readonly binds?: readonly { readonly from: string; readonly to: string; readonly writable?: boolean }[];
  /** How much may be written inside in all; it is kept in memory. Default 4. */
  readonly sizeGiB?: number;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Machine {
  readonly #folder: string;
  readonly #options: MachineOptions;
  readonly #holder: ChildProcess;
  #container: ChildProcess | null = null;
  #leader = 0;
  #requests: MachineRequests | null = null;
  #console = '';

  private constructor(folder: string, options: MachineOptions, holder: ChildProcess) {
    this.#folder = folder;
    this.#options = options;
    this.#holder = holder;
  }

  /** Why no machine can be booted here, as the reason to skip a test; null when one can. */
  static async obstacle(): Promise<string | null> {
    if (process.getuid?.() !== 0) return 'needs root: boots a systemd in a container';
    for (const tool of TOOLS) {
      const found = await execa('which', [tool], { reject: false });
      if (found.exitCode !== 0) return `${tool} is not installed`;
    }
    try {
      const machine = await Machine.create({ sizeGiB: 1 });
      try {
        const trial = await machine.#inNamespace(['bash', SCRIPT, 'boot', machine.#folder, '/bin/true']);
        return trial.exitCode === 0 ? null : `systemd-nspawn cannot run here: ${lastLine(trial.stderr)}`;
      } finally {
        await machine.dispose();
      }
    } catch (error) {
      return `systemd-nspawn cannot run here: ${lastLine(String(error))}`;
    }
  }

  /** A machine that is switched off: its files can be laid into place with `write`. */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'machine-'));
    const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'bash', SCRIPT, folder, String(options.sizeGiB ?? 4)], { env: ENV, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    holder.stdout.on('data', take);
    holder.stderr.on('data', take);
    try {
      await until(() => {
        if (holder.exitCode !== null) throw new Error(output);
        return output.includes('ready\n');
      }, 'the overlay of the machine stands');
    } catch (error) {
      holder.stdin.end();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new Machine(folder, options, holder);
  }

  get isOn(): boolean {
    return this.#container !== null && this.#container.exitCode === null && this.#container.signalCode === null;
  }

  /** What the machine showed on its console since it was switched on. */
  get console(): string {
    return this.#console;
  }

  /** Switches it on; resolves when everything that starts by itself has started or failed. */
  async boot(): Promise<void> {
    if (this.isOn) throw new Error('the machine is on already');
    const binds = (this.#options.binds ?? []).map(({ from, to, writable }) => `--bind${writable === true ? '' : '-ro'}=${realpathSync(from)}:${to}`);
    const argv = ['bash', SCRIPT, 'boot', this.#folder, `--machine=${basename(this.#folder).replace(/[^a-zA-Z0-9]/g, '')}`, ...binds, '--boot', 'systemd.unit=multi-user.target'];
    this.#console = '';
    const container = spawn('nsenter', [`--mount=/proc/${this.#holder.pid}/ns/mnt`, 'setpriv', '--pdeathsig', 'KILL', ...argv], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#container = container;
    const take = (chunk: Buffer): void => {
      this.#console += chunk.toString();
    };
    container.stdout.on('data', take);
    container.stderr.on('data', take);
    this.#leader = 0;
    const isUp = async (): Promise<boolean> => {
      if (!this.isOn) throw new Error(`the machine went off while booting:\n${this.#console}`);
      this.#leader ||= firstProcessOf(container.pid ?? 0);
      if (this.#leader === 0) return false;
      const { stdout } = await this.run(['systemctl', 'is-system-running'], { mayFail: true });
      return stdout === 'running' || stdout === 'degraded';
    };
    await until(isUp, 'the machine has booted', BOOT_MS, () => this.#console);
  }

  /** Runs a command inside as root; rejects when it fails, unless that is allowed. No shell: use ['sh', '-c', …] for one. */
  async run(argv: readonly string[], options: { readonly mayFail?: boolean; readonly input?: string } = {}): Promise<RunResult> {
    if (this.#leader === 0) throw new Error('the machine is off');
    const result = await execa('nsenter', ['--target', String(this.#leader), '--all', '--wd=/', '--', ...argv], {
      env: ENV,
      extendEnv: false,
      reject: false,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    });
    const run = { exitCode: result.exitCode ?? -1, stdout: String(result.stdout), stderr: String(result.stderr) };
    if (run.exitCode !== 0 && options.mayFail !== true) throw new Error(`${argv.join(' ')} ended with ${run.exitCode}:\n${run.stderr}\n${run.stdout}`);
    return run;
  }

  /** Asks a server inside; status 0 and the reason as the body when nobody answers. */
  async request(method: string, url: string, body?: unknown): Promise<Answer> {
    if (this.#leader === 0) throw new Error('the machine is off');
    this.#requests ??= new MachineRequests(this.#leader, ENV);
    return this.#requests.ask(method, url, body);
  }

  /** Writes a file of the machine, also while it is off; not below /run and /tmp, which are new with each boot. */
  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const target = this.path(path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text, { mode });
  }

  /** Where this process reaches a file of the machine's disk (not of what it mounts while it runs); on and off alike. */
  path(inside: string): string {
    return join(`/proc/${this.#holder.pid}/root`, this.#folder, 'root', inside);
  }

  /** The same for a machine that is on, with everything that is mounted there. */
  livePath(inside: string): string {
    return join(`/proc/${this.#leader}/root`, inside);
  }

  /** Shuts it down in order; resolves when it is off. */
  async powerOff(): Promise<void> {
    await this.run(['systemctl', 'poweroff'], { mayFail: true });
    await until(() => !this.isOn, 'the machine is off', END_MS, () => this.#console);
    this.#forget();
  }

  /** Shuts down in order and boots again. */
  async reboot(): Promise<void> {
    await this.powerOff();
    await this.boot();
  }

  /** Every process is gone at once. What was written stays, synchronised or not: that is the drill with a loop device. */
  async cutPower(): Promise<void> {
    if (this.#leader > 0) process.kill(this.#leader, 'SIGKILL');
    this.#container?.kill('SIGKILL');
    await until(() => !this.isOn, 'the machine is off');
    this.#forget();
  }

  #forget(): void {
    this.#leader = 0;
    this.#requests?.end();
    this.#requests = null;
  }

  /** Ends it and takes everything away that it consisted of. */
  async dispose(): Promise<void> {
    if (this.isOn) await this.cutPower();
    this.#forget();
    if (this.#holder.exitCode === null && this.#holder.signalCode === null) {
      const ended = new Promise((done) => this.#holder.once('exit', done));
      this.#holder.stdin?.end();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #inNamespace(argv: readonly string[]): Promise<RunResult> {
    const { exitCode, stdout, stderr } = await execa('nsenter', [`--mount=/proc/${this.#holder.pid}/ns/mnt`, ...argv], { env: ENV, extendEnv: false, reject: false, stdin: 'ignore' });
    return { exitCode: exitCode ?? -1, stdout: String(stdout), stderr: String(stderr) };
  }
}

/** The process that is number 1 inside, as a child of the container's supervisor; 0 while there is none. */
function firstProcessOf(supervisor: number): number {
  try {
    const children = readdirSync(`/proc/${supervisor}/task`).flatMap((task) => readFileSync(`/proc/${supervisor}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean));
    return Number(children.find((pid) => /^NSpid:.*\s1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) ?? 0);
  } catch {
    return 0;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
