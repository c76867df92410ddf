import { AppError, packageFiles, packageList, packageShow, versionList } from '@cairn/contracts';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openRepository,
  smallPackage,
  type RepositoryWorld,
} from '../control/repository-world.conformance.js';
import { readBriefly } from './package-rows.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const clock = new ManualClock();
const channel = 'main';
const soname = { kind: 'soname' as const, name: 'libz.so.1(x86_64)' };
const SONAME = 'soname(libz.so.1(x86_64))';
const REGULAR = 0o100_644;
const zlib = (sourceRelease: number) =>
  smallPackage(
    {
      ...{ name: 'zlib', sourceRelease, provides: [soname], licenses: ['Zlib'] },
      summary: '100% compression_library',
    },
    '',
    [
      { path: 'lib/libz.so.1', mode: REGULAR },
      { path: 'share/zlib/README', mode: REGULAR },
    ],
  );
let world: RepositoryWorld;
let empty: string;
let first: number;
let second: number;

async function published(...given: Parameters<RepositoryWorld['publish']>): Promise<number> {
  const outcome = await world.publish(...given);
  if ('code' in outcome) throw new Error(outcome.code);
  return outcome.history;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof AppError) return error.code;
  throw error instanceof Error ? error : new Error('It did not fail.');
}

beforeAll(async () => {
  world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  empty = await world.channels.ensure({ channel, architectures: ['x86_64', 'aarch64'] });
  first = await published(channel, [zlib(1)]);
  await published(channel, [
    smallPackage({ name: 'user', depends: [soname, { kind: 'binary', name: 'ghost' }] }, '', [
      { path: 'bin/user', mode: 0o104_755 },
    ]),
  ]);
  second = await published(channel, [zlib(2)]);
  await world.change({ kind: 'tag', channel, tag: 'first', version: `history/${first}` });
  await world.change({
    kind: 'promote',
    from: { channel, version: 'stream/volatile' },
    to: [{ channel, stream: 'Unstable' }],
  });
});
afterAll(async () => {
  await world.close();
  folder.remove();
});

const find = (query: object) =>
  world.search.packages(packageList.request.parse({ channel, ...query }));
const names = async (query: object) =>
  (await find(query)).packages.map(({ name, matches }) => [name, ...matches]);
const show = (query: object) =>
  world.details.show(packageShow.request.parse({ channel, ...query }));

describe('versions', () => {
  it('says what differs between any two', async () => {
    const difference = { channel, from: `history/${empty}`, to: 'stream/volatile' };
    expect(await world.browser.difference(difference)).toMatchObject({
      added: 2,
      removed: 0,
      packages: [{ name: 'user', before: null, after: '1-1-1' }, { name: 'zlib' }],
    });
  });

  it('lists them over time in pages: who made each, what it changed, what points there', async () => {
    const page = await world.timeline.page(versionList.request.parse({ channel, limit: 2 }));
    expect(page.versions).toMatchObject([
      {
        history: String(second),
        ...{ packageCount: 2, putCount: 1, removedCount: 0 },
        streams: ['Unstable', 'volatile'],
        tags: [],
        packages: [{ name: 'zlib', architecture: 'x86_64', release: '1-2-1' }],
        moves: [
          { stream: 'volatile', cause: 'publish', account: '' },
          { stream: 'Unstable', cause: 'promote', account: 'ada' },
        ],
      },
      { packages: [{ name: 'user', release: '1-1-1' }] },
    ]);
    expect(page.versions[0]?.parent).toBe(page.versions[1]?.history);
    expect(page.versions[0]?.changeSetId).toMatch(/^[0-9a-f-]{36}$/);
    const rest = await world.timeline.page({ channel, limit: 2, before: page.next ?? '' });
    expect(rest.versions.map(({ history, tags }) => [history, tags])).toEqual([
      [String(first), ['first']],
      [empty, []],
    ]);
    expect(rest.next).toBeNull();
    expect(await codeOf(world.timeline.page({ channel: 'none', limit: 1 }))).toBe(
      'channel.not-found',
    );
  });

  it('tells which release of a package each of them carries', async () => {
    const query = { channel, name: 'zlib', architecture: 'x86_64' as const, limit: 10 };
    const { versions } = await world.timeline.carrying(query);
    expect(versions.map(({ history, release }) => [history, release])).toEqual([
      [String(second), '1-2-1'],
      [expect.any(String), '1-1-1'],
      [String(first), '1-1-1'],
      [empty, null],
    ]);
  });
});

