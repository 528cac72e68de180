/** What one look at the machine found. */
export interface Finding {
  /** What was looked at, two or three words. */
  readonly subject: string;
  /** `warning`: recording works, but not as it should. `failure`: recording will not work. */
  readonly state: 'ok' | 'warning' | 'failure';
  readonly detail: string;
  /** The command, or the sentence, that puts it right; null when nothing is to be done. */
  readonly fix: string | null;
}

export function fine(subject: string, detail: string): Finding {
  return { subject, state: 'ok', detail, fix: null };
}

export function warning(subject: string, detail: string, fix: string): Finding {
  return { subject, state: 'warning', detail, fix };
}

export function failure(subject: string, detail: string, fix: string): Finding {
  return { subject, state: 'failure', detail, fix };
}

/** The command that installs Debian packages, as whoever asks has to type it. */
export function aptInstall(packages: readonly string[]): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `${sudo}apt install ${[...new Set(packages)].sort().join(' ')}`;
}
