import { getOverview, listTasks, readLog, whoAmI } from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_BROWSER, startBrowser } from './actions/browser.js';
import { openGate, reachGate, WAIT_AT_GATE } from './actions/gate.js';
import { hostileFolders, hostileNames } from './actions/hostile-values.js';
import { installProgram, recipeText } from './actions/recipe-text.js';
import { World } from './actions/world.js';
import { packagesIn } from './assertions/published-channel.js';
import { attemptBuilding, taskIn, taskWhere } from './assertions/task-state.js';

const PAGE_TIMEOUT_MS = 30_000;
const HOSTILE_NAMES = 40;
/** Repeats a run; told when it fails. */
const SEED = Number(process.env['CAIRN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const FAILING = ['echo the last words', "sh -c 'exit 7'"];

let world: World;
beforeAll(async () => {
  world = await World.start({ builders: ['one'] });
  await world.push(
    { name: 'anvil', install: [...FAILING, ...installProgram('anvil')] },
    {
      name: 'hammer',
      builddeps: ['binary(anvil)'],
      install: ['anvil', ...installProgram('hammer')],
    },
    { name: 'nail', builddeps: ['binary(hammer)'] },
  );
});
afterAll(() => world.stop());

describe('a recipe that fails', () => {
  it('tells step, command, exit code and the last lines', async () => {
    const task = await taskIn(world.hub, 'anvil', 'failed');
    const [attempt] = task.attempts;
    expect(task.attempts).toHaveLength(1);
    expect(attempt!.state).toBe('failed');
    expect(attempt!.failure).toMatchObject({ class: 'recipe', step: 'install', exitCode: 7 });
    expect(attempt!.failure!.command).toContain("sh -c 'exit 7'");
    expect(attempt!.failure!.excerpt).toContain('the last words');
    expect(attempt!.failure!.recipeLine).toBe(
      recipeText({ name: 'anvil', install: FAILING })
        .split('\n')
        .findIndex((line) => line.includes('exit 7')) + 1,
    );
  });

  it('keeps its whole log', async () => {
    const { attempts } = await taskIn(world.hub, 'anvil', 'failed');
    const request = { params: { attemptId: attempts[0]!.id } };
    const answer = await eventually(async () => {
      const log = await world.hub.send(readLog, request);
      expect(log.headers.get('Cairn-Log-State')).toBe('complete');
      return log;
    });
    const text = await answer.text();
    expect(text).toContain('Building anvil 1.0-1');
    expect(text).toContain('the last words');
  });

  it('lets its dependants say why they wait', async () => {
    const anvil = await taskIn(world.hub, 'anvil', 'failed');
    const hammer = await taskWhere(world.hub, 'hammer', (task) => task.blocked);
    expect(hammer.state).toBe('new');
    expect(hammer.reason.sentence).toContain('anvil');
    expect(hammer.reason.tasks).toContainEqual({ taskId: anvil.id, source: 'anvil' });
    const nail = await taskWhere(world.hub, 'nail', (task) => task.blocked);
    expect(nail.reason.sentence).toMatch(/anvil|hammer/);
  });
});

describe.skipIf(!HAS_BROWSER)('on the page', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    page = await browser.newPage({ baseURL: world.stack.summitUrl });
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  });
  afterAll(() => browser.close());

  it('shows step, command, exit code and the last lines', async () => {
    const { id } = await taskIn(world.hub, 'anvil', 'failed');
    await page.goto(`/tasks/${id}`);
    const failure = page.locator('.failure').first();
    await failure.waitFor();
    const text = (await failure.textContent()) ?? '';
    for (const part of ['install', "sh -c 'exit 7'", 'exit code 7', 'the last words'])
      expect(text).toContain(part);
    const { recipeLine } = (await taskIn(world.hub, 'anvil', 'failed')).attempts[0]!.failure!;
    expect(text).toContain(`line ${recipeLine} of stone.yaml`);
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
  });

  it('shows on the page of a dependant what it waits for', async () => {
    const { id } = await taskWhere(world.hub, 'hammer', (task) => task.blocked);
    await page.goto(`/tasks/${id}`);
    const lead = page.locator('.lead');
    await lead.getByRole('link', { name: 'anvil' }).waitFor();
  });

  it('lets one log in with a code and retry', async () => {
    await page.goto('/login');
    const code = await world.stack.loginCode('ada', 'packager');
    await page.getByLabel('One-time code').fill(code);
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByText('ada').first().waitFor();
    const { id } = await taskIn(world.hub, 'anvil', 'failed');
    await page.goto(`/tasks/${id}`);
    await page.getByRole('button', { name: 'Retry' }).click();
    await taskWhere(world.hub, 'anvil', (task) => task.attemptCount === 2);
    await taskIn(world.hub, 'anvil', 'failed');
    await page.getByRole('heading', { name: 'Attempts 2' }).waitFor();
  });

  it('asks who is not logged in to log in, whatever the page', async () => {
    const stranger = await browser.newPage({ baseURL: world.stack.summitUrl });
    const me = await stranger.request.get(whoAmI.path);
    expect(await me.json()).toMatchObject({ account: null });
    const { id } = await taskIn(world.hub, 'anvil', 'failed');
    const answer = await stranger.request.post(`/api/v1/tasks/${id}/retry`);
    expect(answer.status()).toBe(401);
    await stranger.close();
  });

  it('shows a log while it grows, to its end', async () => {
    await world.push({ name: 'kettle', install: [...WAIT_AT_GATE, 'echo it whistles'] });
    const { id, builder, taskId } = await attemptBuilding(world.hub, 'kettle');
    await reachGate(world, { builder, attemptId: id });
    await page.goto(`/tasks/${taskId}`);
    const log = page.locator('.log-box');
    await log.getByText('waiting at the gate', { exact: true }).waitFor();
    expect(await log.textContent()).not.toContain('it whistles');
    await openGate(world, { builder, attemptId: id });
    await log.getByText('it whistles', { exact: true }).waitFor();
    await page.getByText('Complete', { exact: true }).waitFor();
  });
});

