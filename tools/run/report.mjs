/** A failure that needs no stack: the message says what to do. */
export class ExpectedFailure extends Error {
  isExpected = true;
}

/** Writes one line for the person at the terminal. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Seconds since `startedAt` (from `performance.now()`), with one decimal. */
export function secondsSince(startedAt) {
  return `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
}
