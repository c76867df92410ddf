import { openRootSignature, readSigningKeys } from '@cairn/auth';
import { decodeIndex } from '@cairn/stone';
import { createStone, loadCodec } from '@cairn/stone-files';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join, resolve } from 'node:path';
import type { Instant } from '@cairn/std';
import { afterAll, expect, it } from 'vitest';
import {
  openRepository,
  servePublicly,
  smallPackage,
  type RepositoryWorld,
  type Signing,
} from '../control/repository-world.conformance.js';
import { MALFORMED_DIR, malformedStones } from '../imports/malformed-stones.conformance.js';
import { readBackup, writeBackup } from './backup.js';
import { listSeeds } from './seed-source.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const worlds: RepositoryWorld[] = [];
afterAll(async () => {
  for (const world of worlds) await world.close();
  folder.remove();
});

async function open(signing?: Signing): Promise<RepositoryWorld> {
  const { postgres } = servers;
  const clock = new ManualClock(Date.now() as Instant);
  const world = await openRepository({ postgres, dir: folder.dir, clock, signing });
  worlds.push(world);
  return world;
}

async function stoneAt(
  path: string,
  facts: { name: string; sourceRelease: number },
  content: string | Buffer = `${facts.name} ${facts.sourceRelease}`,
) {
  const root = join(folder.dir, randomUUID());
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  writeFileSync(join(root, 'usr/bin', facts.name), content);
  const { description } = smallPackage(facts);
  const created = await createStone({ package: description, root, out: path });
  if (!created.ok) throw new Error(created.error.message);
}

async function rowsOf({ db: { client } }: RepositoryWorld) {
  const [blobs, packages] = [await client.blob.count(), await client.package.count()];
  return { blobs, packages, channels: await client.channel.count() };
}

const seed = (
  world: RepositoryWorld,
  files: Awaited<ReturnType<typeof listSeeds>>,
  isDryRun = false,
) =>
  world.seeding.seed({
    files,
    channel: 'main',
    stream: 'volatile',
    isDryRun,
    onProgress: () => undefined,
  });

function indexOf(world: RepositoryWorld, history: string | null, architecture = 'x86_64'): Buffer {
  return readFileSync(
    join(world.publicDir, `main/history/${history ?? ''}/${architecture}/stone.index`),
  );
}

async function namesIn(bytes: Uint8Array): Promise<string[]> {
  const index = decodeIndex(bytes, await loadCodec(), { mode: 'strict' });
  if (!index.ok) throw new Error(index.error.message);
  return index.value.map(({ name, sourceRelease }) => `${name} ${sourceRelease}`);
}

it('C80: seeds a channel from a folder: the newest of each, bad files named, nothing twice', async () => {
  const tree = join(folder.dir, 'tree');
  mkdirSync(join(tree, 'f'), { recursive: true });
  for (const release of [1, 2, 10]) {
    await stoneAt(join(tree, 'f', `foo-${release}.stone`), { name: 'foo', sourceRelease: release });
  }
  await stoneAt(join(tree, 'bar.stone'), { name: 'bar', sourceRelease: 1 });
  writeFileSync(join(tree, 'zero.stone'), '');
  writeFileSync(join(tree, 'readme.txt'), 'no stone');
  const world = await open();
  const files = await listSeeds(tree);
  const dry = await seed(world, files, true);
  expect(dry).toMatchObject({ accepted: 2, older: 2, history: null, refused: [{}] });
  expect(filesBelow(world.dataDir)).toEqual([]);
  expect(await rowsOf(world)).toEqual({ blobs: 0, packages: 0, channels: 0 });
  const first = await seed(world, files);
  expect(first).toMatchObject({ accepted: 2, older: 2, present: 0 });
  expect(first.refused[0]?.file).toContain('zero.stone');
  expect(await namesIn(indexOf(world, first.history))).toEqual(['bar 1', 'foo 10']);
  const before = [filesBelow(world.dataDir), await rowsOf(world)];
  expect(await seed(world, files, true)).toMatchObject({ accepted: 0, present: 2, history: null });
  expect([filesBelow(world.dataDir), await rowsOf(world)]).toEqual(before);
  const again = await seed(world, files);
  expect(again).toMatchObject({ accepted: 0, present: 2, history: first.history });
  // The folder is the seed's, the pool is ours.
  writeFileSync(join(tree, 'bar.stone'), 'overwritten');
  const served = readdirSync(join(world.publicDir, 'main/pool/v0/b/bar'));
  expect(
    readFileSync(join(world.publicDir, 'main/pool/v0/b/bar', served[0] ?? '')).toString(),
  ).not.toBe('overwritten');
});

