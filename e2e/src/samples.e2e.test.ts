import { listPackages } from '@cairn/contracts';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LOOKASIDE, REAL_RECIPES, recipesWithUpstreams } from './actions/upstreams.js';
import { World, CHANNEL } from './actions/world.js';
import { download, histories, packagesIn } from './assertions/published-channel.js';
import { taskIn } from './assertions/task-state.js';

const SAMPLES = resolve(import.meta.dirname, '../../samples/recipes');
const SOURCES = ['greet-data', 'libgreet', 'greeter', 'greet-party'];

const FULL = process.env['CAIRN_FULL'] === '1';
// One shows the way; the others take minutes on a small machine.
const REAL = recipesWithUpstreams(
  FULL ? ['l/libdaemon', 'l/lzo', 'd/dosfstools'] : ['l/libdaemon'],
);
const REAL_TIMEOUT_MS = 280_000 * (FULL ? 5 : 1);

let world: World;
beforeAll(async () => {
  world = await World.start({
    builders: ['one'],
    environment: { avalanche: { AVALANCHE_LOOKASIDE: LOOKASIDE } },
  });
  world.recipes.commitCopy(SAMPLES, '.');
  await world.refresh();
});
afterAll(() => world.stop());

it.each(SOURCES)('makes %s installable', async (source) => {
  const task = await taskIn(world.hub, source, 'completed');
  const found = (await packagesIn(world)).get(source);
  expect(found).toMatchObject({ source, release: `${task.version}-1-1` });
  expect((await download(found!)).byteLength).toBeGreaterThan(0);
});

it('builds the program after its library and against it', async () => {
  const library = await taskIn(world.hub, 'libgreet', 'completed');
  const program = await taskIn(world.hub, 'greeter', 'completed');
  expect(program.attempts[0]!.dispatchedAt).toBeGreaterThanOrEqual(library.endedAt!);
  expect((await packagesIn(world)).get('greeter')!.depends).toContain(
    'soname(libgreet.so.1(x86_64))',
  );
});

it('pins each build to an immutable version', async () => {
  const { all } = await histories(world);
  const program = await taskIn(world.hub, 'greeter', 'completed');
  const { pinnedHistory } = program.attempts[0]!;
  expect(all).toContain(pinnedHistory);
  expect((await packagesIn(world, pinnedHistory!)).has('libgreet-devel')).toBe(true);
});

it('publishes a new release and keeps the old one in its history', async () => {
  const before = await histories(world);
  const old = (await packagesIn(world)).get('greet-data')!;
  const file = 'g/greet-data/stone.yaml';
  const text = readFileSync(join(SAMPLES, file), 'utf8').replace('release: 1', 'release: 2');
  world.recipes.commit({ [file]: text });
  await world.refresh();
  await taskIn(world.hub, 'greet-data', 'completed', { release: 2 });

  const after = await histories(world);
  expect(after.current).not.toBe(before.current);
  expect(after.all).toContain(before.current);
  expect((await packagesIn(world)).get('greet-data')).toMatchObject({ release: '2026.11-2-1' });
  const kept = (await packagesIn(world, before.current)).get('greet-data')!;
  expect(kept).toEqual(old);
  expect((await download(kept)).byteLength).toBeGreaterThan(0);
});

it('lists the packages in the API as clients find them', async () => {
  const page = await world.hub.call(listPackages, { params: { channel: CHANNEL } });
  const found = await packagesIn(world);
  expect(page.packages.map((item) => [item.name, item.sha256]).sort()).toEqual(
    [...found.values()].map((item) => [item.name, item.sha256]).sort(),
  );
});

it.skipIf(REAL.length === 0)('builds real recipes unmodified', async () => {
  world.recipes.commitCopy(REAL_RECIPES, ...REAL);
  await world.refresh();
  for (const recipe of REAL) {
    const source = recipe.slice(recipe.indexOf('/') + 1);
    await taskIn(world.hub, source, 'completed', { timeoutMs: REAL_TIMEOUT_MS });
    const names = [...(await packagesIn(world)).values()]
      .filter((item) => item.source === source)
      .map((item) => item.name)
      // Not in a manifest: what helps debugging depends on the toolchain.
      .filter((name) => !name.endsWith('-dbginfo'));
    expect(names.sort()).toEqual(packagesOfManifest(recipe));
  }
});

/** What the distribution's own build of it produced. */
function packagesOfManifest(recipe: string): readonly string[] {
  const text = readFileSync(join(REAL_RECIPES, recipe, 'manifest.x86_64.jsonc'), 'utf8');
  const manifest = JSON.parse(text.replace(/^\/\*\*.*\n/, '')) as { packages: object };
  return Object.keys(manifest.packages).sort();
}
