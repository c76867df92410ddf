// What every blob store has to do, run against each of them.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { BlobStore } from './blob-store.js';

const LARGE_SIZE_BYTES = 20_000_000;

export function blobStoreConformance(given: {
  readonly store: () => BlobStore;
  /** Where incoming files may be written. */
  readonly dir: () => string;
}): void {
  function incoming(bytes: Uint8Array) {
    const file = join(given.dir(), randomUUID());
    writeFileSync(file, bytes, { mode: 0o600 });
    return { file, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  it('takes a file and gives back its bytes', async () => {
    const store = given.store();
    const { file, bytes, sha256 } = incoming(randomBytes(LARGE_SIZE_BYTES));
    expect(await store.has(sha256)).toBe(false);
    expect(await store.read(sha256)).toBeUndefined();
    await store.add(file, sha256);
    expect(await store.has(sha256)).toBe(true);
    const stream = await store.read(sha256);
    expect(stream !== undefined && (await buffer(stream)).equals(bytes)).toBe(true);
  });

  it('takes the same bytes twice, one after the other and at once', async () => {
    const store = given.store();
    const { file, sha256 } = incoming(randomBytes(100));
    await Promise.all([store.add(file, sha256), store.add(file, sha256)]);
    await store.add(file, sha256);
    expect(await store.has(sha256)).toBe(true);
  });

  it('takes an empty file', async () => {
    const store = given.store();
    const { file, sha256 } = incoming(Buffer.alloc(0));
    await store.add(file, sha256);
    const stream = await store.read(sha256);
    expect(stream !== undefined && (await buffer(stream)).byteLength).toBe(0);
  });

  it('reads a part of a blob', async () => {
    const store = given.store();
    const { file, bytes, sha256 } = incoming(Buffer.from('0123456789'));
    await store.add(file, sha256);
    for (const range of [
      { start: 2, end: 2 },
      { start: 3, end: 6 },
      { start: 0, end: 9 },
    ]) {
      const stream = await store.read(sha256, range);
      const part = stream && (await buffer(stream));
      expect(part?.toString()).toBe(bytes.subarray(range.start, range.end + 1).toString());
    }
  });

  it('removes a blob, and one that is not there', async () => {
    const store = given.store();
    const { file, sha256 } = incoming(randomBytes(100));
    await store.add(file, sha256);
    await store.remove(sha256);
    await store.remove(sha256);
    expect(await store.has(sha256)).toBe(false);
    await store.add(file, sha256);
    expect(await store.has(sha256)).toBe(true);
  });

  it('says that it can be used', async () => {
    await given.store().check();
  });
}
