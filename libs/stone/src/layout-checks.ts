import type { LayoutRecord } from './layout-record.js';
import { inside } from './record-place.js';
import { stoneError, type Place, type StoneError } from './stone-error.js';

/** Whether a target is a relative path of plain components. */
export function isLayoutPath(target: string): boolean {
  return target.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The first entry whose path is no plain one, stands twice, or lies below something that is no directory. */
export function layoutFault(
  records: readonly LayoutRecord[],
  place: Place,
): StoneError | undefined {
  const directoryOf = new Map<string, boolean>();
  for (const { entry, plainOffset } of records) {
    const found = JSON.stringify(entry.target);
    const at = inside(place, plainOffset);
    if (!isLayoutPath(entry.target)) return stoneError('stone.layout-path', at, { found });
    if (directoryOf.has(entry.target)) return stoneError('stone.layout-duplicate', at, { found });
    directoryOf.set(entry.target, entry.type === 'directory');
  }
  const checkedParents = new Set<string>();
  for (const { entry, plainOffset } of records) {
    for (let parent = parentOf(entry.target); parent !== ''; parent = parentOf(parent)) {
      if (checkedParents.has(parent)) break;
      checkedParents.add(parent);
      if (directoryOf.get(parent) === false) {
        const found = JSON.stringify(entry.target);
        return stoneError('stone.layout-parent', inside(place, plainOffset), { found });
      }
    }
  }
  return undefined;
}

/** The path of the directory that holds a target; empty at the top. */
export function parentOf(target: string): string {
  return target.slice(0, Math.max(0, target.lastIndexOf('/')));
}
