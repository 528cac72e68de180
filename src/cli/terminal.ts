import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** Where a command prints. Results go to `out`, everything about them to `err`. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** A person is looking at `out`. */
  readonly isInteractive: boolean;
  /** Puts `lines` in place of the `lines` printed by the previous call; appends them when nobody is looking. */
  replace(lines: readonly string[]): void;
  color(tone: Tone, text: string): string;
}

export type Tone = 'good' | 'bad' | 'caution' | 'quiet' | 'strong';

const STYLES = { good: 'green', bad: 'red', caution: 'yellow', quiet: 'dim', strong: 'bold' } as const;

type OutputStream = Writable & { readonly isTTY?: boolean };

const ERASE_ABOVE = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}A\r\u001b[J`);
/** Without wrapping, a line that is longer than the window stays one line, and counting lines stays right. */
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** A terminal on two streams, usually the process's own. Colours only where they are shown and wanted (NO_COLOR). */
export function createTerminal(out: OutputStream, err: OutputStream): Terminal {
  let replaceable = 0;
  const write = (stream: OutputStream, line: string): void => {
    stream.write(`${printable(line)}\n`);
  };
  return {
    out: (line) => write(out, line),
    err: (line) => write(err, line),
    isInteractive: out.isTTY === true,
    replace: (lines) => {
      const isWatched = out.isTTY === true;
      if (isWatched) out.write(ERASE_ABOVE(replaceable) + WRAP_OFF);
      for (const line of lines) write(out, line);
      if (isWatched) out.write(WRAP_ON);
      replaceable = lines.length;
    },
    color: (tone, text) => styleText(STYLES[tone], text, { stream: out }),
  };
}

/** Text from elsewhere (messages of tools, names) must not command the terminal; our own colours may. */
function printable(text: string): string {
  return text.replace(/\u001b(?!\[[0-9;]*m)|[\u0000-\u0009\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
