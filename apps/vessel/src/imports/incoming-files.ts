import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the artefacts of open imports gather: a folder per import, a file per hash. */
export class IncomingFiles {
  constructor(private readonly dir: string) {}

  async prepare(importId: string): Promise<void> {
    await mkdir(join(this.dir, importId), { recursive: true });
  }

  pathOf(importId: string, sha256: string): string {
    return join(this.dir, importId, sha256);
  }

  async discard(importId: string): Promise<void> {
    await rm(join(this.dir, importId), { recursive: true, force: true });
  }

  /** The imports that have files here. */
  async importIds(): Promise<readonly string[]> {
    await mkdir(this.dir, { recursive: true });
    return readdir(this.dir);
  }
}
