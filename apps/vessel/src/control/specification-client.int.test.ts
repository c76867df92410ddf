// Everything that is published, read by a client that was written from the specification of the format alone.
import { DAY_MS, HOUR_MS, type Instant } from '@cairn/std';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listSeeds } from '../seed/seed-source.js';
import {
  openRepository,
  servePublicly,
  type RepositoryWorld,
} from './repository-world.conformance.js';
import { closureOf, SpecificationClient, type Root } from './specification-client.conformance.js';
import type { Description } from './specification-stone.conformance.js';
import { buildPackage } from './vessel-world.conformance.js';

const SAMPLES = resolve(import.meta.dirname, '../../../../../shared/data/stones/samples');
const isThere = existsSync(SAMPLES);
if (!isThere) console.log('specification-client.int.test.ts: shared/data is absent, skipped');

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const clock = new ManualClock(Date.now() as Instant);
let world: RepositoryWorld;
let server: Awaited<ReturnType<typeof servePublicly>>;
let client: SpecificationClient;

beforeAll(async () => {
  world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  server = await servePublicly(world.publicDir, world.shelf);
  client = new SpecificationClient(`${server.url}/main`);
});
afterAll(async () => {
  await server.close();
  await world.close();
  folder.remove();
});

async function seed(...stones: readonly string[]): Promise<void> {
  const dir = join(folder.dir, `seed-${crypto.randomUUID()}`);
  mkdirSync(dir);
  for (const [at, stone] of stones.entries()) copyFileSync(stone, join(dir, `${at}.stone`));
  clock.advance(HOUR_MS);
  const report = await world.seeding.seed({
    ...{ files: await listSeeds(dir), channel: 'main', stream: 'volatile' },
    ...{ isDryRun: false, onProgress: () => undefined },
  });
  expect(report).toMatchObject({ accepted: stones.length, refused: [] });
}

const sample = (name: string) => join(SAMPLES, `${name}-x86_64.stone`);

