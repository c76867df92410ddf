import { S3_TEST_KEYS, testServers } from '@cairn/testing';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { blobStoreConformance } from './blob-store.conformance.js';
import { S3BlobStore } from './s3-blob-store.js';

const BUCKET = 'blobs';
const servers = testServers({ s3: { bucket: BUCKET } });
let store: S3BlobStore;

const openBucket = (bucket: string) =>
  new S3BlobStore({ bucket, region: 'us-east-1', endpoint: servers.s3.url, usesPathStyle: true });

beforeAll(() => {
  for (const [name, value] of Object.entries(S3_TEST_KEYS)) vi.stubEnv(name, value);
  store = openBucket(BUCKET);
});
afterAll(async () => {
  await store.close();
  vi.unstubAllEnvs();
});

blobStoreConformance({ store: () => store, dir: () => servers.dir });

function incoming(text: string) {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const file = join(servers.dir, sha256);
  writeFileSync(file, text);
  return { file, sha256 };
}

it('names objects as a local directory names its files', async () => {
  const { file, sha256 } = incoming('named');
  await store.add(file, sha256);
  const shard = join(servers.dir, 's3/objects', BUCKET, sha256.slice(0, 2));
  expect(readdirSync(shard).some((name) => name.startsWith(sha256))).toBe(true);
});

it('sends an object again that is not complete', async () => {
  const { file, sha256 } = incoming('complete');
  await store.add(file, sha256);
  const object = join(servers.dir, 's3/objects', BUCKET, sha256.slice(0, 2));
  const name = readdirSync(object).find((each) => each.endsWith('_object')) ?? '';
  writeFileSync(join(object, name), 'comp');
  await store.add(file, sha256);
  const stream = await store.read(sha256);
  expect((await stream?.toArray())?.join('')).toBe('complete');
});

it('refuses an answer that has other bytes than it asked for', async () => {
  const { file, sha256 } = incoming('others');
  await store.add(file, sha256);
  // This server takes an end of 0 for none.
  await expect(store.read(sha256, { start: 0, end: 0 })).rejects.toMatchObject({
    code: 'pool.unavailable',
  });
});

it('says that there is no such bucket, and takes nothing for absent then', async () => {
  const nowhere = openBucket('nowhere');
  const { file, sha256 } = incoming('nowhere');
  for (const attempt of [
    () => nowhere.check(),
    () => nowhere.add(file, sha256),
    () => nowhere.read(sha256),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'pool.unavailable' });
  }
  await nowhere.close();
});

it('says that the bucket is away, and goes on when it is back', async () => {
  const { file, sha256 } = incoming('away');
  await servers.s3.stop();
  for (const attempt of [
    () => store.check(),
    () => store.has(sha256),
    () => store.add(file, sha256),
    () => store.read(sha256),
    () => store.remove(sha256),
  ]) {
    await expect(attempt()).rejects.toMatchObject({
      code: 'pool.unavailable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  }
  expect(existsSync(file)).toBe(true);
  await servers.restart('s3');
  await store.add(file, sha256);
  expect(await store.has(sha256)).toBe(true);
});
