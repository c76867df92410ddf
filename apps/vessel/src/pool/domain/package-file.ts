import { compareText, MODE_TYPE_BITS, type LayoutEntry } from '@cairn/stone';

/** A path that a package installs, below /usr. */
export interface PackageFile {
  readonly path: string;
  /** Complete st_mode, type bits included. */
  readonly mode: number;
}

/** Longest path that is recorded; a database index has no room for much more, and Linux opens hardly more. */
const PATH_SIZE_BYTES_MAX = 2_000;

/** What is recorded of a package's layout: every path that can be in another's way, so no directories. */
export function recordedFiles(layout: readonly LayoutEntry[]): readonly PackageFile[] {
  return layout
    .filter(({ type, target }) => type !== 'directory' && isRecordable(target))
    .map(({ type, target, mode }) => ({
      path: target,
      mode: type === 'unknown' ? 0 : MODE_TYPE_BITS[type] | (mode & PERMISSION_BITS),
    }));
}

/** Debug information lies at names made from the code's hash: they differ from build to build, and nobody builds against them. */
const DEBUG_FOLDER = 'lib/debug/';

/** A text that is equal for two packages exactly when they install the same paths, debug information aside. */
export function pathList(files: readonly PackageFile[]): string {
  const paths = files.map(({ path }) => path).filter((path) => !path.startsWith(DEBUG_FOLDER));
  return paths.sort(compareText).join('\0');
}

const PERMISSION_BITS = 0o7777;

function isRecordable(path: string): boolean {
  return Buffer.byteLength(path) <= PATH_SIZE_BYTES_MAX && !path.includes('\0');
}
