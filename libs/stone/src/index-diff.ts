import { compareText } from './compare-text.js';
import { formatDependency, type Dependency } from './dependency.js';
import type { StonePackage } from './stone-package.js';

/** One package that stands in both indexes with different descriptions or files. */
export interface ChangedPackage {
  readonly before: StonePackage;
  readonly after: StonePackage;
  /** The fields of `StonePackage` that differ. */
  readonly fields: readonly (keyof StonePackage)[];
}

/** What makes one index out of another; each list sorted by name, then architecture. */
export interface IndexDifference {
  readonly added: readonly StonePackage[];
  readonly removed: readonly StonePackage[];
  readonly changed: readonly ChangedPackage[];
}

const FIELDS: readonly (keyof StonePackage)[] = [
  'version',
  'sourceRelease',
  'buildRelease',
  'summary',
  'description',
  'sourceId',
  'homepage',
  'licenses',
  'depends',
  'provides',
  'conflicts',
  'buildDepends',
  'uri',
  'hash',
  'sizeBytes',
];

/** Compares two indexes by package name and architecture. */
export function diffIndexes(
  before: readonly StonePackage[],
  after: readonly StonePackage[],
): IndexDifference {
  const old = new Map(before.map((stonePackage) => [keyOf(stonePackage), stonePackage]));
  const now = new Map(after.map((stonePackage) => [keyOf(stonePackage), stonePackage]));
  const changed: ChangedPackage[] = [];
  for (const [key, next] of now) {
    const previous = old.get(key);
    if (previous === undefined) continue;
    const fields = FIELDS.filter((field) => valueOf(previous, field) !== valueOf(next, field));
    if (fields.length > 0) changed.push({ before: previous, after: next, fields });
  }
  return {
    added: [...now.values()].filter((next) => !old.has(keyOf(next))).sort(byName),
    removed: [...old.values()].filter((previous) => !now.has(keyOf(previous))).sort(byName),
    changed: changed.sort((a, b) => byName(a.after, b.after)),
  };
}

function keyOf({ name, architecture }: StonePackage): string {
  return `${name} ${architecture}`;
}

function byName(a: StonePackage, b: StonePackage): number {
  return compareText(keyOf(a), keyOf(b));
}

/** A text that is equal exactly when the field is; lists compare as sets, as the format means them. */
function valueOf(stonePackage: StonePackage, field: keyof StonePackage): string {
  const value = stonePackage[field];
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  return [...new Set(value.map(textOf))].sort(compareText).join('\n');
}

function textOf(item: string | Dependency): string {
  return typeof item === 'string' ? item : formatDependency(item);
}
