export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of few: a row of buttons of which one is down. */
export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {entriesOf(options).map(([option, words]) => (
        <button key={option} type="button" class="choice-option" aria-pressed={option === value} onClick={() => onChange(option)}>
          {words}
        </button>
      ))}
    </div>
  );
}

/** The keys of a literal object are known; TypeScript widens them. */
function entriesOf<T extends string>(options: Readonly<Record<T, string>>): readonly (readonly [T, string])[] {
  return Object.entries(options) as [T, string][];
}
