import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '@cairn/std';
import { compareText } from '@cairn/stone';

/** One thing that a build installed. Paths are absolute as on the target system: `/usr/bin/x`. */
export interface InstalledPath {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'directory';
  /** The whole st_mode. */
  readonly mode: number;
  /** Owner and group as the host sees them. */
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Text of a symbolic link; empty otherwise. */
  readonly linkTarget: string;
}

export interface InstallTreeError {
  readonly code:
    | 'install-tree.special-file'
    | 'install-tree.too-many'
    | 'install-tree.bad-name'
    | 'install-tree.unreadable';
  readonly message: string;
}

/** Most paths that one build may install. */
export const INSTALLED_PATHS_MAX = 1_000_000;
const DEPTH_MAX = 128;
const PLAIN_DIRECTORY_MODE = 0o755;

/**
 * Lists an install root, depth first with sorted names. Directories appear only when empty or when their mode is not 0755.
 * Links are not followed; devices, fifos and sockets are refused.
 */
export async function listInstallTree(
  root: string,
): Promise<Result<InstalledPath[], InstallTreeError>> {
  const found: InstalledPath[] = [];
  try {
    const problem = await visit({ root, below: '', depth: 0, found });
    return problem === undefined ? ok(found) : err(problem);
  } catch (error) {
    return err({
      code: 'install-tree.unreadable',
      message: error instanceof Error ? error.message : 'The install root cannot be read.',
    });
  }
}

interface Visit {
  readonly root: string;
  readonly below: string;
  readonly depth: number;
  readonly found: InstalledPath[];
}

async function visit({ root, below, depth, found }: Visit): Promise<InstallTreeError | undefined> {
  if (depth > DEPTH_MAX)
    return { code: 'install-tree.too-many', message: 'The install root is nested too deeply.' };
  const names = (await readdir(path.join(root, below))).sort(compareText);
  for (const name of names) {
    const at = `${below}/${name}`;
    const problem = /[\n\r\ufffd]/.test(name)
      ? badName(at)
      : await visitOne({ root, below: at, depth, found });
    if (problem !== undefined) return problem;
    if (found.length > INSTALLED_PATHS_MAX)
      return {
        code: 'install-tree.too-many',
        message: `More than ${INSTALLED_PATHS_MAX} paths were installed.`,
      };
  }
  return undefined;
}

async function visitOne({
  root,
  below,
  depth,
  found,
}: Visit): Promise<InstallTreeError | undefined> {
  const onHost = path.join(root, below);
  const stat = await lstat(onHost);
  const { mode, uid, gid } = stat;
  const entry = { path: below, mode, uid, gid, linkTarget: '' };
  if (stat.isSymbolicLink()) {
    found.push({ ...entry, kind: 'symlink', sizeBytes: 0, linkTarget: await readlink(onHost) });
    return undefined;
  }
  if (stat.isFile()) {
    found.push({ ...entry, kind: 'file', sizeBytes: stat.size });
    return undefined;
  }
  if (!stat.isDirectory())
    return { code: 'install-tree.special-file', message: `${below} is a device, fifo or socket.` };
  const before = found.length;
  const problem = await visit({ root, below, depth: depth + 1, found });
  const isEmpty = (await readdir(onHost)).length === 0;
  if (problem === undefined && (isEmpty || (stat.mode & 0o7777) !== PLAIN_DIRECTORY_MODE)) {
    found.splice(before, 0, { ...entry, kind: 'directory', sizeBytes: 0 });
  }
  return problem;
}

function badName(at: string): InstallTreeError {
  return {
    code: 'install-tree.bad-name',
    message: `The name ${JSON.stringify(at)} holds a line break or is not UTF-8.`,
  };
}
