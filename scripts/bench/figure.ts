export interface Figure {
  readonly name: string;
  readonly required: string;
  readonly measured: string;
  /** Null where the figure is only reported. */
  readonly holds: boolean | null;
  /** How it was got, in a sentence. */
  readonly how: string;
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, required, measured, holds, how }) => `| ${name} | ${required} | ${measured} | ${holds === null ? 'reported' : holds ? 'yes' : '**no**'} | ${how} |`);
  return ['| figure | required | measured | holds | how |', '|---|---|---|---|---|', ...rows].join('\n');
}
