import {
  changeSetPublish,
  channelEnsure,
  channelList,
  importCancel,
  importStart,
  packageList,
} from '@cairn/contracts';
import { eventually, testServers } from '@cairn/testing';
import { Redis } from 'ioredis';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publisher } from './publisher.conformance.js';
import {
  buildPackage,
  createWorld,
  outcomeOf,
  publicationOf,
  sha256Of,
  type BuiltPackage,
  type TestBuilder,
  type World,
} from './vessel-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: World;
let vessel: Awaited<ReturnType<World['start']>>;
let builder: TestBuilder;
/** What the running vessel was started with. */
let environment: Record<string, string>;

beforeAll(async () => {
  world = await createWorld(servers.postgres);
  environment = await world.environment();
  vessel = await world.start(environment);
  builder = await world.builder();
});
afterAll(async () => {
  await vessel.stop();
  await world.stop();
});

const { newChannel, order, publish, publicFile, get, rootIndex, indexAt, seen } = publisher({
  world: () => world,
  vessel: () => vessel,
  builder: () => builder,
});

it('C79: a new channel has an empty index for each architecture and a root index', async () => {
  const channel = await newChannel('x86_64', 'aarch64');
  const root = await rootIndex(channel);
  const history = root.streams['volatile']?.history ?? '';
  expect(Object.keys(root.history)).toEqual([history]);
  expect(await indexAt(channel, history, 'x86_64')).toEqual([]);
  expect(await indexAt(channel, history, 'aarch64')).toEqual([]);
  const compressed = await get(`${channel}/moss-root-index.json.zst`);
  expect(zstdDecompressSync(compressed).equals(await get(`${channel}/moss-root-index.json`))).toBe(
    true,
  );
});

it('makes a channel once, and adds an architecture later', async () => {
  const channel = await newChannel('x86_64');
  const ensure = (architectures: ('x86_64' | 'aarch64')[]) =>
    world.summit.request(channelEnsure, { channel, architectures });
  const first = await ensure(['x86_64']);
  expect(await ensure(['x86_64'])).toEqual(first);
  await publish(channel, [await buildPackage(world.dir, { name: 'nano' })]);
  const wider = await ensure(['aarch64']);
  expect(await indexAt(channel, wider.history, 'x86_64')).toHaveLength(1);
  expect(await indexAt(channel, wider.history, 'aarch64')).toEqual([]);
});

it('brings a package from its builder to clients', async () => {
  const channel = await newChannel();
  const nano = await buildPackage(world.dir, {
    name: 'nano',
    version: '8.4',
    sourceRelease: 35,
    depends: [{ kind: 'soname', name: 'libncurses.so.6(x86_64)' }],
  });
  const changeSetId = randomUUID();
  const importId = await order({ channel, changeSetId, builds: [nano] });
  const staged = await outcomeOf(world, importId);
  expect(staged).toMatchObject({
    kind: 'staged',
    packages: [
      {
        name: 'nano',
        sha256: nano.collectable.sha256,
        provides: ['binary(nano)'],
        depends: ['soname(libncurses.so.6(x86_64))'],
      },
    ],
  });
  const line = staged.kind === 'staged' ? staged.lineHistory : '';
  expect((await indexAt(channel, line)).map(({ name }) => name)).toEqual(['nano']);
  expect(Object.keys((await rootIndex(channel)).history)).not.toContain(line);
  expect(await seen(channel)).toEqual([]);

  await world.summit.request(changeSetPublish, { changeSetId, channel, stream: 'volatile' });
  const outcome = await publicationOf(world, changeSetId);
  expect(outcome).toMatchObject({ kind: 'published', channel });
  const history = outcome.kind === 'published' ? outcome.history : '';
  const [entry] = await indexAt(channel, history);
  expect(entry?.uri).toBe('../../../pool/v0/n/nano/nano-8.4-35-1-x86_64.stone');
  const url = new URL(
    entry?.uri ?? '',
    `${vessel.url}/${channel}/history/${history}/x86_64/stone.index`,
  );
  const fetched = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(sha256Of(fetched)).toBe(entry?.hash);
  expect(fetched.byteLength).toBe(entry?.sizeBytes);
  await eventually(() =>
    expect(world.heard.moves).toContainEqual({ channel, stream: 'volatile', history }),
  );
});

