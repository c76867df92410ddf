import { err, ok, type Result } from '@cairn/std';
import { type GitError } from './git-run.js';

/** What a tree entry is: a plain file, an executable file, a symbolic link or a submodule. */
export type TreeEntryKind = 'file' | 'executable' | 'symlink' | 'submodule';

/** One entry of a commit's tree, directories flattened. */
export interface TreeEntry {
  readonly kind: TreeEntryKind;
  readonly objectId: string;
  /** Size of the content; 0 for submodules. */
  readonly sizeBytes: number;
  /** Path from the root of the repository. */
  readonly path: string;
}

/** Most entries that a tree may have. */
export const TREE_ENTRIES_MAX = 500_000;

/** Reads the output of `ls-tree -r -z -l`: `mode type object size TAB path NUL`. */
export function parseTreeListing(bytes: Buffer): Result<TreeEntry[], GitError> {
  const entries: TreeEntry[] = [];
  let from = 0;
  while (from < bytes.byteLength) {
    const end = bytes.indexOf(0, from);
    if (end === -1) return bad('The tree listing ends in the middle of an entry.');
    const entry = parseEntry(bytes.toString('utf8', from, end));
    if (entry === undefined) return bad('The tree listing holds an entry that cannot be read.');
    if (entries.length === TREE_ENTRIES_MAX) {
      return err({
        code: 'git.limit-reached',
        message: `The tree has more than ${TREE_ENTRIES_MAX} entries.`,
      });
    }
    entries.push(entry);
    from = end + 1;
  }
  return ok(entries);
}

function parseEntry(line: string): TreeEntry | undefined {
  const match =
    /^(100644|100664|100755|120000|160000) (?:blob|commit) ([0-9a-f]{40,64}) +([0-9]+|-)\t([^]+)$/.exec(
      line,
    );
  if (match === null) return undefined;
  const [, mode = '', objectId = '', size = '', path = ''] = match;
  return { kind: kindOf(mode), objectId, sizeBytes: size === '-' ? 0 : Number(size), path };
}

function kindOf(mode: string): TreeEntryKind {
  if (mode === '120000') return 'symlink';
  if (mode === '160000') return 'submodule';
  return mode === '100755' ? 'executable' : 'file';
}

/** Splits the output of `cat-file --batch` into contents by object id. */
export function parseBatch(bytes: Buffer, wanted: number): Result<Map<string, Buffer>, GitError> {
  const contents = new Map<string, Buffer>();
  let from = 0;
  for (let index = 0; index < wanted; index += 1) {
    const lineEnd = bytes.indexOf(0x0a, from);
    if (lineEnd === -1) return bad('git answered with fewer objects than were asked for.');
    const line = bytes.toString('latin1', from, lineEnd);
    const match = /^([0-9a-f]{40,64}) blob ([0-9]+)$/.exec(line);
    if (match === null)
      return err({
        code: 'git.unknown-revision',
        message: `The object is not a file: ${line.slice(0, 100)}`,
      });
    const end = lineEnd + 1 + Number(match[2]);
    if (end > bytes.byteLength) return bad('git answered with a shorter object than it announced.');
    contents.set(match[1] ?? '', bytes.subarray(lineEnd + 1, end));
    from = end + 1;
  }
  return ok(contents);
}

/** Whether a symbolic link at `path` with this text stays inside the tree. */
export function staysInside(path: string, target: string): boolean {
  if (target.startsWith('/') || target.includes('\0')) return false;
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

function bad(message: string): Result<never, GitError> {
  return err({ code: 'git.bad-output', message });
}
