// A repository whose packages lie in a bucket does all that one on a folder does.
import { DAY_MS, type Instant } from '@cairn/std';
import { createStone } from '@cairn/stone-files';
import { ManualClock, S3_TEST_KEYS, testServers } from '@cairn/testing';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readBackup, writeBackup } from '../seed/backup.js';
import { listSeeds } from '../seed/seed-source.js';
import {
  openRepository,
  servePublicly,
  smallPackage,
  type RepositoryWorld,
} from './repository-world.conformance.js';

const BUCKET = 'packages';
const servers = testServers({ postgres: 'shared', s3: { bucket: BUCKET } });
const closers: (() => Promise<void>)[] = [];

beforeAll(() => {
  for (const [name, value] of Object.entries(S3_TEST_KEYS)) vi.stubEnv(name, value);
});
afterAll(() => vi.unstubAllEnvs());
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(isInBucket = true) {
  const clock = new ManualClock(Date.now() as Instant);
  const { postgres, dir, s3 } = servers;
  const bucket = {
    ...{ bucket: BUCKET, region: 'us-east-1', endpoint: s3.url, usesPathStyle: true },
  };
  const world = await openRepository({ postgres, dir, clock, ...(isInBucket && { bucket }) });
  closers.push(() => world.close());
  const server = await servePublicly(world.publicDir, world.shelf, world.pool);
  closers.push(() => server.close());
  return { world, clock, url: server.url };
}

const ensure = (world: RepositoryWorld) =>
  world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });

/** Where the only package of a source is served, and its bytes. */
async function publishOne(world: RepositoryWorld, content = '') {
  const name = `nano-${randomUUID().slice(0, 8)}`;
  const small = smallPackage({ name }, content);
  await world.publish('main', [small]);
  const { path } = await world.db.client.poolObject.findFirstOrThrow({
    where: { path: { contains: name } },
  });
  const sha256 = createHash('sha256').update(small.bytes).digest('hex');
  return { path: `main/${path}`, bytes: small.bytes, sha256, name };
}

async function stoneAt(path: string, name: string) {
  const root = join(servers.dir, randomUUID());
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  writeFileSync(join(root, 'usr/bin', name), name);
  const { description } = smallPackage({ name });
  const created = await createStone({ package: description, root, out: path });
  if (!created.ok) throw new Error(created.error.message);
}

async function seedStones(world: RepositoryWorld, ...names: string[]) {
  const tree = join(servers.dir, randomUUID());
  mkdirSync(tree);
  for (const name of names) await stoneAt(join(tree, `${name}.stone`), name);
  return world.seeding.seed({
    ...{ files: await listSeeds(tree), channel: 'main', stream: 'volatile', isDryRun: false },
    onProgress: () => undefined,
  });
}

it('serves packages out of the bucket as out of a folder', async () => {
  const { world, url } = await open();
  await ensure(world);
  const { path, bytes, sha256 } = await publishOne(world);
  expect(existsSync(join(world.publicDir, path))).toBe(false);

  const whole = await fetch(`${url}/${path}`);
  expect(whole.status).toBe(200);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.byteLength),
    'cache-control': 'public, max-age=31536000, immutable',
    etag: `"${sha256}"`,
    'accept-ranges': 'bytes',
  });
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);

  const head = await fetch(`${url}/${path}`, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(bytes.byteLength));
  const part = await fetch(`${url}/${path}`, { headers: { Range: 'bytes=2-5' } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(2, 6))).toBe(true);
  const beyond = await fetch(`${url}/${path}`, { headers: { Range: 'bytes=9999-' } });
  expect(beyond.status).toBe(416);
  const same = await fetch(`${url}/${path}`, { headers: { 'If-None-Match': `"${sha256}"` } });
  expect(same.status).toBe(304);
});

it('lists the pool, and knows nothing that no row names', async () => {
  const { world, url } = await open();
  await ensure(world);
  const { path, bytes } = await publishOne(world);
  const listing = async (of: string) => {
    const response = await fetch(`${url}/${of}`, { headers: { Accept: 'application/json' } });
    if (response.status !== 200) return response.status;
    const { entries } = (await response.json()) as { entries: { name: string }[] };
    return entries;
  };
  const above = (levels: number) => `${path.split('/').slice(0, -levels).join('/')}/`;
  const file = path.split('/').at(-1);
  expect(await listing(above(1))).toEqual([
    { name: file, type: 'file', sizeBytes: bytes.byteLength },
  ]);
  expect(await listing('main/pool/')).toEqual([{ name: 'v0', type: 'directory' }]);
  const channel = await listing('main/');
  expect(channel).toContainEqual({ name: 'pool', type: 'directory' });
  expect(channel).toContainEqual({ name: 'history', type: 'directory' });
  for (const absent of [`${path}x.stone`, 'main/pool/x.stone', 'other/pool/x.stone', `x/${path}`]) {
    expect((await fetch(`${url}/${absent}`)).status).toBe(404);
  }
  expect(await listing('main/pool/none/')).toBe(404);
  expect(await listing('main/%25/')).toBe(404);
});

