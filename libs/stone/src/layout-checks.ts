import { LAYOUT_DEPTH_MAX } from './limits.js';
import type { LayoutRecord } from './layout-record.js';
import { PathTable } from './path-table.js';
import { inside } from './record-place.js';
import { stoneError, type Place, type StoneError } from './stone-error.js';

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
  const table = new PathTable(records);
  let previous: number | undefined;
  let leaf: number | undefined;
  for (const at of table.sorted()) {
    const record = records[at];
    if (previous !== undefined && table.compare(previous, at) === 0) {
      return clashError('stone.layout-duplicate', record, place);
    }
    if (leaf !== undefined && table.isBelow(at, leaf)) {
      return clashError('stone.layout-parent', record, place);
    }
    if (record?.entry.type !== 'directory') leaf = at;
    previous = at;
  }
  return undefined;
}

function clashError(
  code: 'stone.layout-duplicate' | 'stone.layout-parent',
  record: LayoutRecord | undefined,
  place: Place,
): StoneError {
  const found = JSON.stringify(record?.entry.target ?? '');
  return stoneError(code, inside(place, record?.plainOffset ?? 0), { found });
}

/** The path of the directory that holds a target; empty at the top. */
export function parentOf(target: string): string {
  return target.slice(0, Math.max(0, target.lastIndexOf('/')));
}
