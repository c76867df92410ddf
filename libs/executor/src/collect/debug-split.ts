import path from 'node:path';
import { type ElfFacts } from './elf.js';

/** What is done to one ELF file. Paths are absolute as on the target. */
export interface DebugStep {
  readonly path: string;
  /** Where its debug information goes; undefined when it is not kept. */
  readonly debugPath: string | undefined;
  readonly strip: 'all' | 'unneeded' | 'none';
}

/** Decides for one ELF file; undefined when it stays as it is. Only files with a build id are touched. */
export function debugStep(order: {
  readonly path: string;
  readonly elf: ElfFacts;
  readonly split: boolean;
  readonly strip: boolean;
}): DebugStep | undefined {
  const { buildId, bits } = order.elf;
  if (buildId === undefined || isDebugFile(order.path)) return undefined;
  const lib = bits === 32 ? '/usr/lib32' : '/usr/lib';
  const debugPath = order.split
    ? `${lib}/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`
    : undefined;
  const dir = path.posix.basename(path.posix.dirname(order.path));
  const full = dir === 'bin' || dir === 'sbin';
  const strip = order.strip ? (full ? 'all' : 'unneeded') : 'none';
  return debugPath === undefined && strip === 'none'
    ? undefined
    : { path: order.path, debugPath, strip };
}

function isDebugFile(at: string): boolean {
  return at.endsWith('.debug') && at.split('/').includes('debug');
}

/** The steps as the script reads them: NUL-separated triples of file, debug file and mode, below the install root. */
export function encodeSteps(steps: readonly DebugStep[]): string {
  return steps
    .flatMap(({ path: at, debugPath, strip }) => [
      `/mason/install${at}`,
      debugPath === undefined ? '' : `/mason/install${debugPath}`,
      strip,
    ])
    .map((text) => `${text}\0`)
    .join('');
}

/** Splits and strips inside the sandbox, because the files are as hostile as the recipe. A tool's failure is only printed. */
export const DEBUG_SPLIT_SCRIPT = `set -o nounset
umask 022
while IFS= read -r -d '' file && IFS= read -r -d '' debug && IFS= read -r -d '' mode; do
  rights=$(stat -c %a -- "$file")
  chmod u+rw -- "$file"
  if [ -n "$debug" ] && [ ! -e "$debug" ]; then
    mkdir -p -- "\${debug%/*}"
    if objcopy --only-keep-debug "$file" "$debug"; then
      chmod 0644 -- "$debug"
      objcopy --add-gnu-debuglink="$debug" "$file" || echo "no debug link: $file"
    else
      rm -f -- "$debug"
    fi
  fi
  case $mode in
    all) strip "$file" || echo "not stripped: $file" ;;
    unneeded) strip --strip-debug --strip-unneeded "$file" || echo "not stripped: $file" ;;
  esac
  chmod "$rights" -- "$file"
done < /mason/scripts/debug-steps
`;
