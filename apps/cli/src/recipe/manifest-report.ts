import { err, ok, type Result } from '@cairn/std';

/** The paths of each package as a report (`manifest.<architecture>.jsonc`) records them. */
export type RecordedPaths = ReadonlyMap<string, readonly string[]>;

/** Reads the file lists of a report. Its first line is a comment. */
export function readRecordedPaths(text: string): Result<RecordedPaths, string> {
  const start = text.startsWith('{') ? 0 : text.indexOf('\n{') + 1;
  let document: unknown;
  try {
    document = JSON.parse(text.slice(start));
  } catch {
    return err('the report is not JSON');
  }
  const packages = isObject(document) ? document['packages'] : undefined;
  if (!isObject(packages)) return err('the report lists no packages');
  const recorded = new Map<string, string[]>();
  for (const [name, entry] of Object.entries(packages)) {
    const files: unknown = isObject(entry) ? (entry['files'] ?? []) : undefined;
    const isList = Array.isArray(files) && files.every((file) => typeof file === 'string');
    if (!isList) return err(`the report's file list of ${name} is not a list of texts`);
    recorded.set(name, files);
  }
  return ok(recorded);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
