import { TouchlineError } from '../errors.js';
import { formatViolation } from '../lib/violations.js';
import type { ConfigViolation, Origin } from './layer.js';

/** Where a person finds the value: the file, the variable. */
export function originLabel(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return origin.path;
    case 'env':
      return origin.name;
  }
}

/** All broken rules as one error, one line each: `/etc/touchline/touchline.json: port must be ... (got 0)`. */
export function configError(broken: readonly ConfigViolation[]): TouchlineError {
  const lines = broken.map(({ origin, violation }) => `\n  ${originLabel(origin)}: ${formatViolation(violation)}`);
  const count = broken.length === 1 ? 'a rule' : `${broken.length} rules`;
  return new TouchlineError({
    kind: 'invalid',
    code: 'config_invalid',
    message: `the configuration breaks ${count}:${lines.join('')}\nThe keys and their ranges are in docs/configuration.md`,
    violations: broken.map(({ origin, violation }) => ({ ...violation, path: [originLabel(origin), ...violation.path] })),
  });
}
