const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  cyan: 36,
} as const;

export type Style = keyof typeof CODES;
/** Puts a text into a style, or leaves it as it is where colours are not wanted. */
export type Paint = (style: Style | undefined, text: string) => string;

export const plainPaint: Paint = (_style, text) => text;

export const colourPaint: Paint = (style, text) =>
  style === undefined || text === '' ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`;