it('lets dependants in an unpublished change set see what was just built', async () => {
  const channel = await newChannel();
  await publish(channel, [await buildPackage(world.dir, { name: 'base' })]);
  const changeSetId = randomUUID();
  const library = await buildPackage(world.dir, { name: 'libfoo' });
  await outcomeOf(world, await order({ channel, changeSetId, builds: [library] }));
  const program = await buildPackage(world.dir, { name: 'foo' });
  const second = await outcomeOf(world, await order({ channel, changeSetId, builds: [program] }));
  const line = second.kind === 'staged' ? second.lineHistory : '';
  expect((await indexAt(channel, line)).map(({ name }) => name)).toEqual(['base', 'foo', 'libfoo']);
  expect(await seen(channel)).toEqual(['base 1-1']);
});

it('keeps two change sets apart and publishes each against what is current then', async () => {
  const channel = await newChannel();
  const [a, b] = [
    await buildPackage(world.dir, { name: 'a' }),
    await buildPackage(world.dir, { name: 'b' }),
  ];
  const sets = [randomUUID(), randomUUID()];
  for (const [at, build] of [a, b].entries()) {
    const importId = await order({ channel, changeSetId: sets[at]!, builds: [build] });
    expect((await outcomeOf(world, importId)).kind).toBe('staged');
  }
  for (const changeSetId of sets) {
    await world.summit.request(changeSetPublish, { changeSetId, channel, stream: 'volatile' });
    expect((await publicationOf(world, changeSetId)).kind).toBe('published');
  }
  expect(await seen(channel)).toEqual(['a 1-1', 'b 1-1']);
});

it('C67, C68, C69: refuses a flipped byte, another size and what was not ordered, and stores nothing', async () => {
  const channel = await newChannel();
  const liar = await world.builder();
  const good = await buildPackage(world.dir, { name: 'good' });
  const flipped = Uint8Array.from(good.bytes);
  flipped[flipped.byteLength - 1] = (flipped.at(-1) ?? 0) ^ 1;
  const refused = async (builds: readonly BuiltPackage[]) => {
    const importId = await order({ channel, changeSetId: randomUUID(), builds, from: liar });
    return outcomeOf(world, importId);
  };
  liar.artefacts.set(good.collectable.sha256, flipped);
  expect(await refused([good])).toMatchObject({ code: 'artefacts.hash-mismatch' });
  liar.artefacts.set(good.collectable.sha256, good.bytes.subarray(1));
  expect(await refused([good])).toMatchObject({ code: 'artefacts.size-mismatch' });
  liar.artefacts.set(good.collectable.sha256, good.bytes);
  const other = await buildPackage(world.dir, { name: 'other', sourceId: 'good', version: '2.0' });
  expect(await refused([good, other])).toMatchObject({ code: 'artefacts.metadata-mismatch' });
  const renamed = { ...good, collectable: { ...good.collectable, name: 'good.stone' } };
  expect(await refused([renamed])).toMatchObject({ code: 'artefacts.metadata-mismatch' });
  const text = Buffer.from('no stone at all');
  const noStone = {
    ...good,
    bytes: text,
    collectable: { ...good.collectable, sha256: sha256Of(text), sizeBytes: text.byteLength },
  };
  expect(await refused([noStone])).toMatchObject({ kind: 'refused', code: 'stone.invalid' });
  // A valid checksum around a damaged structure is found as well.
  const cut = good.bytes.subarray(0, good.bytes.byteLength - 8);
  const truncated = {
    ...good,
    bytes: cut,
    collectable: { ...good.collectable, sha256: sha256Of(cut), sizeBytes: cut.byteLength },
  };
  expect(await refused([truncated])).toMatchObject({ kind: 'refused', code: 'stone.invalid' });
  const manifest = { ...good, collectable: { ...good.collectable, kind: 'manifest-bin' as const } };
  expect(await refused([manifest])).toMatchObject({ code: 'artefacts.missing-package' });
  expect(await refused([good])).toMatchObject({ kind: 'staged' });

  expect(existsSync(publicFile(channel, 'pool/v0/o'))).toBe(false);
  expect(readdirSync(publicFile(channel, 'pool/v0/g/good'))).toEqual(['good-1.0-1-1-x86_64.stone']);
  await eventually(() => expect(readdirSync(join(vessel.config.dataDir, 'incoming'))).toEqual([]));
});

