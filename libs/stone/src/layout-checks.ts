import { LAYOUT_DEPTH_MAX } from './limits.js';
import type { LayoutRecord } from './layout-record.js';
import { inside } from './record-place.js';
import { stoneError, type Place, type StoneError } from './stone-error.js';

/** What the slash becomes while paths are sorted. */
const SLASH_KEY = '\0';

/** An empty component, `.` or `..`. */
const ODD_COMPONENT = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether a target is a relative path of plain components, not deeper than any file system allows. */
export function isLayoutPath(target: string): boolean {
  return !ODD_COMPONENT.test(target) && depthOf(target) <= LAYOUT_DEPTH_MAX;
}

function depthOf(target: string): number {
  let depth = 1;
  for (let at = target.indexOf('/'); at !== -1; at = target.indexOf('/', at + 1)) depth++;
  return depth;
}

/** The first entry whose path is no plain one; else an entry that stands twice or below something that is no directory. */
export function layoutFault(
  records: readonly LayoutRecord[],
  place: Place,
): StoneError | undefined {
  for (const { entry, plainOffset } of records) {
    if (isLayoutPath(entry.target)) continue;
    const found = JSON.stringify(entry.target);
    return stoneError('stone.layout-path', inside(place, plainOffset), { found });
  }
  return clash(records, place);
}

/**
 * With the slash sorted before everything else, an entry is followed by all that lies below it. Sorting takes the same
 * time for deep paths as for flat ones, which looking every parent up would not.
 */
function clash(records: readonly LayoutRecord[], place: Place): StoneError | undefined {
  const unsorted = records.map(({ entry }) => sortKey(entry.target));
  const keys = unsorted.toSorted();
  const leaves = new Set(unsorted.filter((_, at) => records[at]?.entry.type !== 'directory'));
  let previous: string | undefined;
  let leaf: string | undefined;
  for (const key of keys) {
    if (key === previous) return clashError('stone.layout-duplicate', key, records, place);
    if (leaf !== undefined && key.startsWith(leaf + SLASH_KEY)) {
      return clashError('stone.layout-parent', key, records, place);
    }
    if (leaves.has(key)) leaf = key;
    previous = key;
  }
  return undefined;
}

function clashError(
  code: 'stone.layout-duplicate' | 'stone.layout-parent',
  key: string,
  records: readonly LayoutRecord[],
  place: Place,
): StoneError {
  const record = records.findLast(({ entry }) => sortKey(entry.target) === key);
  const found = JSON.stringify(record?.entry.target ?? '');
  return stoneError(code, inside(place, record?.plainOffset ?? 0), { found });
}

/** Targets hold no NUL, so it can stand for the slash. */
function sortKey(target: string): string {
  return target.replaceAll('/', SLASH_KEY);
}

/** The path of the directory that holds a target; empty at the top. */
export function parentOf(target: string): string {
  return target.slice(0, Math.max(0, target.lastIndexOf('/')));
}
