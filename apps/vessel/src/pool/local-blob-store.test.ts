import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { blobStoreConformance } from './blob-store.conformance.js';
import { DraftNames } from './domain/draft-name.js';
import { DurableBatch } from './durable-files.js';
import { LocalBlobStore } from './local-blob-store.js';

const dir = mkdtempSync(join(tmpdir(), 'cairn-blobs-'));
afterAll(() => rmSync(dir, { recursive: true }));
const names = new DraftNames(randomUUID());
const store = new LocalBlobStore(join(dir, 'pool'), names);
mkdirSync(join(dir, 'pool'));
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

function incoming(text: string): string {
  const file = join(dir, `incoming-${sha(text).slice(0, 8)}`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

blobStoreConformance({ store: () => store, dir: () => dir });

it('keeps a blob readable for a web server', async () => {
  await store.add(incoming('one'), sha('one'));
  expect(statSync(store.pathOf(sha('one'))).mode & 0o777).toBe(0o644);
});

it('places a blob without a copy, again and again', async () => {
  await store.add(incoming('three'), sha('three'));
  const path = join(dir, 'public/main/pool/v0/t/three.stone');
  const batch = new DurableBatch(names);
  await store.placeAt(path, sha('three'), batch);
  await store.placeAt(path, sha('three'), batch);
  await batch.commit();
  expect(statSync(path).ino).toBe(statSync(store.pathOf(sha('three'))).ino);
});

it('replaces what a crash left at the place', async () => {
  await store.add(incoming('four'), sha('four'));
  const path = join(dir, 'public/main/pool/v0/f/four.stone');
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, 'something else');
  await store.placeAt(path, sha('four'), new DurableBatch(names));
  expect(readFileSync(path, 'utf8')).toBe('four');
});
