/** What one look at the machine found. */
export interface Finding {
  /** What was looked at, two or three words. */
  readonly subject: string;
  /**
   * `warning`: recording works, but not as it should. `failure`: recording will not work. `skipped`: nobody looked, and
   * the detail says why.
   */
  readonly state: 'ok' | 'warning' | 'failure' | 'skipped';
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

/** @param fix how to have it looked at after all, when there is a way */
export function skipped(subject: string, detail: string, fix: string | null = null): Finding {
  return { subject, state: 'skipped', detail, fix };
}

/** The command as whoever asks has to type it. */
export function asRoot(command: string): string {
  return process.getuid?.() === 0 ? command : `sudo ${command}`;
}

/** The command that installs Debian packages. */
export function aptInstall(packages: readonly string[]): string {
  return asRoot(`apt install ${[...new Set(packages)].sort().join(' ')}`);
}
