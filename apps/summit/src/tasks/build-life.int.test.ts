import { changeSetPublish, getOverview, getTask, importStart, retryTask } from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { collectableOf } from '../testing/simulated-builder.conformance.js';
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

it('takes a recipe from its commit to completion', async () => {
  const attic = await world.builder('attic');
  const commit = world.recipes.commitRecipes({ name: 'nano' });
  await world.refresh(commit);
  const order = await attic.order('nano');
  expect(order).toMatchObject({
    source: 'nano',
    version: '1.0',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    pinnedHistory: 'h0',
    repository: { commit, recipePath: 'nano/stone.yaml', branch: 'main' },
  });
  expect(order.remotes.map(({ indexUrl }) => indexUrl)).toEqual([
    `${world.vessel.url}main/history/h0/x86_64/stone.index`,
  ]);
  expect(order.sourceDateEpoch).toBe(Number(world.recipes.git('log', '-1', '--format=%ct')));
  expect(await world.detail('nano')).toMatchObject({ state: 'building', builder: 'attic' });
  expect(await attic.succeed(order)).toEqual({ outcome: 'taken' });
  const done = await world.taskBecomes('nano', { state: 'completed' });
  expect(done).toMatchObject({ publishedHistory: 'h1', attemptCount: 1, builder: 'attic' });
  expect(done.attempts).toMatchObject([
    { state: 'accepted', fence: order.fence, pinnedHistory: 'h0', buildRelease: 1 },
  ]);
  expect(world.vessel.imports).toMatchObject([
    {
      importId: order.attemptId,
      changeSetId: done.changeSetId,
      channel: 'main',
      builderId: 'attic',
      expected: { source: 'nano', version: '1.0', sourceRelease: 1, buildRelease: 1 },
      collectables: [collectableOf(order)],
    },
  ]);
});

it('shows the way through reserved, staged and published, one step after the other', async () => {
  const attic = await world.builder('attic-steps');
  world.vessel.outcomeOf = () => null;
  world.vessel.publicationOf = () => null;
  await world.refresh(world.recipes.commitRecipes({ name: 'steps' }));
  const order = await attic.order('steps');
  await attic.succeed(order);
  const reserved = await world.taskBecomes('steps', { state: 'publishing' });
  expect(reserved.attempts).toMatchObject([{ state: 'reserved' }]);
  await world.eventually(() => expect(world.vessel.imports.at(-1)?.importId).toBe(order.attemptId));
  const importOrder = world.vessel.imports.at(-1)!;
  await world.vessel.tell(order.attemptId, world.vessel.stage(importOrder));
  const staged = await world.detail('steps');
  expect(staged.attempts).toMatchObject([{ state: 'accepted' }]);
  expect(staged).toMatchObject({ state: 'publishing', publishedHistory: null });
  await world.eventually(() =>
    expect(world.vessel.publications.at(-1)?.changeSetId).toBe(staged.changeSetId),
  );
  const request = world.vessel.publications.at(-1)!;
  await world.vessel.tellPublished(staged.changeSetId, world.vessel.publish(request));
  await world.taskBecomes('steps', { state: 'completed' });
  world.vessel.outcomeOf = (each) => world.vessel.stage(each);
  world.vessel.publicationOf = (each) => world.vessel.publish(each);
});

it('lets dependants wait, and gives them what was published just before', async () => {
  const attic = await world.builder('attic-deps', { slots: 2 });
  await world.refresh(
    world.recipes.commitRecipes({ name: 'libgreet' }, { name: 'greeter', builddeps: ['libgreet'] }),
  );
  const order = await attic.order('libgreet');
  const waiting = await world.detail('greeter');
  expect(waiting).toMatchObject({ state: 'new', blocked: false });
  expect(waiting.reason.code).toBe('waits-for-dependency');
  expect(waiting.reason.sentence).toContain('libgreet');
  expect(waiting.dependencies).toMatchObject([{ source: 'libgreet', state: 'building' }]);
  const library = await world.detail('libgreet');
  expect(library.dependants).toMatchObject([{ source: 'greeter' }]);
  expect(attic.orders.map(({ source }) => source)).toEqual(['libgreet']);
  await attic.succeed(order);
  const dependant = await attic.order('greeter');
  const { publishedHistory } = await world.detail('libgreet');
  expect(dependant.pinnedHistory).toBe(publishedHistory);
  await attic.succeed(dependant);
  await world.taskBecomes('greeter', { state: 'completed' });
});