it('takes the first of two files with one release, however long it takes', async () => {
  const tree = join(folder.dir, 'twins');
  mkdirSync(tree);
  const facts = { name: 'twin', sourceRelease: 1 };
  await stoneAt(join(tree, 'a.stone'), facts, randomBytes(20_000_000));
  await stoneAt(join(tree, 'b.stone'), facts, 'small');
  const world = await open();
  const { history } = await seed(world, await listSeeds(tree));
  const index = decodeIndex(indexOf(world, history), await loadCodec());
  const sizeBytes = readFileSync(join(tree, 'a.stone')).byteLength;
  expect(index.ok && index.value).toMatchObject([{ name: 'twin', sizeBytes }]);
});

it('seeds from another repository by its index, goes on after an interruption, and refuses lies', async () => {
  const tree = join(folder.dir, 'remote');
  mkdirSync(tree);
  for (const name of ['one', 'two', 'three'])
    await stoneAt(join(tree, `${name}.stone`), { name, sourceRelease: 1 });
  const origin = await open();
  const { history } = await seed(origin, await listSeeds(tree));
  let isDown = true;
  let requests = 0;
  const upstream = await servePublicly(origin.publicDir);
  const proxy = createServer((request, response) => {
    requests += 1;
    if (isDown && request.url?.includes('/three-') === true) response.writeHead(404).end();
    else response.writeHead(302, { location: `${upstream.url}${request.url ?? ''}` }).end();
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/main/history/${history ?? ''}/x86_64/stone.index`;
  try {
    const world = await open();
    const partial = await seed(world, await listSeeds(url));
    expect(partial).toMatchObject({ accepted: 2, refused: [{}] });
    isDown = false;
    requests = 0;
    const complete = await seed(world, await listSeeds(url));
    expect(complete).toMatchObject({ accepted: 1, present: 2, refused: [] });
    expect(requests).toBe(2);
    expect(indexOf(world, complete.history).equals(indexOf(origin, history))).toBe(true);
    const [first] = await listSeeds(url);
    const lie = {
      ...first!,
      listed: { sha256: 'f'.repeat(64), sizeBytes: first?.listed?.sizeBytes ?? 0 },
    };
    const refused = await seed(await open(), [lie]);
    expect(refused).toMatchObject({
      accepted: 0,
      history: null,
      refused: [{ message: 'It is not what the index says.' }],
    });
  } finally {
    proxy.close();
    await upstream.close();
  }
}, 60_000);

it('builds the database anew from the public folder, to the byte', async () => {
  const tree = join(folder.dir, 'restored');
  mkdirSync(tree);
  const world = await open();
  for (const release of [1, 2, 3]) {
    for (const name of ['foo', 'bar']) {
      await stoneAt(join(tree, `${name}.stone`), { name, sourceRelease: release });
    }
    await seed(world, await listSeeds(tree));
  }
  await world.change({ kind: 'tag', channel: 'main', tag: 'first', version: 'stream/volatile' });
  await world.change({
    kind: 'pin',
    channel: 'main',
    stream: 'volatile',
    packages: [{ name: 'bar' }],
  });
  await world.change({ kind: 'configure', channel: 'main', policy: { retentionDays: 99 } });
  await world.change({
    kind: 'yank',
    channel: 'main',
    stream: 'volatile',
    packages: [{ name: 'foo' }],
  });
  await writeBackup(world.db, join(folder.dir, 'backup'));
  const backup = await readBackup(join(folder.dir, 'backup'));
  const files = filesBelow(join(world.publicDir, 'main'));

  for (const saved of [backup, undefined]) {
    const restored = await open();
    cpSync(world.publicDir, restored.publicDir, { recursive: true });
    const report = await restored.restoring.restore(saved, () => undefined);
    expect(report).toMatchObject({ channels: 1, problems: [] });
    expect(filesBelow(join(restored.publicDir, 'main'))).toEqual(files);
    // Also without the files: what the rows say gives the same bytes.
    rmSync(join(restored.publicDir, 'main/history'), { recursive: true });
    await restored.db.client.version.updateMany({ data: { filesWrittenAt: null } });
    await restored.files.completeAll();
    expect(filesBelow(join(restored.publicDir, 'main'))).toEqual(files);
    mkdirSync(join(tree, 'new'), { recursive: true });
    await stoneAt(join(tree, 'new/new.stone'), { name: 'new', sourceRelease: 1 });
    const next = await seed(restored, await listSeeds(join(tree, 'new')));
    expect(Number(next.history)).toBeGreaterThan(backup.channels[0]?.lastHistory ?? 0);
    await expect(restored.restoring.restore(saved, () => undefined)).rejects.toMatchObject({
      code: 'vessel.database-not-empty',
    });
  }
}, 60_000);

it('never takes clients back, however old the backup is', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signing = { keys: readSigningKeys(pem), validDays: 14 };
  const serialOf = ({ publicDir }: RepositoryWorld) => {
    const signature = readFileSync(join(publicDir, 'main/moss-root-index.json.sig'));
    return openRootSignature(signature, signing.keys)[0]?.statement.serial ?? 0;
  };
  const tree = join(folder.dir, 'published-after');
  mkdirSync(tree);
  const world = await open(signing);
  await stoneAt(join(tree, 'foo.stone'), { name: 'foo', sourceRelease: 1 });
  await seed(world, await listSeeds(tree));
  await world.change({ kind: 'configure', channel: 'main', policy: { retentionDays: 99 } });
  await writeBackup(world.db, join(folder.dir, 'old-backup'));
  await stoneAt(join(tree, 'foo.stone'), { name: 'foo', sourceRelease: 2 });
  const { history } = await seed(world, await listSeeds(tree));

  for (const saved of [await readBackup(join(folder.dir, 'old-backup')), undefined]) {
    const restored = await open(signing);
    cpSync(world.publicDir, restored.publicDir, { recursive: true });
    expect(await restored.restoring.restore(saved, () => undefined)).toMatchObject({
      problems: [],
    });
    expect(serialOf(restored)).toBeGreaterThan(serialOf(world));
    const root = readFileSync(join(restored.publicDir, 'main/moss-root-index.json'), 'utf8');
    expect(JSON.parse(root)).toMatchObject({ streams: { volatile: { history } } });
    const { policy } = await restored.db.client.channel.findFirstOrThrow();
    expect(policy).toEqual(saved === undefined ? {} : saved.channels[0]?.policy);
  }
});

it('names what cannot be restored, and restores the rest', async () => {
  const tree = join(folder.dir, 'damaged');
  mkdirSync(tree);
  const world = await open();
  const histories: string[] = [];
  for (const release of [1, 2, 3]) {
    await stoneAt(join(tree, 'foo.stone'), { name: 'foo', sourceRelease: release });
    const { history } = await seed(world, await listSeeds(tree));
    histories.push(history ?? '');
  }
  const [, putAway = '', last = ''] = histories;
  const restored = await open();
  cpSync(world.publicDir, restored.publicDir, { recursive: true });
  const main = join(restored.publicDir, 'main');
  rmSync(join(main, 'history', putAway, 'x86_64'), { recursive: true });
  rmSync(join(main, 'moss-root-index.json'));
  symlinkSync('/etc', join(restored.publicDir, 'link'));
  mkdirSync(join(restored.publicDir, 'Not a channel'));
  const report = await restored.restoring.restore(undefined, () => undefined);
  expect(report).toMatchObject({ channels: 1, versions: 3, packages: 2 });
  expect(report.problems).toEqual([
    `main ${putAway}: the index of x86_64 is not there, perhaps put away for its age`,
    `main/volatile points to ${last} now, the newest.`,
  ]);
  expect(await namesIn(indexOf(restored, last))).toEqual(['foo 3']);
  const root = JSON.parse(readFileSync(join(main, 'moss-root-index.json'), 'utf8')) as object;
  expect(root).toMatchObject({ streams: { volatile: { history: last } } });
});

function filesBelow(dir: string): [string, string][] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(dir.length), readFileSync(path).toString('base64')]);
}

const SAMPLES = resolve(import.meta.dirname, '../../../../../shared/data/stones');
if (!existsSync(SAMPLES))
  console.log('seed.int.test.ts: shared/data is absent, one test is skipped');

it.skipIf(!existsSync(SAMPLES))(
  'takes real packages and refuses every malformed file before it is stored',
  async () => {
    const world = await open();
    const real = await seed(world, await listSeeds(join(SAMPLES, 'samples')));
    expect(real.refused).toEqual([]);
    expect(real.accepted).toBeGreaterThan(0);
    const { client } = world.db;
    const counts = async () => [await client.blob.count(), await client.package.count()];
    const before = await counts();
    const codes = malformedStones();
    const bad = [...codes].filter(([, code]) => code !== undefined);
    const files = await listSeeds(MALFORMED_DIR);
    const offered = files.filter(({ label }) => codes.get(basename(label)) !== undefined);
    const { refused, accepted } = await seed(world, offered);
    const told = new Map(
      refused.map(({ file, message }) => [basename(file), message.split(':', 1)[0]]),
    );
    expect(new Map([...told].sort())).toEqual(new Map(bad.sort()));
    expect(accepted).toBe(0);
    expect(await counts()).toEqual(before);
    expect(filesBelow(world.poolDir)).toHaveLength(before[0] ?? 0);
    expect(filesBelow(join(world.dataDir, 'incoming'))).toEqual([]);
  },
);