it('isolates a malformed recipe', async () => {
  world.recipes.commit({
    'rust/stone.yaml': 'name: rust\nrelease: [1\n  - "\n',
    'tongs/stone.yaml': recipeText({ name: 'tongs' }),
  });
  await world.refresh();
  await taskIn(world.hub, 'tongs', 'completed');
  const { repositories } = await world.hub.call(getOverview);
  expect(repositories[0]!.error).toBeNull();
  const [bad] = repositories[0]!.badRecipes;
  expect(repositories[0]!.badRecipes).toHaveLength(1);
  expect(bad).toMatchObject({ path: 'rust/stone.yaml' });
  expect(bad!.code).toMatch(/^recipe\./);
});

it('makes nothing of hostile names of recipes and folders', async () => {
  const marker = join(world.dir, 'marker');
  const names = fc.sample(hostileNames(marker), { numRuns: HOSTILE_NAMES, seed: SEED });
  const bad = names.map((name, number) => [
    `hostile-${number}/stone.yaml`,
    recipeText({ name: JSON.stringify(name) }),
  ]);
  const folders = hostileFolders(marker);
  const odd = folders.map((folder, number) => [
    `${folder}/stone.yaml`,
    recipeText({ name: `odd-${number}` }),
  ]);
  world.recipes.commit(Object.fromEntries([...bad, ...odd]) as Record<string, string>);
  await world.refresh();
  await eventually(async () => {
    const { repositories } = await world.hub.call(getOverview);
    const paths = repositories[0]!.badRecipes.map(({ path }) => path);
    for (const [path] of bad) expect(paths, `seed ${SEED}`).toContain(path);
  });
  const { tasks } = await world.hub.call(listTasks, { query: { limit: 500 } });
  expect(tasks.filter(({ source }) => names.includes(source))).toEqual([]);
  // Those in odd folders are built or fail like any other, and nothing else comes of them.
  for (const number of folders.keys())
    await taskWhere(world.hub, `odd-${number}`, ({ state }) =>
      ['completed', 'failed'].includes(state),
    );
  expect(existsSync(marker)).toBe(false);
});

it('unblocks the dependants by the fix', async () => {
  const failed = await taskIn(world.hub, 'anvil', 'failed');
  await world.push({ name: 'anvil', install: installProgram('anvil') });
  const anvil = await taskIn(world.hub, 'anvil', 'completed', { after: failed.id });
  const nail = await taskIn(world.hub, 'nail', 'completed');
  const hammer = await taskIn(world.hub, 'hammer', 'completed');
  expect(hammer.dispatchedAt).toBeGreaterThanOrEqual(anvil.endedAt!);
  expect(nail.dispatchedAt).toBeGreaterThanOrEqual(hammer.endedAt!);
  const { buildRelease } = anvil.attempts[0]!;
  expect((await packagesIn(world)).get('anvil')!.release).toBe(`1.0-1-${buildRelease}`);
});