describe('search', () => {
  it('finds by name, source and summary, the package of that name first', async () => {
    expect(await names({})).toEqual([['user'], ['zlib']]);
    expect(await names({ search: ' COMPRESSION ' })).toEqual([['zlib']]);
    expect(await names({ search: 'z' })).toEqual([['zlib']]);
    expect(await names({ search: 'lib', version: `history/${empty}` })).toEqual([]);
    expect(await find({ offset: 1, limit: 1 })).toMatchObject({
      total: 2,
      packages: [{ name: 'zlib' }],
    });
  });

  it('finds by file, with or without /usr, by folder and by the beginning of a name', async () => {
    const found = [['zlib', 'lib/libz.so.1']];
    for (const search of ['libz', '/usr/lib/libz', 'lib/libz.so.1', '/usr/lib/']) {
      expect(await names({ search, by: 'file' })).toEqual(found);
    }
    expect(await names({ search: 'zlib/READ', by: 'file' })).toEqual([
      ['zlib', 'share/zlib/README'],
    ]);
    expect(await names({ search: 'README_', by: 'file' })).toEqual([]);
  });

  it('finds by capability, and wants enough to look for', async () => {
    expect(await names({ search: 'libz.so', by: 'capability' })).toEqual([['zlib', SONAME]]);
    expect(await codeOf(find({ search: '(%', by: 'capability' }))).toBe('search.too-short');
  });

  it('takes every hostile text as a text, or refuses it at the door', async () => {
    expect(await names({ search: '100% c' })).toEqual([['zlib']]);
    const texts = ['1_0%', '%', '_', '\\', `'; DROP TABLE package; --`, '"', '😀', '%'.repeat(200)];
    for (const by of ['text', 'file'] as const) {
      for (const search of texts) expect(await names({ search, by })).toEqual([]);
    }
    for (const search of ['a\0b', 'a\nb', 'x'.repeat(10_240)]) {
      expect(packageList.request.safeParse({ channel, search }).success).toBe(false);
    }
  });
});

it('ends what takes a reader too long', async () => {
  const slow = readBriefly(world.db, (tx) => tx.$queryRaw`SELECT 1 AS done FROM pg_sleep(60)`);
  expect(await codeOf(slow)).toBe('search.too-costly');
});

