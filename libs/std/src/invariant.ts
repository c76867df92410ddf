/** Throws when the programmer, not the input, is wrong. Input is refused with a `Result` or an `AppError`. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}

/** For the end of a chain of cases that the compiler knows to be complete. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
