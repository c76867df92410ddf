/** What a Python distribution says of itself. */
export interface PythonMetadata {
  readonly name: string;
  /** Names of the distributions it always needs; those behind an environment marker or an extra are left out. */
  readonly requires: readonly string[];
}

const HEADER_LINES_MAX = 5_000;

/** Reads the headers of `METADATA` or `PKG-INFO`; undefined when there is no name. */
export function readPythonMetadata(text: string): PythonMetadata | undefined {
  const lines = text.split(/\r?\n/).slice(0, HEADER_LINES_MAX);
  const end = lines.indexOf('');
  const headers = end === -1 ? lines : lines.slice(0, end);
  const valuesOf = (key: string): string[] =>
    headers
      .filter((line) => line.toLowerCase().startsWith(`${key}:`))
      .map((line) => line.slice(key.length + 1).trim());
  const [name] = valuesOf('name');
  if (name === undefined || name === '') return undefined;
  const requires = valuesOf('requires-dist')
    .filter((line) => !line.includes(';') && !line.includes('['))
    .map((line) => /^[A-Za-z0-9._-]+/.exec(line)?.[0])
    .filter((found) => found !== undefined);
  return { name: normaliseName(name), requires: requires.map(normaliseName) };
}

function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