it('says that the bucket is away, stages nothing half, and goes on afterwards', async () => {
  const { world, url } = await open();
  await ensure(world);
  const { path, bytes } = await publishOne(world);
  const versions = await world.db.client.version.count();
  const late = smallPackage({ name: 'late' });
  await servers.s3.stop();
  const refused = await fetch(`${url}/${path}`);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('cache-control')).toBe('no-store');
  expect(await refused.text()).toContain('pool.unavailable');
  await expect(world.stage('main', randomUUID(), [late])).rejects.toMatchObject({
    code: 'pool.unavailable',
  });
  expect(await world.db.client.version.count()).toBe(versions);
  expect(await world.db.client.package.count({ where: { name: 'late' } })).toBe(0);
  // What is not in the bucket is served all the same.
  expect((await fetch(`${url}/main/moss-root-index.json`)).status).toBe(200);

  await servers.restart('s3');
  const again = await fetch(`${url}/${path}`);
  expect(Buffer.from(await again.arrayBuffer()).equals(bytes)).toBe(true);
  expect(await world.publish('main', [late])).toHaveProperty('history');
});

it('refuses what is larger than a bucket takes, before anything is uploaded', async () => {
  const { world } = await open();
  await ensure(world);
  const { description } = smallPackage({ name: 'giant' });
  const { name, version, sourceRelease, buildRelease, sourceId: source } = description;
  const file = { sha256: 'a'.repeat(64), sizeBytes: world.blobs.sizeBytesMax + 1 };
  const collectable = { kind: 'package' as const, name: `${name}.stone`, ...file };
  const order = {
    ...{ importId: randomUUID(), changeSetId: randomUUID(), builderId: 'builder' },
    ...{ channel: 'main', stream: 'volatile', collectables: [collectable] },
    expected: { source, version, sourceRelease, buildRelease, architecture: 'x86_64' as const },
  };
  await world.importStore.request(order);
  const refusal = await world.staging.stage({
    order,
    artefacts: [{ collectable, description, files: [] }],
    packages: [],
    files: [{ ...file, path: '/nowhere' }],
  });
  expect(refusal).toMatchObject({ code: 'artefacts.too-large' });
  expect(await world.db.client.blob.count()).toBe(0);
});

it('prunes what nothing needs, uploads that no row came to name as well', async () => {
  const { world, clock } = await open();
  await ensure(world);
  const kept = await publishOne(world);
  const orphan = Buffer.from(randomUUID());
  const sha256 = createHash('sha256').update(orphan).digest('hex');
  const file = join(servers.dir, sha256);
  writeFileSync(file, orphan);
  await world.db.client.blob.create({ data: { sha256, sizeBytes: orphan.byteLength } });
  await world.blobs.add(file, sha256);

  clock.advance(2 * DAY_MS);
  await servers.s3.stop();
  await expect(world.pruning.prune({ isDryRun: false })).rejects.toMatchObject({
    code: 'pool.unavailable',
  });
  expect(await world.db.client.blob.count({ where: { sha256 } })).toBe(1);
  await servers.restart('s3');
  const report = await world.pruning.prune({ isDryRun: false });
  expect(report.blobCount).toBe(1);
  expect(await world.blobs.has(sha256)).toBe(false);
  expect(await world.blobs.has(kept.sha256)).toBe(true);
});

it('builds the database anew from bucket and public folder, and moves a folder into the bucket', async () => {
  const { world } = await open();
  const { history } = await seedStones(world, 'foo', 'bar');
  await writeBackup(world.db, join(servers.dir, 'backup'));
  const backup = await readBackup(join(servers.dir, 'backup'));
  const indexOf = ({ publicDir }: RepositoryWorld) =>
    readFileSync(join(publicDir, `main/history/${history ?? ''}/x86_64/stone.index`));
  const restored = await open();
  cpSync(world.publicDir, restored.world.publicDir, { recursive: true });
  const report = await restored.world.restoring.restore(backup, () => undefined);
  expect(report).toMatchObject({ channels: 1, packages: 2, problems: [] });
  expect(indexOf(restored.world).equals(indexOf(world))).toBe(true);

  const local = (await open(false)).world;
  await seedStones(local, 'baz');
  const moved = await open();
  cpSync(local.publicDir, moved.world.publicDir, { recursive: true });
  await writeBackup(local.db, join(servers.dir, 'moved'));
  const saved = await readBackup(join(servers.dir, 'moved'));
  expect(await moved.world.restoring.restore(saved, () => undefined)).toMatchObject({
    packages: 1,
    problems: [],
  });
  const { path, stonePackage } = await moved.world.db.client.poolObject.findFirstOrThrow({
    include: { stonePackage: true },
  });
  const served = Buffer.from(await (await fetch(`${moved.url}/main/${path}`)).arrayBuffer());
  expect(createHash('sha256').update(served).digest('hex')).toBe(stonePackage.sha256);
});

it('names a package whose object is lost, and restores the others', async () => {
  const { world } = await open();
  await seedStones(world, 'lost', 'found');
  const lost = await world.db.client.package.findFirstOrThrow({ where: { name: 'lost' } });
  await world.blobs.remove(lost.sha256);
  const restored = await open();
  cpSync(world.publicDir, restored.world.publicDir, { recursive: true });
  const report = await restored.world.restoring.restore(undefined, () => undefined);
  expect(report.packages).toBe(1);
  expect(report.problems.join('\n')).toContain('lost');
});
