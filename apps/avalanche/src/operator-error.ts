/** An error that the operator can mend; its message says how. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
