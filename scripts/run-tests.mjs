// Runs the compiled tests, three files at a time, and says what came of them: a line per file, with the diagnostics of
// what failed in it, what was left out and why, what failed once more, and as the very last line `N passed, N failed`.
// Arguments pick test files by a part of their path; `--short` leaves out what CI has no time for, and gives a file that
// failed beside others a second run alone, which it names. The exit code is 0 only when tests ran and none failed.

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Code that was compiled for one process serves all the others. */
const COMPILED = join(ROOT, '.cache', 'compiled');
const INDENT = 4;

/** Reads TAP line by line as tap writes it (version 14, subtests indented by four spaces). */
class TapReader {
  /** Names of the subtests that are open, outermost first; the first is the test file. */
  #open = [];
  /** What failed or was skipped, in order: `{ name, detail }`. */
  failures = [];
  skipped = [];
  counts = { passed: 0, failed: 0, skipped: 0 };
  #failedAtDepth = -1;
  #detail = null;

  /** @param {(file: string, ok: boolean, tail: string) => void} onFile called when a test file is through */
  constructor(onFile) {
    this.onFile = onFile;
  }

  /** @param {string} line */
  read(line) {
    const depth = Math.floor((line.length - line.trimStart().length) / INDENT);
    const text = line.trim();
    if (this.#detail !== null) {
      if (text === '...') this.#detail = null;
      else if (text !== '---') this.#detail.push(line);
      return;
    }
    const subtest = /^# Subtest: (.*)$/.exec(text);
    if (subtest) {
      this.#open.length = depth;
      this.#open.push(subtest[1]);
      return;
    }
    const point = /^(not ok|ok)\b(?: \d+)?(?: - )?(.*)$/.exec(text);
    if (point && (depth === 0 || this.#open.length > 0)) this.#readPoint(depth, point[1] === 'ok', point[2]);
  }

  #readPoint(depth, ok, rest) {
    const [, name, directive] = /^(.*?)(?: # ((?:SKIP|TODO|time=).*))?$/.exec(rest);
    const isSuite = this.#open.length > depth;
    const path = [...this.#open.slice(0, depth), name];
    this.#open.length = Math.min(this.#open.length, depth);
    if (depth === 0) this.onFile(name, ok, directive ?? '');
    if (!isSuite) this.counts[/^(?:SKIP|TODO)/.test(directive ?? '') ? 'skipped' : ok ? 'passed' : 'failed'] += 1;
    if (directive?.startsWith('SKIP') || directive?.startsWith('TODO')) {
      this.skipped.push({ name: path.join(' > '), detail: directive });
    } else if (!ok) {
      // A suite that failed because of something inside it adds nothing to what was said about that.
      if (!(isSuite && this.#failedAtDepth > depth)) {
        this.#detail = [];
        this.failures.push({ name: path.join(' > '), detail: this.#detail });
        // It ended by itself, before or behind its tests.
        if (isSuite) this.counts.failed += 1;
      }
      this.#failedAtDepth = depth;
    }
    if (depth === 0) this.#failedAtDepth = -1;
  }
}

function pickFiles(patterns, isShort) {
  const everything = globSync('build/test/**/*.test.js', { cwd: ROOT }).sort();
  const all = isShort ? everything.filter((file) => !AT_LENGTH.test(file)) : everything;
  if (isShort) print(`left to \`make test\`: ${everything.filter((file) => AT_LENGTH.test(file)).map((file) => basename(file, '.test.js')).join(', ')}`);
  return patterns.length === 0 ? all : all.filter((file) => patterns.some((pattern) => file.includes(pattern)));
}

/** The person's own settings must not decide how a test ends. */
function testEnvironment() {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('TOUCHLINE_') && key !== 'MAKEFLAGS');
  return Object.fromEntries(kept);
}

const print = (text) => process.stdout.write(`${text}\n`);

/**
 * What may run at the same time, in the order in which it is begun. Steady: promises times, or that a busy machine loses
 * no frame, so one after the other. System: machines that boot, which wait most of the time, so beside the three. Browser:
 * rendering without a graphics processor takes one of the others. Everything else waits for conditions.
 */
const CLASSES = [
  { atOnce: 1, files: /\/drills\/|integration\/(?:broken-camera|crash|monitor\.|native-|overload|preview\.|recording|resume|segmentsink)/ },
  { atOnce: 1, files: /integration\/disk-trouble/ },
  { atOnce: 1, isBeside: true, files: /system\/(?:install|technician|units)/ },
  { atOnce: 1, files: /integration\/(?:web-|webrtc-|preview-webrtc|monitor-webrtc)/ },
  { atOnce: 3, files: /./ },
];
const FILES_AT_ONCE = 3;
/**
 * Left out of a short run, which has to be over in ten minutes on two processors: they go deeper into promises that
 * other files hold, too.
 */
const AT_LENGTH = /integration\/(?:api-cli-daemon|camera-stack|diagnostics-rig|disk-full|download-zip|marks-playback|marks-rig|preview-displaced|recording-edges|recording-review|report|resume|web-aiming|web-kiosk-trouble|web-library|web-marks|web-technician|webrtc-fallback|webrtc-leaks|webrtc-vanish|ws-fuzz)\.test/;
/** More files than these do not fail by chance. */
const UNSTEADY_AT_MOST = 3;
/** A file that takes longer hangs. */
const FILE_LIMIT_MS = 300_000;

/** One file, as a suite of that name. Resolves with what its reader read, and with what was wrong beyond its failed tests, or null. */
async function runFile(file) {
  const startedMs = performance.now();
  const reader = new TapReader((name, ok, tail) => {
    // Beside its line: of a long run, the end alone may be kept.
    for (const failure of reader.failures) print(`\nfailed: ${failure.name}\n${failure.detail.join('\n')}`);
    print(`${ok ? 'ok    ' : 'FAILED'} ${name.replace(/^build\//, '')} ${tail.replace(/^time=/, '')}`.trimEnd());
  });
  const lines = [];
  const test = spawn(process.execPath, [file], {
    cwd: ROOT,
    env: { ...testEnvironment(), TAP_TIMEOUT: '280', NO_COLOR: '1', NODE_COMPILE_CACHE: COMPILED },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: FILE_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise((resolve, reject) => {
    test.once('error', reject);
    test.once('close', (code, signal) => resolve(code === 0 ? null : `${file} ended with ${signal ?? `code ${code}`}`));
  });
  for await (const line of createInterface({ input: test.stdout })) lines.push(line);
  const problem = await ended;
  // In one piece: two files report at a time.
  reader.read(`# Subtest: ${file}`);
  for (const line of lines) reader.read(`    ${line}`);
  reader.read(`${problem === null ? 'ok' : 'not ok'} - ${file} # time=${Math.round(performance.now() - startedMs)}ms`);
  return { file, reader, problem };
}

/** All files, as many at a time as their classes allow. */
async function runAll(files) {
  const results = [];
  const waiting = CLASSES.map(({ atOnce, isBeside = false }, index) => ({
    isBeside,
    files: files.filter((file) => CLASSES.findIndex((one) => one.files.test(file)) === index),
    free: atOnce,
  }));
  // Whoever has time takes the next file of the first class that allows one more.
  const worker = async (isBeside) => {
    for (;;) {
      const next = waiting.find((one) => one.isBeside === isBeside && one.files.length > 0 && one.free > 0);
      if (next === undefined) return;
      next.free -= 1;
      results.push(await runFile(next.files.shift()));
      next.free += 1;
    }
  };
  await Promise.all([worker(true), ...Array.from({ length: FILES_AT_ONCE }, () => worker(false))]);
  return results;
}

/**
 * Files that failed beside others, once more and alone, in place of their first results. What is broken fails again; what
 * met a machine without time does not, and is named so that somebody looks.
 */
async function runUnsteady(results) {
  const failed = results.filter(({ problem }) => problem !== null);
  if (failed.length === 0 || failed.length > UNSTEADY_AT_MOST) return { results, unsteady: [] };
  print(`\nonce more, alone: ${failed.map(({ file }) => basename(file, '.test.js')).join(', ')}`);
  const again = [];
  for (const { file } of failed) again.push(await runFile(file));
  return {
    results: [...results.filter(({ problem }) => problem === null), ...again],
    unsteady: failed.filter(({ file }) => again.some((one) => one.file === file && one.problem === null)),
  };
}

function report({ results, unsteady }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { reader } of results) for (const key of Object.keys(counts)) counts[key] += reader.counts[key];
  const failures = results.flatMap(({ reader }) => reader.failures);
  const skipped = results.flatMap(({ reader }) => reader.skipped);
  const problems = results.map(({ problem }) => problem).filter((problem) => problem !== null);
  for (const { name } of failures) print(`failed: ${name}`);
  for (const { reader } of unsteady) for (const { name } of reader.failures) print(`unsteady, failed beside others and passed alone: ${name}`);
  if (skipped.length > 0) {
    print('\nleft out:');
    for (const { name, detail } of skipped) print(`  ${name} (${detail.replace(/^SKIP\s*/, '')})`);
  }
  if (problems.length > 0 && counts.failed === 0) {
    print(`\n${problems.join(', ')}, although no test reported a failure`);
    counts.failed = Math.max(1, failures.length);
  }
  print('');
  print(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
  return counts.failed === 0 && counts.passed > 0;
}

const isShort = process.argv.includes('--short');
const patterns = process.argv.slice(2).filter((pattern) => pattern !== '' && pattern !== '--short');
const files = pickFiles(patterns, isShort);
if (files.length === 0) {
  print(patterns.length === 0 ? 'there are no compiled tests' : `no test file has '${patterns.join("' or '")}' in its path`);
  print('0 passed, 0 failed');
  process.exitCode = 1;
} else {
  const results = await runAll(files);
  process.exitCode = report(isShort ? await runUnsteady(results) : { results, unsteady: [] }) ? 0 : 1;
}