it('says why dependants of a failure wait, and frees them by the fix', async () => {
  const attic = await world.builder('attic-fail', { slots: 2 });
  await world.refresh(
    world.recipes.commitRecipes(
      { name: 'libbad' },
      { name: 'uses-bad', builddeps: ['libbad'] },
      { name: 'uses-user', builddeps: ['uses-bad'] },
    ),
  );
  const order = await attic.order('libbad');
  expect(await attic.fail(order)).toEqual({ outcome: 'taken' });
  const failed = await world.taskBecomes('libbad', { state: 'failed' });
  expect(failed.reason).toMatchObject({ code: 'build.command-failed' });
  expect(failed.attempts[0]?.failure).toMatchObject({
    step: 'build',
    command: 'make',
    exitCode: 2,
    class: 'recipe',
    excerpt: 'undefined reference to `main`',
  });
  const blocked = await world.taskBecomes('uses-bad', { blocked: true });
  expect(blocked.reason).toMatchObject({
    code: 'blocked-by-failure',
    tasks: [{ source: 'libbad' }],
  });
  const further = await world.detail('uses-user');
  expect(further).toMatchObject({ blocked: true, state: 'new' });
  expect(further.reason.sentence).toContain('libbad');
  const { rows } = await world.db.query(`SELECT state FROM task WHERE source = 'uses-bad'`);
  expect(rows).toEqual([{ state: 'new' }]);
  await world.refresh(world.recipes.commitRecipes({ name: 'libbad', release: 2 }));
  const waiting = await world.taskBecomes('uses-bad', { blocked: false });
  expect(waiting.reason.code).toBe('waits-for-dependency');
  const fixed = await attic.order('libbad', 2);
  expect(fixed).toMatchObject({ sourceRelease: 2, buildRelease: 1 });
  await attic.succeed(fixed);
  await attic.succeed(await attic.order('uses-bad'));
  await attic.succeed(await attic.order('uses-user'));
  await world.taskBecomes('uses-user', { state: 'completed' });
});

it('builds a failed task again when somebody asks, under a higher fence and build release', async () => {
  const attic = await world.builder('attic-retry');
  await world.refresh(world.recipes.commitRecipes({ name: 'again' }));
  const first = await attic.order('again');
  await attic.fail(first);
  const { id: taskId } = await world.taskBecomes('again', { state: 'failed' });
  await world.admin.call(retryTask, { params: { taskId } });
  const second = await attic.order('again', 2);
  expect(second.fence).toBeGreaterThan(first.fence);
  expect(second.buildRelease).toBe(first.buildRelease + 1);
  await attic.succeed(second);
  const done = await world.taskBecomes('again', { state: 'completed' });
  expect(done.attempts.map(({ state }) => state)).toEqual(['failed', 'accepted']);
  const refused = await world.admin.send(retryTask, { params: { taskId } });
  expect(refused).toMatchObject({ status: 409, body: { code: 'task.illegal-transition' } });
});

it('lets a newer release that came during the build be built after it', async () => {
  const attic = await world.builder('attic-newer');
  await world.refresh(world.recipes.commitRecipes({ name: 'moving' }));
  const first = await attic.order('moving');
  await world.refresh(world.recipes.commitRecipes({ name: 'moving', release: 2 }));
  expect(await world.task('moving')).toMatchObject({ sourceRelease: 2, state: 'new' });
  await attic.succeed(first);
  const second = await attic.order('moving', 2);
  expect(second.sourceRelease).toBe(2);
  await attic.succeed(second);
  await world.taskBecomes('moving', { state: 'completed', sourceRelease: 2 });
});

it('fails a task whose change set is refused, with the reason', async () => {
  const attic = await world.builder('attic-refused');
  world.vessel.publicationOf = () => ({
    kind: 'refused',
    code: 'import.release-older',
    message: 'The channel has a newer release.',
  });
  await world.refresh(world.recipes.commitRecipes({ name: 'older' }));
  await attic.succeed(await attic.order('older'));
  const failed = await world.taskBecomes('older', { state: 'failed' });
  expect(failed.reason).toEqual({
    code: 'import.release-older',
    sentence: 'The channel has a newer release.',
    tasks: [],
  });
  expect(failed.attempts).toMatchObject([{ state: 'void' }]);
  world.vessel.publicationOf = (each) => world.vessel.publish(each);
});