it('refuses through the outcome when the channel is unknown or lacks the architecture', async () => {
  const build = await buildPackage(world.dir, { name: 'lost-channel' });
  const first = await order({ channel: 'nowhere', changeSetId: randomUUID(), builds: [build] });
  expect(await outcomeOf(world, first)).toMatchObject({ code: 'channel.not-found' });
  const channel = await newChannel('aarch64');
  const second = await order({ channel, changeSetId: randomUUID(), builds: [build] });
  expect(await outcomeOf(world, second)).toMatchObject({ code: 'channel.architecture-missing' });
  const changeSetId = randomUUID();
  await world.summit.request(changeSetPublish, { changeSetId, channel, stream: 'volatile' });
  expect(await publicationOf(world, changeSetId)).toMatchObject({ code: 'change-set.empty' });
});

it('does the same import once', async () => {
  const channel = await newChannel();
  const build = await buildPackage(world.dir, { name: 'once' });
  const changeSetId = randomUUID();
  const importId = randomUUID();
  await Promise.all(
    [1, 2, 3].map(() => order({ channel, changeSetId, builds: [build], importId })),
  );
  await outcomeOf(world, importId);
  const again = await world.summit.request(importStart, {
    importId,
    changeSetId,
    channel,
    builderId: builder.id,
    expected: {
      source: 'once',
      version: '1.0',
      sourceRelease: 1,
      buildRelease: 1,
      architecture: 'x86_64',
    },
    collectables: [build.collectable],
  });
  expect(again).toEqual({ state: 'finished' });
  expect(world.heard.imports.get(importId)).toHaveLength(1);
  // The first version of the channel and one staging version.
  expect(readdirSync(publicFile(channel, 'history'))).toHaveLength(2);
});

it('C60–C66 over the wire: older is refused, higher build releases are taken, dropped sub-packages leave', async () => {
  const channel = await newChannel();
  const foo = (sourceRelease: number, buildRelease: number, name = 'foo') =>
    buildPackage(
      world.dir,
      { name, sourceId: 'foo', sourceRelease, buildRelease },
      randomBytes(64),
    );
  const published = { kind: 'published' };
  expect(await publish(channel, [await foo(1, 1)])).toMatchObject(published);
  const both = [await foo(2, 1), await foo(2, 1, 'foo-devel')];
  expect(await publish(channel, both)).toMatchObject(published);
  expect(await seen(channel)).toEqual(['foo 2-1', 'foo-devel 2-1']);
  expect(await publish(channel, [await foo(1, 2)])).toMatchObject({
    kind: 'refused',
    code: 'import.release-older',
  });
  const again = [await foo(2, 2), await foo(2, 2, 'foo-devel')];
  expect(await publish(channel, again)).toMatchObject(published);
  expect(await seen(channel)).toEqual(['foo 2-2', 'foo-devel 2-2']);
  expect(await publish(channel, both)).toMatchObject({ code: 'import.build-release-older' });
  expect(await publish(channel, again)).toMatchObject(published);
  expect(await publish(channel, [await foo(3, 1)])).toMatchObject(published);
  expect(await seen(channel)).toEqual(['foo 3-1']);
  const taken = await order({ channel, changeSetId: randomUUID(), builds: [await foo(3, 1)] });
  expect(await outcomeOf(world, taken)).toMatchObject({ kind: 'refused', code: 'pool.path-taken' });
});

it('publishes the same line once, and again when it has grown', async () => {
  const channel = await newChannel();
  const changeSetId = randomUUID();
  const ask = () =>
    world.summit.request(changeSetPublish, { changeSetId, channel, stream: 'volatile' });
  const one = await buildPackage(world.dir, { name: 'one' });
  await outcomeOf(world, await order({ channel, changeSetId, builds: [one] }));
  await Promise.all([ask(), ask(), ask()]);
  await publicationOf(world, changeSetId);
  expect(await ask()).toEqual({ state: 'finished' });
  const two = await buildPackage(world.dir, { name: 'two' });
  await outcomeOf(world, await order({ channel, changeSetId, builds: [two] }));
  expect(await ask()).toEqual({ state: 'started' });
  await publicationOf(world, changeSetId, 2);
  expect(world.heard.publications.get(changeSetId)).toHaveLength(2);
  expect(await seen(channel)).toEqual(['one 1-1', 'two 1-1']);
});

