/** The stream that every channel has, and that publishing moves and lines begin from unless told otherwise. */
export const DEFAULT_STREAM = 'volatile';

const IDENTIFIER = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/;

/** Whether a text may name a stream or tag: ASCII letters, digits and hyphens, the first no hyphen, at most 64. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}
