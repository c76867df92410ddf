import { lstat, opendir, statfs } from 'node:fs/promises';
import path from 'node:path';

/** Free space below which no build goes on, whoever used it up. */
export const FREE_SPACE_MIN_BYTES = 512 * 1_024 * 1_024;
const FREE_INODES_MIN = 5_000;
const CHECK_MS = 1_000;

/** Calls `onExceeded` once when the directory has grown above the limit or its file system is nearly full. */
export function watchDisk(order: {
  readonly dir: string;
  readonly limitBytes: number;
  readonly onExceeded: (message: string) => void;
}): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let freeAtStartBytes: number | undefined;

  const check = async (): Promise<void> => {
    const stat = await statfs(order.dir);
    const freeBytes = stat.bavail * stat.bsize;
    freeAtStartBytes ??= freeBytes;
    if (freeBytes < FREE_SPACE_MIN_BYTES) {
      exceed(`Less than ${FREE_SPACE_MIN_BYTES} bytes are free on the disk.`);
      return;
    }
    if (stat.files > 0 && stat.ffree < FREE_INODES_MIN) {
      exceed('The disk has nearly no inodes left.');
      return;
    }
    // Walking a large tree costs; it is needed only when the file system as a whole has lost that much.
    if (freeAtStartBytes - freeBytes < order.limitBytes / 2) return;
    if ((await sizeOf(order.dir)) > order.limitBytes)
      exceed(`The work directory is larger than ${order.limitBytes} bytes.`);
  };
  const exceed = (message: string): void => {
    if (!stopped) order.onExceeded(message);
    stopped = true;
  };
  const again = (): void => {
    if (!stopped)
      timer = setTimeout(
        () =>
          void check()
            .catch(() => undefined)
            .finally(again),
        CHECK_MS,
      );
  };
  again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Bytes on disk below a directory; what vanishes meanwhile counts nothing. */
export async function sizeOf(dir: string): Promise<number> {
  let sizeBytes = 0;
  const pending = [dir];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        const at = path.join(next, entry.name);
        if (entry.isDirectory()) pending.push(at);
        else sizeBytes += (await lstat(at)).blocks * 512;
      }
    } catch {
      continue;
    }
  }
  return sizeBytes;
}