it('C71: versions of one second have rising ids', async () => {
  const channel = await newChannel();
  const histories: number[] = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    const outcome = await publish(channel, [await buildPackage(world.dir, { name })]);
    histories.push(Number(outcome.kind === 'published' ? outcome.history : 0));
  }
  expect([...new Set(histories)].sort((x, y) => x - y)).toEqual(histories);
  const listed = Object.keys((await rootIndex(channel)).history);
  expect(listed).toHaveLength(5);
});

it('C70: fetches no more for an order that has run out: its builder is gone, or summit says so', async () => {
  await vessel.stop();
  const impatient = await world.start(await world.environment({ VESSEL_STAGNATION_SECONDS: '1' }));
  try {
    const channel = await newChannel();
    const gone = await world.builder();
    const build = await buildPackage(world.dir, { name: 'gone' });
    await gone.leave();
    const lost = await order({ channel, changeSetId: randomUUID(), builds: [build], from: gone });
    expect(await outcomeOf(world, lost)).toMatchObject({ kind: 'lost', code: 'artefacts.lost' });
  } finally {
    await impatient.stop();
    vessel = await world.start(environment);
  }
  const channel = await newChannel();
  const silent = await world.builder();
  silent.beforeAnswer = () => false;
  const build = await buildPackage(world.dir, { name: 'silent' });
  const importId = await order({
    channel,
    changeSetId: randomUUID(),
    builds: [build],
    from: silent,
  });
  await eventually(() => expect(silent.reads).not.toEqual([]));
  const cancel = { importId, code: 'attempt.cancelled' };
  expect(await world.summit.request(importCancel, cancel)).toEqual({ state: 'cancelled' });
  expect(await outcomeOf(world, importId)).toMatchObject({ kind: 'lost', code: cancel.code });
  expect(await world.summit.request(importCancel, cancel)).toEqual({ state: 'cancelled' });
  expect(await world.summit.request(importCancel, { ...cancel, code: 'x' })).toEqual({
    state: 'decided',
  });
  expect(await world.summit.request(importCancel, { importId: randomUUID(), code: 'x' })).toEqual({
    state: 'unknown',
  });
});

it('goes on after Redis lost everything in the middle of an import', async () => {
  const channel = await newChannel();
  const slow = await world.builder();
  const hold = Promise.withResolvers<boolean>();
  slow.beforeAnswer = (offset) => (offset === 0 ? true : hold.promise);
  const build = await buildPackage(world.dir, { name: 'flushed' }, randomBytes(1_500_000));
  const running = await order({ channel, changeSetId: randomUUID(), builds: [build], from: slow });
  await eventually(() => expect(slow.reads.length).toBeGreaterThan(1));
  const redis = new Redis(world.redisUrl);
  await redis.flushall();
  redis.disconnect();
  hold.resolve(true);
  expect(await outcomeOf(world, running)).toMatchObject({ kind: 'staged' });
  const after = await buildPackage(world.dir, { name: 'after-flush' });
  const next = await order({ channel, changeSetId: randomUUID(), builds: [after] });
  expect(await outcomeOf(world, next)).toMatchObject({ kind: 'staged' });
});

it('announces nothing before the files are in place, and completes them when it can', async () => {
  const channel = await newChannel();
  const before = await rootIndex(channel);
  const changeSetId = randomUUID();
  const build = await buildPackage(world.dir, { name: 'late' });
  await outcomeOf(world, await order({ channel, changeSetId, builds: [build] }));
  // The disk is in trouble: where the channel's histories belong there is a file.
  const histories = publicFile(channel, 'history');
  renameSync(histories, `${histories}-aside`);
  writeFileSync(histories, '');
  await world.summit.request(changeSetPublish, { changeSetId, channel, stream: 'volatile' });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(world.heard.publications.get(changeSetId)).toBeUndefined();
  expect(await rootIndex(channel)).toEqual(before);
  renameSync(histories, `${histories}-bad`);
  renameSync(`${histories}-aside`, histories);
  expect(await publicationOf(world, changeSetId)).toMatchObject({ kind: 'published' });
  expect(await seen(channel)).toEqual(['late 1-1']);
});

