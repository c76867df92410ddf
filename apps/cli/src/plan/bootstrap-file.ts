import type { BootstrapHint } from '@cairn/solver';
import { parse } from 'yaml';
import { InputError, readInput } from './input-file.js';

/** Reads `bootstrap: [{source, without: [capability…]}]` from a project document, or the bare list. */
export async function readBootstrap(path: string): Promise<readonly BootstrapHint[]> {
  const text = await readInput(path);
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new InputError(
      'plan.bad-bootstrap',
      `${path}: ${error instanceof Error ? error.message : 'not YAML'}`,
    );
  }
  const list = Array.isArray(document)
    ? document
    : (document as { bootstrap?: unknown } | null)?.bootstrap;
  if (!Array.isArray(list) || !list.every(isHint)) {
    throw new InputError(
      'plan.bad-bootstrap',
      `${path}: expected bootstrap: [{source, without: [capability…]}]`,
    );
  }
  return list;
}

function isHint(value: unknown): value is BootstrapHint {
  if (typeof value !== 'object' || value === null) return false;
  const { source, without } = value as { source?: unknown; without?: unknown };
  return (
    typeof source === 'string' &&
    Array.isArray(without) &&
    without.every((each) => typeof each === 'string')
  );
}
