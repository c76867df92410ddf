import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const IMPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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

  /** The imports that have files here; what else lies here is not theirs. */
  async importIds(): Promise<readonly string[]> {
    await mkdir(this.dir, { recursive: true });
    return (await readdir(this.dir)).filter((name) => IMPORT_ID.test(name));
  }
}
