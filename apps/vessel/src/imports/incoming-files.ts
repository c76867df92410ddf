import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const IMPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a full disk would have said in the end. */
class NoRoomError extends Error {
  readonly code = 'ENOSPC';

  constructor(missingBytes: number) {
    super(`There is no room for ${missingBytes} bytes.`);
  }
}

/** Where the artefacts of open imports gather: a folder per import, a file per hash. */
export class IncomingFiles {
  constructor(private readonly dir: string) {}

  async prepare(importId: string): Promise<void> {
    await mkdir(join(this.dir, importId), { recursive: true });
  }

  /** Throws `ENOSPC` when the disk has no room for what these files still lack: one import must not take it from the others. */
  async requireRoom(
    importId: string,
    files: readonly { readonly sha256: string; readonly sizeBytes: number }[],
  ): Promise<void> {
    let missingBytes = 0;
    for (const { sha256, sizeBytes } of files) {
      const present = await stat(this.pathOf(importId, sha256)).catch(() => undefined);
      missingBytes += Math.max(0, sizeBytes - (present?.size ?? 0));
    }
    const { bavail, bsize } = await statfs(this.dir);
    if (missingBytes > bavail * bsize) throw new NoRoomError(missingBytes);
  }

  pathOf(importId: string, sha256: string): string {
    return join(this.dir, importId, sha256);
  }

  async discard(importId: string): Promise<void> {
    await rm(join(this.dir, importId), { recursive: true, force: true });
  }

  /** The imports that have files here; what else lies here is not theirs. */
  async importIds(): Promise<readonly string[]> {
    await mkdir(this.dir, { recursive: true });
    return (await readdir(this.dir)).filter((name) => IMPORT_ID.test(name));
  }
}
