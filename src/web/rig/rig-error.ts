/** Why something that was asked of the rig was not done. `message` is for a person, in the rig's own words if it had any. */
export class RigError extends Error {
  override readonly name = 'RigError';
  /** Stable, for programs: the rig's own codes (docs/rest.md), or `no_connection`, `no_answer`, `not_understood`. */
  readonly code: string;
  /** Of HTTP; null when the rig did not answer by HTTP. */
  readonly status: number | null;

  constructor(code: string, message: string, status: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** What was thrown as a RigError; aborted requests and broken networks, which browsers have words of their own for, become `no_answer`. */
export function asRigError(thrown: unknown): RigError {
  if (thrown instanceof RigError) return thrown;
  return new RigError('no_answer', 'The rig did not answer.', null, { cause: thrown });
}
