/** How a text is looked for among names, sources and summaries: anywhere, or at the beginning of names. */
export interface TextTerms {
  readonly kind: 'anywhere' | 'beginning';
  /** For `LIKE`. */
  readonly pattern: string;
}

/** How a text is looked for among paths below `/usr`. */
export interface FileTerms {
  /** Pattern of paths that begin with the text. */
  readonly beginning: string;
  /** Pattern of file names that begin with the last part of the text; null when that is empty. */
  readonly name: string | null;
  /** Pattern of paths that have the whole text at the beginning of a part. */
  readonly inside: string;
}

/** An index of trigrams knows only texts with three letters or digits in a row. */
const TRIGRAM = /[\p{L}\p{N}]{3}/u;

/** Whether an index of trigrams can find the text; without one it would read everything. */
export function hasTrigram(text: string): boolean {
  return TRIGRAM.test(text);
}

/** Short texts, and such as `c++`, are looked for at the beginning of names only. */
export function textTerms(text: string): TextTerms {
  return hasTrigram(text)
    ? { kind: 'anywhere', pattern: containing(text) }
    : { kind: 'beginning', pattern: `${escaped(text.toLowerCase())}%` };
}

/** Finds a path by its beginning, a file by the beginning of its name, or by its folder and that. */
export function fileTerms(text: string): FileTerms {
  const path = belowUsr(text);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    beginning: `${escaped(path)}%`,
    name: name === '' ? null : `${escaped(name)}%`,
    inside: `%/${escaped(path)}%`,
  };
}

/** Pattern of those of a package's paths that have the text anywhere, or at the beginning when it is absolute. */
export function pathPattern(text: string): string {
  return text.startsWith('/') ? `${escaped(belowUsr(text))}%` : containing(text);
}

/** Pattern of texts that contain the text. */
export function containing(text: string): string {
  return `%${escaped(text)}%`;
}

function belowUsr(path: string): string {
  return path.replace(/^\/+/, '').replace(/^usr\/+/, '');
}

/** The text for `LIKE`, where `%`, `_` and `\` mean something. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
