import { existsSync } from 'node:fs';

/** Programs that take bsdtar's options and read every archive format. */
const BSDTAR = ['/usr/bin/bsdtar-static', '/usr/bin/bsdtar'];

/** Path inside the sandbox of the stand-in, for hosts without bsdtar. */
export const ARCHIVE_STAND_IN_PATH = '/mason/scripts/unpack';

/** The program that the prepare phase unpacks with. */
export function archiveTool(): string {
  return BSDTAR.find((file) => existsSync(file)) ?? ARCHIVE_STAND_IN_PATH;
}

/** Takes `-x -f FILE -C DIR --strip-components=N --no-same-owner` as the prepare phase writes it; tar and unzip do the work. */
export const ARCHIVE_STAND_IN = `#!/usr/bin/bash
set -o errexit -o nounset -o pipefail
file='' dir=. strip=0
while [ $# -gt 0 ]; do
  case $1 in
    -f) file=$2; shift ;;
    -C) dir=$2; shift ;;
    --strip-components=*) strip=\${1#*=} ;;
  esac
  shift
done
case $file in
  *.zip | *.whl | *.jar | *.xpi)
    parts=$(mktemp -d)
    unzip -q -o "$file" -d "$parts"
    tar -C "$parts" -cf - . | tar --no-same-owner -xf - -C "$dir" --strip-components="$((strip + 1))"
    rm -rf -- "$parts"
    ;;
  *) tar --no-same-owner --delay-directory-restore -xf "$file" -C "$dir" --strip-components="$strip" ;;
esac
`;
