import { InputError, readInput } from './input-file.js';

/**
 * Durations by source in any one unit: a JSON object `{source: number}`, JSON lines with a name and a number, or lines
 * `source number` divided by a tab or blanks.
 */
export function parseDurations(text: string, path: string): Map<string, number> {
  const whole = jsonOf(text);
  if (isFields(whole)) {
    const isLine = 'name' in whole || 'source' in whole;
    return collect(isLine ? [durationOfLine(whole)] : Object.entries(whole), path);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return collect(
    lines.map((line) => {
      const value = jsonOf(line);
      return isFields(value) ? durationOfLine(value) : splitLine(line);
    }),
    path,
  );
}

export async function readDurations(path: string): Promise<Map<string, number>> {
  return parseDurations(await readInput(path), path);
}

/** What stands for a source that the file does not name. */
export function medianOf(durations: ReadonlyMap<string, number>): number {
  const sorted = [...durations.values()].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? 1;
}

function collect(
  pairs: readonly (readonly [unknown, unknown])[],
  path: string,
): Map<string, number> {
  const durations = new Map<string, number>();
  for (const [place, [source, duration]] of pairs.entries()) {
    if (
      typeof source !== 'string' ||
      typeof duration !== 'number' ||
      !(duration >= 0) ||
      duration === Infinity
    ) {
      throw new InputError(
        'plan.bad-durations',
        `${path}: entry ${place + 1} is no source with a duration`,
      );
    }
    durations.set(source, duration);
  }
  return durations;
}

function durationOfLine(line: Readonly<Record<string, unknown>>): readonly [unknown, unknown] {
  const number = Object.values(line).find((value) => typeof value === 'number');
  return [line['source'] ?? line['name'], number];
}

function splitLine(line: string): readonly [unknown, unknown] {
  const [source, number, ...rest] = line.trim().split(/\s+/);
  return [source, rest.length === 0 && number !== undefined ? Number(number) : undefined];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
