import {
  applyProject,
  listRepositories,
  listTasks,
  refreshRepository,
  type RepositoryView,
} from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { Redis } from 'ioredis';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { recipeText } from '../testing/recipe-source.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.applyProject();
});
afterEach(() => world.settle());
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

const PLACE = { project: 'main', repository: 'recipes' };

async function view(): Promise<RepositoryView> {
  const { repositories } = await world.admin.call(listRepositories);
  const found = repositories.find(({ name }) => name === 'recipes');
  if (found === undefined) throw new Error('no repository');
  return found;
}

/** Asks for a refresh and waits until it is over, whatever came of it. */
async function refreshOnce(): Promise<RepositoryView> {
  const before = (await view()).refreshedAt ?? 0;
  await world.admin.call(refreshRepository, { params: PLACE });
  return world.eventually(async () => {
    const now = await view();
    if ((now.refreshedAt ?? 0) <= before) throw new Error('not refreshed yet');
    return now;
  });
}

async function tasksOf(source: string) {
  return (await world.admin.call(listTasks, { query: { source } })).tasks;
}

it('makes a task for each recipe, each in a change set of its own', async () => {
  const commit = world.recipes.commitRecipes({ name: 'nano', release: 3 }, { name: 'vim' });
  await world.refresh(commit);
  const [nano] = await tasksOf('nano');
  const [vim] = await tasksOf('vim');
  expect(nano).toMatchObject({
    ...PLACE,
    profile: 'default',
    architecture: 'x86_64',
    version: '1.0',
    sourceRelease: 3,
    commit,
    state: 'new',
    blocked: false,
    description: 'Initial build of nano (1.0-3)',
  });
  expect(vim?.changeSetId).not.toBe(nano?.changeSetId);
  expect(await view()).toMatchObject({ commit, error: null, recipeCount: 2, badRecipes: [] });
});

it('makes nothing when it looks again', async () => {
  const commit = world.recipes.commitRecipes({ name: 'once' });
  await world.refresh(commit);
  await refreshOnce();
  await refreshOnce();
  expect(await tasksOf('once')).toHaveLength(1);
});

it('lets a newer release take the place of a waiting task', async () => {
  await world.refresh(world.recipes.commitRecipes({ name: 'wait', release: 1 }));
  await world.refresh(world.recipes.commitRecipes({ name: 'wait', release: 2, version: '1.1' }));
  const tasks = await tasksOf('wait');
  expect(tasks).toMatchObject([
    { state: 'new', sourceRelease: 2 },
    { state: 'superseded', sourceRelease: 1 },
  ]);
});

it('lets a changed recipe take the place of a waiting task of the same release', async () => {
  await world.refresh(world.recipes.commitRecipes({ name: 'same' }));
  await world.refresh(world.recipes.commitRecipes({ name: 'same', summary: 'Better words' }));
  expect((await tasksOf('same')).map(({ state }) => state)).toEqual(['new', 'superseded']);
});

it('C12: reads the good recipes beside bad ones and says what is wrong with those', async () => {
  const commit = world.recipes.commit({
    'good/stone.yaml': recipeText({ name: 'good' }),
    'broken/stone.yaml': 'name: broken\nversion: [\n',
    'empty/stone.yaml': '',
    'binary/stone.yaml': Buffer.from([0xff, 0xfe, 0x00, 0x80]),
    'evil-name/stone.yaml': recipeText({ name: '../../evil' }),
    'evil-option/stone.yaml': recipeText({ name: '--evil' }),
    'huge/stone.yaml': `${recipeText({ name: 'huge' })}# ${'x'.repeat(3_000_000)}\n`,
    'twin/stone.yaml': recipeText({ name: 'good' }),
    'manifest/stone.yaml': recipeText({ name: 'manifest' }),
    'manifest/manifest.x86_64.bin': 'not a manifest',
  });
  await world.refresh(commit);
  expect(await tasksOf('good')).toHaveLength(1);
  const { badRecipes } = await view();
  const codes = Object.fromEntries(badRecipes.map(({ path, code }) => [path, code]));
  expect(Object.keys(codes).sort()).toEqual([
    'binary/stone.yaml',
    'broken/stone.yaml',
    'empty/stone.yaml',
    'evil-name/stone.yaml',
    'evil-option/stone.yaml',
    'huge/stone.yaml',
    'manifest/manifest.x86_64.bin',
    'twin/stone.yaml',
  ]);
  expect(codes['huge/stone.yaml']).toBe('recipe.too-large');
  expect(codes['twin/stone.yaml']).toBe('recipe.name-taken');
  expect(badRecipes.find(({ path }) => path === 'broken/stone.yaml')?.line).toBeGreaterThan(0);
  const gone = [
    'broken',
    'empty',
    'binary',
    'evil-name',
    'evil-option',
    'huge',
    'twin',
    'manifest',
  ];
  world.recipes.commit(Object.fromEntries(gone.map((name) => [name, null])));
});