it('offers a task again when its artefacts are refused, until the cap', async () => {
  const attic = await world.builder('attic-void');
  world.vessel.outcomeOf = () => ({
    kind: 'refused',
    code: 'artefacts.hash-mismatch',
    message: 'A byte is flipped.',
  });
  await world.refresh(world.recipes.commitRecipes({ name: 'flipped' }));
  for (const count of [1, 2, 3]) await attic.succeed(await attic.order('flipped', count));
  const failed = await world.taskBecomes('flipped', { state: 'failed' });
  expect(failed.attempts.map(({ state }) => state)).toEqual(['void', 'void', 'void']);
  expect(failed.reason.code).toBe('artefacts.hash-mismatch');
  const fences = failed.attempts.map(({ fence }) => fence);
  expect(fences).toEqual([...fences].sort((a, b) => a - b));
  expect(world.vessel.publications.map(({ changeSetId }) => changeSetId)).not.toContain(
    failed.changeSetId,
  );
  world.vessel.outcomeOf = (each) => world.vessel.stage(each);
});

it('offers a task again when vessel will not begin its import, and fails one that it will not publish', async () => {
  const attic = await world.builder('attic-unwanted');
  world.vessel.refusals.set(importStart.subject, { status: 409, code: 'import.release-older' });
  await world.refresh(world.recipes.commitRecipes({ name: 'not-begun' }));
  await attic.succeed(await attic.order('not-begun'));
  const order = await attic.order('not-begun', 2);
  const { attempts } = await world.detail('not-begun');
  expect(attempts[0]).toMatchObject({ state: 'void', failure: { code: 'import.release-older' } });
  world.vessel.refusals.clear();
  world.vessel.refusals.set(changeSetPublish.subject, { status: 404, code: 'channel.not-found' });
  await attic.succeed(order);
  const failed = await world.taskBecomes('not-begun', { state: 'failed' });
  expect(failed.reason.code).toBe('channel.not-found');
  world.vessel.refusals.clear();
});

it('waits for a vessel that is busy', async () => {
  const attic = await world.builder('attic-busy-vessel');
  world.vessel.refusals.set(importStart.subject, { status: 503, code: 'database.unavailable' });
  await world.refresh(world.recipes.commitRecipes({ name: 'waits' }));
  const order = await attic.order('waits');
  await attic.succeed(order);
  await world.eventually(async () => {
    const { rows } = await world.db.query(
      `SELECT 1 FROM outbox_message WHERE tries > 1 AND last_error LIKE 'database.unavailable%'`,
    );
    expect(rows).toHaveLength(1);
  });
  expect(await world.detail('waits')).toMatchObject({ state: 'publishing', attemptCount: 1 });
  world.vessel.refusals.clear();
  await world.taskBecomes('waits', { state: 'completed', attemptCount: 1 });
});

it('learns from a build what the next recipes depend on', async () => {
  const attic = await world.builder('attic-learn');
  world.vessel.facts.set('libsong', {
    provides: ['pkgconfig(song)', 'soname(libsong.so.1(x86_64))'],
  });
  await world.refresh(world.recipes.commitRecipes({ name: 'libsong' }));
  await attic.succeed(await attic.order('libsong'));
  await world.taskBecomes('libsong', { state: 'completed' });
  await world.refresh(
    world.recipes.commitRecipes(
      { name: 'libsong', release: 2 },
      { name: 'choir', builddeps: ['pkgconfig(song)'] },
    ),
  );
  const choir = await world.detail('choir');
  expect(choir.reason.code).toBe('waits-for-dependency');
  expect(choir.dependencies).toMatchObject([{ source: 'libsong' }]);
});

it('shows in one answer what is building, what waits and who builds', async () => {
  const attic = await world.builder('attic-view');
  await world.refresh(world.recipes.commitRecipes({ name: 'seen' }, { name: 'unseen' }));
  await world.eventually(() => expect(attic.orders).toHaveLength(1));
  const overview = await world.summit.api.call(getOverview);
  expect(overview.building).toHaveLength(1);
  expect(overview.queue).toHaveLength(1);
  expect(overview.counts).toMatchObject({ building: 1, new: 1 });
  const me = overview.builders.find(({ id }) => id === 'attic-view');
  expect(me).toMatchObject({
    state: 'building',
    slots: 1,
    attempts: [{ source: overview.building[0]?.source }],
  });
  expect(overview.repositoryUrl).toBe(world.vessel.url);
  expect(overview.events.length).toBeGreaterThan(3);
});

it('answers for tasks that are not there', async () => {
  const { status, body } = await world.admin.send(getTask, { params: { taskId: 999_999 } });
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: 'task.not-found' });
});
