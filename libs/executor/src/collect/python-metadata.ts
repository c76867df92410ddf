import { markerHolds, type MarkerEnvironment } from './python-markers.js';

/** What a Python distribution says of itself. */
export interface PythonMetadata {
  readonly name: string;
  /** Names of the distributions it needs here. Those with or behind an extra are left out. */
  readonly requires: readonly string[];
}

const HEADER_LINES_MAX = 5_000;

/** Reads the headers of `METADATA` or `PKG-INFO`; undefined when there is no name. */
export function readPythonMetadata(
  text: string,
  environment: MarkerEnvironment,
): PythonMetadata | undefined {
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
    .filter((line) => isNeeded(line, environment))
    .map((line) => /^[A-Za-z0-9._-]+/.exec(line)?.[0])
    .filter((found) => found !== undefined);
  return { name: normaliseName(name), requires: requires.map(normaliseName) };
}

/** A requirement is `name (version) ; marker`, or `name @ URL ; marker`; a marker that cannot be read does not hold. */
function isNeeded(line: string, environment: MarkerEnvironment): boolean {
  const at = line.indexOf(';');
  const requirement = at === -1 ? line : line.slice(0, at);
  if (requirement.includes('[')) return false;
  return at === -1 || markerHolds(line.slice(at + 1), environment) === true;
}

function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
