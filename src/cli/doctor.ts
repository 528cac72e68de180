import { constants, setPriority } from 'node:os';
import { systemClock } from '../lib/clock.js';
import type { CliContext, Command } from './command.js';
import { examine } from './doctor/examine.js';
import type { Finding } from './doctor/finding.js';
import { thisMachine } from './doctor/machine.js';
import { EXIT } from './exit-codes.js';
import { findInstallation } from './installation.js';
import type { Terminal } from './terminal.js';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'What is missing on this machine, and the command that fixes it',
  usage: '[--quick] [--json] [--config FILE]',
  help: [
    '  --quick     without measuring the speed of the disk',
    '  --json      the findings as one line of JSON, for scripts',
    '  --config F  configuration file; default: as for `touchline serve`',
    '',
    'Changes nothing and disturbs no recording: what would, is left out and named. The speed of the disk is measured with',
    'a file of at most 256 MiB in the recordings folder, only while nothing is recorded. As root it sees more.',
    '',
    'Exit code 1 when something keeps the rig from recording.',
  ],
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, config: { type: 'string' } },
  maxPositionals: 0,
  run: async (args, context) => {
    const { terminal } = context;
    // Programs that it starts inherit this: a recording that needs the processor gets it.
    setPriority(constants.priority.PRIORITY_LOW);
    const findings = await examineHere(args.text('config'), args.flag('quick'), context);
    if (args.flag('json')) terminal.out(JSON.stringify(findings));
    else for (const line of [...findings.flatMap((finding) => linesOf(finding, terminal)), summary(findings, terminal)]) terminal.out(line);
    return findings.some(({ state }) => state === 'failure') ? EXIT.failed : EXIT.ok;
  },
};

function examineHere(configFile: string | null, isQuick: boolean, { signal, loadSettings }: CliContext): Promise<readonly Finding[]> {
  return examine({
    machine: thisMachine(signal),
    installation: findInstallation(),
    loadSettings: () => loadSettings(configFile),
    isQuick,
    clock: systemClock,
    signal,
  });
}

const MARKS = { ok: '✓', warning: '!', failure: '✗', skipped: '–' } as const;
const TONES = { ok: 'good', warning: 'caution', failure: 'bad', skipped: 'quiet' } as const;
const SUBJECT_WIDTH = 18;

function linesOf({ subject, state, detail, fix }: Finding, terminal: Terminal): readonly string[] {
  const line = `${terminal.color(TONES[state], `${MARKS[state]} ${subject.padEnd(SUBJECT_WIDTH)}`)} ${detail}`;
  return fix === null ? [line] : [line, `  ${' '.repeat(SUBJECT_WIDTH)} → ${fix}`];
}

function summary(findings: readonly Finding[], terminal: Terminal): string {
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  const failures = count('failure');
  const rest = `${count('warning')} to be looked at, ${count('skipped')} not looked at`;
  return failures === 0 ? terminal.color('good', `This rig can record; ${rest}.`) : terminal.color('bad', `This rig cannot record as it is: ${failures} to be put right; ${rest}.`);
}
