import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { type InstalledPath } from './install-tree.js';

const SET_USER_ID = 0o4000;
const SET_GROUP_ID = 0o2000;
const RIGHTS = 0o7777;

/** Ids on the host that a build's root has. */
export interface RootIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Takes set-user-id and set-group-id bits from files that do not belong to root inside. A stone gives everything to root,
 * so that the bit would lend root's rights where the recipe meant those of somebody else.
 */
export async function dropForeignSetId(order: {
  readonly installRoot: string;
  readonly entries: readonly InstalledPath[];
  readonly root: RootIds;
  readonly note: (line: string) => void;
}): Promise<InstalledPath[]> {
  const entries: InstalledPath[] = [];
  for (const entry of order.entries) {
    const mode = withoutForeign(entry, order.root);
    if (entry.kind === 'file' && mode !== entry.mode) {
      await chmod(path.join(order.installRoot, entry.path), mode & RIGHTS);
      order.note(`set-id bit dropped, as packages belong to root alone: ${entry.path}`);
      entries.push({ ...entry, mode });
    } else entries.push(entry);
  }
  return entries;
}

function withoutForeign({ mode, uid, gid }: InstalledPath, root: RootIds): number {
  const user = uid === root.uid ? 0 : SET_USER_ID;
  const group = gid === root.gid ? 0 : SET_GROUP_ID;
  return mode & ~(user | group);
}
