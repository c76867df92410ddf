/** First user id that builds run under when started as root; the slot's number is added. */
export const BUILD_USER_ID_FIRST = 61_000;

/** The user that builds of a slot run under; undefined when we are an ordinary user already. */
export function buildUserId(slot: number): number | undefined {
  return process.getuid?.() === 0 ? BUILD_USER_ID_FIRST + slot : undefined;
}