describe('a package', () => {
  it('shows metadata, dependencies with their providers, and where it is', async () => {
    expect(await show({ name: 'user' })).toMatchObject({
      package: { name: 'user', architecture: 'x86_64' },
      architectures: ['x86_64'],
      depends: [
        { capability: 'binary(ghost)', providers: [], providerCount: 0 },
        { capability: SONAME, providers: ['zlib'], providerCount: 1 },
      ],
      fileCount: 1,
      streams: ['Unstable', 'volatile'],
      tags: [],
      withdrawn: null,
    });
    const old = await show({ name: 'zlib', version: 'tag/first' });
    expect(old).toMatchObject({ licenses: ['Zlib'], streams: [], tags: ['first'] });
    expect(old.builds.map(({ sourceRelease }) => sourceRelease)).toEqual([2, 1]);
    expect(await codeOf(show({ name: 'user', architecture: 'aarch64' }))).toBe('package.not-found');
    expect(await codeOf(show({ name: 'user', version: `history/${empty}` }))).toBe(
      'package.not-found',
    );
  });

  it('lists its files in pages', async () => {
    const files = (query: object) =>
      world.details.files(packageFiles.request.parse({ channel, name: 'zlib', ...query }));
    expect(await files({ limit: 1, offset: 1 })).toMatchObject({
      total: 2,
      files: [{ path: 'share/zlib/README', mode: REGULAR }],
    });
    expect(await files({ search: '/usr/lib' })).toMatchObject({ total: 1 });
    expect(await files({ search: '%' })).toMatchObject({ total: 0 });
  });

  it('names those that need it, and what they need of it', async () => {
    const query = { channel, name: 'zlib', version: 'stream/volatile', offset: 0, limit: 10 };
    expect(await world.details.dependants(query)).toMatchObject({
      total: 1,
      packages: [{ name: 'user', needs: [SONAME] }],
    });
  });

  it('is found by what it provides and needs', async () => {
    const ask = (capability: string, version = 'stream/volatile') =>
      world.search.capabilityUsers({ channel, capability, version, offset: 0, limit: 100 });
    expect(await ask(SONAME)).toMatchObject({
      ...{ providerCount: 1, dependantCount: 1 },
      providers: [{ name: 'zlib' }],
      dependants: [{ name: 'user' }],
    });
    expect((await ask('name(user)')).providers).toHaveLength(1);
    expect((await ask("soname(' OR 1=1)")).providers).toEqual([]);
    expect((await ask('name(user)', `history/${empty}`)).providers).toEqual([]);
    expect(await codeOf(ask('name(user)', 'tag/none'))).toBe('version.not-found');
  });

  it('shows who pinned and who withdrew it', async () => {
    const [packages, stream] = [[{ name: 'user' }], 'Unstable'] as const;
    await world.change({ kind: 'pin', channel, stream, packages: [...packages] });
    expect(await show({ name: 'user', version: 'stream/Unstable' })).toMatchObject({
      pins: [{ stream: 'Unstable', account: 'ada' }],
    });
    await world.change({ kind: 'yank', channel, stream: 'volatile', packages: [{ name: 'zlib' }] });
    expect(await show({ name: 'zlib', version: `history/${second}` })).toMatchObject({
      withdrawn: { account: 'ada' },
    });
  });
});

describe('streams', () => {
  it('are made by promoting to them or by asking for them, and are in the list', async () => {
    const wish = { channel, architectures: ['x86_64'], streams: ['nightly', 'volatile'] };
    await world.channels.ensure(wish);
    await world.channels.ensure(wish);
    const [view] = (await world.browser.channels()).channels;
    expect(view?.streams.map(({ name, packageCount }) => [name, packageCount])).toEqual([
      ['Unstable', 2],
      ['nightly', 0],
      ['volatile', 2],
    ]);
    expect(view?.tags).toEqual([{ name: 'first', history: String(first) }]);
    await published(channel, [smallPackage({ name: 'early' })], 'nightly');
    await world.change({
      kind: 'promote',
      from: { channel, version: 'stream/nightly' },
      to: [{ channel, stream: 'volatile' }],
      sources: ['early'],
    });
    expect(await names({ search: 'early' })).toEqual([['early']]);
    expect(await names({ version: 'stream/nightly' })).toEqual([['early']]);
  });

  it('are what the line of a change set begins from when it is for them', async () => {
    const changeSetId = randomUUID();
    await world.stage(channel, changeSetId, [smallPackage({ name: 'late' })], 'nightly');
    const line = await world.db.client.changeSetLine.findFirstOrThrow({
      where: { changeSetId },
      select: {
        baseVersion: { select: { streams: { select: { name: true } } } },
        headVersion: { select: { packageCount: true } },
      },
    });
    expect(line).toEqual({
      baseVersion: { streams: [{ name: 'nightly' }] },
      headVersion: { packageCount: 2 },
    });
  });
});