it('is not harmed by recipes whose text the database cannot hold', async () => {
  const odd = (name: string, summary: string) =>
    recipeText({ name }).replace(/^summary.*$/m, `summary     : "${summary}"`);
  const commit = world.recipes.commit({
    'nul/stone.yaml': odd('nul', 'a\\0b'),
    'half/stone.yaml': odd('half', 'a\\uD800b'),
    'bell/stone.yaml': odd('bell', 'a\\ab\\e[31m'),
    'nul-dep/stone.yaml': recipeText({ name: 'nul-dep', builddeps: ['"a\\0b"'] }),
    'fine/stone.yaml': recipeText({ name: 'fine' }),
  });
  await world.refresh(commit);
  expect(await tasksOf('fine')).toHaveLength(1);
  world.recipes.commit({ nul: null, half: null, bell: null, 'nul-dep': null });
});

it('takes links and submodules in a repository for what they are', async () => {
  symlinkSync('/etc', join(world.recipes.dir, 'etc'));
  symlinkSync('/etc/passwd', join(world.recipes.dir, 'stone.yaml'));
  const commit = world.recipes.commit({ 'real/stone.yaml': recipeText({ name: 'real' }) });
  await world.refresh(commit);
  expect(await tasksOf('real')).toHaveLength(1);
  expect((await view()).badRecipes).toEqual([]);
  world.recipes.commit({ etc: null, 'stone.yaml': null });
});

it('stores a commit only together with its recipes and tasks', async () => {
  const before = world.recipes.commitRecipes({ name: 'anchor' });
  await world.refresh(before);
  await world.db.query(`
    CREATE FUNCTION fail_midway() RETURNS trigger AS $$ BEGIN
      IF NEW.source = 'midway' THEN RAISE EXCEPTION 'power cut'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER fail_midway BEFORE INSERT ON task FOR EACH ROW EXECUTE FUNCTION fail_midway();`);
  const commit = world.recipes.commitRecipes({ name: 'early' }, { name: 'midway' });
  await world.admin.call(refreshRepository, { params: PLACE });
  await world.eventually(() => {
    if (!world.warnings.some((line) => line.includes('power cut')))
      throw new Error('not failed yet');
  });
  expect((await view()).commit).toBe(before);
  expect(await tasksOf('early')).toEqual([]);
  const { rows } = await world.db.query(`SELECT 1 FROM recipe WHERE source IN ('early', 'midway')`);
  expect(rows).toEqual([]);
  await world.db.query('DROP TRIGGER fail_midway ON task');
  await world.refresh(commit);
  expect(await tasksOf('early')).toHaveLength(1);
  expect(await tasksOf('midway')).toHaveLength(1);
});

it('C11: shows why a repository cannot be read, keeps what it knows, and recovers', async () => {
  const commit = world.recipes.commitRecipes({ name: 'kept' });
  await world.refresh(commit);
  world.recipes.git('branch', '--move', 'main', 'hidden');
  const broken = await refreshOnce();
  expect(broken.error?.code).toMatch(/^git\./);
  expect(broken.error?.message).not.toBe('');
  expect(broken).toMatchObject({ commit });
  expect(broken.recipeCount).toBeGreaterThan(0);
  world.recipes.git('branch', '--move', 'hidden', 'main');
  expect((await refreshOnce()).error).toBeNull();
  expect(await tasksOf('kept')).toHaveLength(1);
});

it('follows a branch whose history was written anew', async () => {
  await world.refresh(world.recipes.commitRecipes({ name: 'rewritten', release: 5 }));
  world.recipes.git('reset', '--quiet', '--hard', 'HEAD~1');
  const commit = world.recipes.commitRecipes({ name: 'rewritten', release: 6 });
  await world.refresh(commit);
  expect((await tasksOf('rewritten'))[0]).toMatchObject({ sourceRelease: 6, commit });
});

it('C9: forgets a removed recipe and cancels the task that waits for it', async () => {
  await world.refresh(world.recipes.commitRecipes({ name: 'leaving' }));
  const { recipeCount } = await view();
  await world.refresh(world.recipes.commit({ leaving: null }));
  expect((await view()).recipeCount).toBe(recipeCount - 1);
  expect((await tasksOf('leaving'))[0]?.state).toBe('cancelled');
});

it('answers a refresh of an unknown repository with a code', async () => {
  const params = { project: 'main', repository: 'nowhere' };
  const { status, body } = await world.admin.send(refreshRepository, { params });
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: 'repository.not-found' });
});

it('goes on looking after Redis has lost everything, by command and by itself', async () => {
  const redis = new Redis(world.redis.url);
  await redis.flushall();
  await world.refresh(world.recipes.commitRecipes({ name: 'flushed' }));
  expect(await tasksOf('flushed')).toHaveLength(1);
  await redis.flushall();
  const commit = world.recipes.commitRecipes({ name: 'flushed-again' });
  // Applying makes the repository due; only the timer asks for it.
  await world.admin.call(applyProject, { body: { document: world.projectText() } });
  await world.eventually(async () => expect((await view()).commit).toBe(commit));
  await redis.quit();
});

it('C13: makes a task for each profile, and none supersedes the other', async () => {
  const other = '\n  - { name: other, architecture: x86_64, channel: other }\nrepositories:';
  const document = world.projectText().replace('\nrepositories:', other);
  await world.admin.call(applyProject, { body: { document } });
  await world.refresh(world.recipes.commitRecipes({ name: 'twin' }));
  const tasks = await world.eventually(async () => {
    const found = await tasksOf('twin');
    expect(found).toHaveLength(2);
    return found;
  });
  expect(tasks.map(({ profile }) => profile).sort()).toEqual(['default', 'other']);
  expect(tasks.map(({ state }) => state)).toEqual(['new', 'new']);
});