/** One package for all that the samples need from elsewhere. */
async function buildSupplies(packages: readonly Description[]): Promise<string> {
  const provided = new Set(packages.flatMap(({ provides }) => provides));
  const missing = packages.flatMap(({ depends }) => depends).filter((each) => !provided.has(each));
  const provides = [...new Set(missing)].map((text) => {
    const [, kind, name = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
    return { kind: kind as 'soname', name };
  });
  const { bytes } = await buildPackage(folder.dir, { name: 'libsupplies', provides });
  const path = join(folder.dir, 'libsupplies.stone');
  writeFileSync(path, bytes);
  return path;
}

/** Fetches and verifies every package of every version; what each version holds. */
async function readAll(root: Root): Promise<ReadonlyMap<string, readonly string[]>> {
  const contents = new Map<string, readonly string[]>();
  for (const history of Object.keys(root.history)) {
    const packages = await client.packages(history, 'x86_64');
    for (const item of packages) await client.verify(history, item);
    contents.set(
      history,
      packages.map(({ name, release }) => `${name} ${release}`),
    );
  }
  return contents;
}

const stream = (root: Root, name = 'volatile') => root.streams[name]?.history ?? '';

/** The keys of a member of the root index, in the order of the text. */
function keysOf(text: string, member: string): readonly string[] {
  const [, body = ''] = new RegExp(`^  "${member}": \\{(.*?)^  \\}`, 'ms').exec(text) ?? [];
  return [...body.matchAll(/^ {4}"([^"]+)"/gm)].map(([, key = '']) => key);
}

it.skipIf(!isThere)(
  'resolves, fetches and verifies every package of every version, whatever was done to the channel',
  async () => {
    await seed(...['italian-pizza-1-1-1', 'nano-8.2-29-1', 'pineapple-1-1-1'].map(sample));
    const first = await client.root();
    const bare = await client.packages(stream(first), 'x86_64');
    expect(() => closureOf(bare, 'nano')).toThrow('Nothing provides');
    await seed(await buildSupplies(bare));
    await world.change({ kind: 'tag', channel: 'main', tag: 'old', version: 'stream/volatile' });
    await seed(
      ...['bash-completion-2.11-1-1', 'nano-8.3-33-1', 'nano-dbginfo-8.3-33-1'].map(sample),
    );
    const from = { channel: 'main', version: 'stream/volatile' };
    const to = [{ channel: 'main', stream: 'unstable' }];
    await world.change({ kind: 'promote', from, to });
    const seeded = await client.root();
    const full = [
      ...['bash-completion 1', 'italian-pizza 1', 'libsupplies 1'],
      ...['nano 33', 'nano-dbginfo 33', 'pineapple 1'],
    ];
    const contents = await readAll(seeded);
    expect(contents.get(stream(seeded))).toEqual(full);
    expect(contents.get(client.resolve(seeded, 'tag/old'))).toContain('nano 29');
    expect(stream(seeded, 'unstable')).toBe(stream(seeded));
    const all = await client.packages(stream(seeded), 'x86_64');
    expect([...closureOf(all, 'nano')].sort()).toEqual(['libsupplies', 'nano']);
    const nano = all.find(({ name }) => name === 'nano')!;
    expect(await client.verify(stream(seeded), nano)).toContain('bin/nano');

    const target = { channel: 'main', stream: 'volatile' };
    await world.change({ kind: 'remove', ...target, packages: [{ name: 'pineapple' }] });
    await world.change({ kind: 'yank', ...target, packages: [{ name: 'nano' }] });
    const yanked = await client.root();
    expect((await readAll(yanked)).get(stream(yanked))).toEqual([
      ...['bash-completion 1', 'italian-pizza 1', 'libsupplies 1', 'nano 29', 'nano-dbginfo 33'],
    ]);
    // Also the stream that only shared the version is free of what was withdrawn.
    const unstable = await client.packages(stream(yanked, 'unstable'), 'x86_64');
    expect(unstable.find(({ name }) => name === 'nano')?.release).toBe(29);
    clock.advance(HOUR_MS);
    await world.change({ kind: 'roll-back', ...target, to: 'tag/old' });
    const rolledBack = await client.root();
    expect(stream(rolledBack)).toBe(client.resolve(rolledBack, 'tag/old'));
    expect((await readAll(rolledBack)).get(stream(rolledBack))).toContain('nano 29');

    clock.advance(40 * DAY_MS);
    await world.hearAll();
    for (let round = 0; round < 2; round += 1) {
      await world.pruning.prune({ isDryRun: false });
      clock.advance(3 * DAY_MS);
    }
    const pruned = await client.root();
    expect(Object.keys(pruned.history).sort()).toEqual(
      [...new Set([stream(pruned), stream(pruned, 'unstable')])].sort(),
    );
    await readAll(pruned);
    expect(closureOf(await client.packages(stream(pruned), 'x86_64'), 'nano').size).toBe(2);
    await expect(client.packages(stream(seeded), 'x86_64')).rejects.toThrow('answered 404');
    expect(() => client.resolve(pruned, `history/${stream(seeded)}`)).toThrow('No such version');
  },
);

it.skipIf(!isThere)('writes the root index as the format wants it', async () => {
  const { text } = await client.root();
  expect(text.endsWith('\n')).toBe(false);
  expect([...text.matchAll(/^ {2}"([a-z]+)"/gm)].map(([, key]) => key)).toEqual([
    ...['formats', 'streams', 'tags', 'history'],
  ]);
  // JavaScript would print the same lines, but numbers in rising order.
  const linesOf = (json: string) => json.replaceAll(',\n', '\n').split('\n').sort();
  expect(linesOf(text)).toEqual(linesOf(JSON.stringify(JSON.parse(text), null, 2)));
  // Most recently updated first.
  const histories = keysOf(text, 'history');
  expect(histories.length).toBeGreaterThan(1);
  expect(histories).toEqual([...histories].sort((a, b) => Number(b) - Number(a)));
  expect(keysOf(text, 'streams')).toEqual(['volatile', 'unstable']);
  const twin = await client.get('moss-root-index.json.zst');
  expect(zstdDecompressSync(twin).toString()).toBe(text);
});