it('keeps nothing in its incoming folder of an import that is decided while its files are late', async () => {
  const channel = await newChannel();
  const incoming = () => readdirSync(join(vessel.config.dataDir, 'incoming'));
  await eventually(() => expect(incoming()).toEqual([]));
  const histories = publicFile(channel, 'history');
  renameSync(histories, `${histories}-aside`);
  writeFileSync(histories, '');
  const slow = await world.builder();
  slow.beforeAnswer = () => eventually(() => expect(incoming()).toHaveLength(1)).then(() => true);
  const build = await buildPackage(world.dir, { name: 'decided' });
  const importId = await order({
    ...{ channel, changeSetId: randomUUID(), builds: [build], from: slow },
  });
  await eventually(() => expect(slow.reads).not.toEqual([]));
  await eventually(() => expect(incoming()).toEqual([]));
  expect(world.heard.imports.get(importId)).toBeUndefined();
  renameSync(histories, `${histories}-bad`);
  renameSync(`${histories}-aside`, histories);
  expect(await outcomeOf(world, importId)).toMatchObject({ kind: 'staged' });
});

it('does everything once when two of it run on one database', async () => {
  const twin = await world.start(environment);
  try {
    const channel = await newChannel();
    const builds = await Promise.all(
      ['one', 'two', 'three', 'four', 'five', 'six'].map((name) =>
        buildPackage(world.dir, { name }),
      ),
    );
    const sets = await Promise.all(
      builds.map(async (build) => {
        const changeSetId = randomUUID();
        const importId = await order({ channel, changeSetId, builds: [build] });
        expect((await outcomeOf(world, importId)).kind).toBe('staged');
        const wish = { changeSetId, channel, stream: 'volatile' };
        await world.summit.request(changeSetPublish, wish);
        expect((await publicationOf(world, changeSetId)).kind).toBe('published');
        return { importId, changeSetId };
      }),
    );
    for (const { importId, changeSetId } of sets) {
      expect(world.heard.imports.get(importId)).toHaveLength(1);
      expect(world.heard.publications.get(changeSetId)).toHaveLength(1);
    }
    expect(await seen(channel)).toHaveLength(6);
    expect(Object.keys((await rootIndex(channel)).history)).toHaveLength(7);
    // The one that led goes, the other takes over.
    await vessel.stop();
    vessel = twin;
    expect(
      await publish(channel, [await buildPackage(world.dir, { name: 'seven' })]),
    ).toMatchObject({ kind: 'published' });
  } finally {
    if (vessel !== twin) await twin.stop();
  }
});

it('lists channels and finds packages', async () => {
  const channel = await newChannel();
  for (const name of ['alpha', 'beta', 'be_ta']) {
    await publish(channel, [await buildPackage(world.dir, { name })]);
  }
  const list = await world.summit.request(channelList, {});
  expect(list.repositoryUrl).toBe(vessel.url);
  const view = list.channels.find(({ name }) => name === channel);
  expect(view?.streams).toMatchObject([{ name: 'volatile', packageCount: 3 }]);
  expect(view?.versions.map(({ packageCount }) => packageCount)).toEqual([3, 2, 1, 0]);
  const names = async (query: object) => {
    const page = await world.summit.request(packageList, { channel, ...query });
    return [page.total, page.packages.map(({ name }) => name)];
  };
  expect(await names({})).toEqual([3, ['alpha', 'be_ta', 'beta']]);
  expect(await names({ limit: 1, offset: 1 })).toEqual([3, ['be_ta']]);
  expect(await names({ search: 'BET' })).toEqual([1, ['beta']]);
  expect(await names({ search: 'be_t' })).toEqual([1, ['be_ta']]);
  const older = view?.versions[2]?.history ?? '';
  expect(await names({ version: `history/${older}` })).toEqual([1, ['alpha']]);
  const page = await world.summit.request(packageList, { channel });
  expect((await fetch(page.packages[0]?.url ?? '')).status).toBe(200);
  await expect(names({ version: 'stream/none' })).rejects.toMatchObject({
    code: 'version.not-found',
  });
  await expect(world.summit.request(packageList, { channel: 'nowhere' })).rejects.toMatchObject({
    code: 'channel.not-found',
  });
});

it('says that it is alive and ready', async () => {
  expect((await fetch(`${vessel.url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${vessel.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    checks: { database: { status: 'up' }, broker: { status: 'up' }, redis: { status: 'up' } },
  });
});
