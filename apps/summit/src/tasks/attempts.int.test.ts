import { cancelTask } from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectableOf, reportOf } from '../testing/simulated-builder.conformance.js';
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

const TAKEN = { outcome: 'taken' };
const STALE = { outcome: 'refused', code: 'attempt.fence-stale' };

/** A task whose first attempt was given up for lost, and its second one, on another builder. */
async function lostAndOfferedAgain(source: string) {
  const first = await world.builder(`first-${source}`);
  await world.refresh(world.recipes.commitRecipes({ name: source }));
  const lost = await first.order(source);
  await first.beat([reportOf(lost)], 'draining');
  await world.expireLease(lost.attemptId);
  await attemptBecomes(source, 0, 'lost');
  const second = await world.builder(`second-${source}`);
  const running = await second.order(source);
  return { first, lost, second, running };
}

function attemptBecomes(source: string, position: number, state: string) {
  return world.eventually(async () => {
    const detail = await world.detail(source);
    expect(detail.attempts[position]?.state).toBe(state);
    return detail;
  });
}

function importsOf(changeSetId: string) {
  return world.vessel.imports.filter((each) => each.changeSetId === changeSetId);
}

describe('a result that comes late', () => {
  it('is welcome until another is reserved; the other build is called off', async () => {
    const { first, lost, second, running } = await lostAndOfferedAgain('late-welcome');
    expect(running.fence).toBeGreaterThan(lost.fence);
    expect(running.buildRelease).toBeGreaterThan(lost.buildRelease);
    expect(await first.succeed(lost)).toEqual(TAKEN);
    await world.eventually(() =>
      expect(second.cancels).toEqual([{ attemptId: running.attemptId, fence: running.fence }]),
    );
    expect(await second.succeed(running)).toEqual(STALE);
    const done = await world.taskBecomes('late-welcome', { state: 'completed' });
    expect(done.attempts.map(({ state }) => state)).toEqual(['accepted', 'cancelled']);
    expect(importsOf(done.changeSetId).map(({ importId }) => importId)).toEqual([lost.attemptId]);
  });

  it('is refused once another was taken, and nothing of it is published', async () => {
    const { first, lost, second, running } = await lostAndOfferedAgain('late-refused');
    expect(await second.succeed(running)).toEqual(TAKEN);
    expect(await first.succeed(lost)).toEqual(STALE);
    const done = await world.taskBecomes('late-refused', { state: 'completed' });
    expect(await first.succeed(lost)).toEqual(STALE);
    expect(importsOf(done.changeSetId).map(({ importId }) => importId)).toEqual([
      running.attemptId,
    ]);
    expect(await first.beat([reportOf(lost, 'reporting')], 'draining')).toEqual([
      { attemptId: lost.attemptId, verdict: 'stop', reason: 'attempt.fence-stale' },
    ]);
  });

  it('loses a race against the other, or wins it, but never both', async () => {
    for (const round of [1, 2, 3]) {
      const source = `race-${round}`;
      const { first, lost, second, running } = await lostAndOfferedAgain(source);
      const answers = await Promise.all([first.succeed(lost), second.succeed(running)]);
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['refused', 'taken']);
      const done = await world.taskBecomes(source, { state: 'completed' });
      expect(importsOf(done.changeSetId)).toHaveLength(1);
      expect(done.attempts.filter(({ state }) => state === 'accepted')).toHaveLength(1);
      await second.beat([], 'draining');
    }
  });

  it('of failure changes nothing for the attempt that runs', async () => {
    const { first, lost, second, running } = await lostAndOfferedAgain('late-failure');
    expect(await first.fail(lost)).toEqual(TAKEN);
    expect(await world.detail('late-failure')).toMatchObject({ state: 'building' });
    expect(await second.succeed(running)).toEqual(TAKEN);
    await world.taskBecomes('late-failure', { state: 'completed' });
  });

  it('is taken again when the answer was lost, with one import', async () => {
    const attic = await world.builder('attic-repeat');
    await world.refresh(world.recipes.commitRecipes({ name: 'repeated' }));
    const order = await attic.order('repeated');
    const answers = await Promise.all([1, 2, 3].map(() => attic.succeed(order)));
    expect(answers).toEqual([TAKEN, TAKEN, TAKEN]);
    const done = await world.taskBecomes('repeated', { state: 'completed' });
    expect(await attic.succeed(order)).toEqual(TAKEN);
    expect(importsOf(done.changeSetId)).toHaveLength(1);
  });
});

describe('a lease', () => {
  it('C50: runs on with every heartbeat that names the build', async () => {
    const attic = await world.builder('attic-lease');
    await world.refresh(world.recipes.commitRecipes({ name: 'leased' }));
    const order = await attic.order('leased');
    const leaseOf = async () => {
      const { rows } = await world.db.query<{ lease_expires_at: Date }>(
        'SELECT lease_expires_at FROM attempt WHERE id = $1',
        [order.attemptId],
      );
      return rows[0]?.lease_expires_at.getTime() ?? 0;
    };
    const before = await leaseOf();
    expect(await attic.beat([reportOf(order)])).toEqual([
      { attemptId: order.attemptId, verdict: 'continue' },
    ]);
    expect(await leaseOf()).toBeGreaterThan(before);
    expect((await world.detail('leased')).attempts[0]).toMatchObject({
      state: 'building',
      step: 'build',
    });
  });

  it('C49: that ran out offers the task again; a builder that comes back first goes on', async () => {
    const attic = await world.builder('attic-back');
    await world.refresh(world.recipes.commitRecipes({ name: 'comes-back' }));
    const order = await attic.order('comes-back');
    await attic.beat([reportOf(order)], 'draining');
    await world.expireLease(order.attemptId);
    const lost = await world.taskBecomes('comes-back', { state: 'new' });
    expect(lost.attempts[0]?.failure).toMatchObject({
      code: 'builder.lost',
      class: 'infrastructure',
    });
    expect(await attic.beat([reportOf(order)], 'draining')).toEqual([
      { attemptId: order.attemptId, verdict: 'continue' },
    ]);
    expect(await world.detail('comes-back')).toMatchObject({ state: 'building', attemptCount: 1 });
    expect(await attic.succeed(order)).toEqual(TAKEN);
    await world.taskBecomes('comes-back', { state: 'completed' });
  });

  it('C45: is lost at once when the builder has forgotten the build', async () => {
    const attic = await world.builder('attic-forgets');
    await world.refresh(world.recipes.commitRecipes({ name: 'forgotten' }));
    const order = await attic.order('forgotten');
    await attemptBecomes('forgotten', 0, 'building');
    await attic.beat([], 'draining');
    const lost = await attemptBecomes('forgotten', 0, 'lost');
    expect(lost.attempts[0]?.failure).toMatchObject({ code: 'builder.forgot' });
    await attic.beat([]);
    const again = await attic.order('forgotten', 2);
    expect(again.fence).toBeGreaterThan(order.fence);
  });

  it('C46: is lost at once when the builder restarts without it, and kept when it restarts with it', async () => {
    const attic = await world.builder('attic-restarts', { slots: 2 });
    await world.refresh(
      world.recipes.commitRecipes({ name: 'kept-build' }, { name: 'lost-build' }),
    );
    const kept = await attic.order('kept-build');
    const lost = await attic.order('lost-build');
    await attemptBecomes('lost-build', 0, 'building');
    await attemptBecomes('kept-build', 0, 'building');
    expect(await attic.restart([reportOf(kept)])).toEqual([
      { attemptId: kept.attemptId, verdict: 'continue' },
    ]);
    const again = await attic.order('lost-build', 2);
    expect(again.fence).toBeGreaterThan(lost.fence);
    expect(await world.detail('kept-build')).toMatchObject({ state: 'building', attemptCount: 1 });
  });

  it('is not lost by a heartbeat that was on its way when the order was taken', async () => {
    const attic = await world.builder('attic-crossing');
    let takeIt: () => void = () => undefined;
    const mayTake = new Promise<void>((resolve) => (takeIt = resolve));
    attic.answer = async () => mayTake.then(() => 'take' as const);
    await world.refresh(world.recipes.commitRecipes({ name: 'crossing' }));
    await world.eventually(() => expect(attic.heard).toHaveLength(1));
    // The heartbeat arrives first, but its work is held up until the answer to the order was seen.
    const rival = await world.db.connect();
    await rival.query('BEGIN');
    await rival.query(`SELECT 1 FROM builder WHERE id = 'attic-crossing' FOR UPDATE`);
    const beat = attic.beat([]);
    await world.eventually(async () => {
      const { rows } = await world.db.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      expect(rows.length).toBeGreaterThan(0);
    });
    takeIt();
    await attemptBecomes('crossing', 0, 'building');
    await rival.query('COMMIT');
    rival.release();
    await beat;
    expect(await world.detail('crossing')).toMatchObject({ state: 'building', attemptCount: 1 });
  });
});

describe('an order that is turned away', () => {
  it('C47, C48: goes to another builder at once and counts against nobody', async () => {
    const busy = await world.builder('busy');
    busy.answer = { status: 429, code: 'builder.busy' };
    await world.refresh(world.recipes.commitRecipes({ name: 'elsewhere' }));
    await world.eventually(() => expect(busy.heard.length).toBeGreaterThan(0));
    await attemptBecomes('elsewhere', 0, 'void');
    const idle = await world.builder('idle');
    const order = await idle.order('elsewhere');
    expect(await idle.succeed(order)).toEqual(TAKEN);
    const done = await world.taskBecomes('elsewhere', { state: 'completed' });
    expect(done.attempts[0]?.failure).toMatchObject({ code: 'builder.busy' });
    expect(await busy.succeed(busy.heard[0]!)).toEqual(STALE);
  });

  it('is not sent to a builder that refuses, nor to one that is silent', async () => {
    const draining = await world.builder('draining');
    await draining.beat([], 'draining');
    const silent = await world.builder('silent');
    await world.db.query(
      `UPDATE builder SET last_seen_at = now() - interval '1 hour' WHERE id = 'silent'`,
    );
    await world.refresh(world.recipes.commitRecipes({ name: 'choosy' }));
    const idle = await world.builder('ready');
    await idle.order('choosy');
    expect([...draining.heard, ...silent.heard]).toEqual([]);
  });

  it('is held to the number of slots', async () => {
    const attic = await world.builder('two-slots', { slots: 2 });
    await world.refresh(
      world.recipes.commitRecipes(...['s1', 's2', 's3', 's4'].map((name) => ({ name }))),
    );
    await world.eventually(() => expect(attic.orders).toHaveLength(2));
    await attic.succeed(attic.orders[0]!);
    await world.eventually(() => expect(attic.orders).toHaveLength(3));
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(attic.orders).toHaveLength(3);
  });
});

describe('a failure', () => {
  it('of the infrastructure is tried again by itself, after a growing pause, until the cap', async () => {
    const attic = await world.builder('flaky');
    await world.refresh(world.recipes.commitRecipes({ name: 'flaky-build' }));
    const infrastructure = {
      class: 'infrastructure',
      code: 'build.disk-full',
      message: 'full',
    } as const;
    for (const count of [1, 2, 3]) {
      await attic.fail(await attic.order('flaky-build', count), infrastructure);
    }
    const failed = await world.taskBecomes('flaky-build', { state: 'failed' });
    expect(failed.attempts.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    expect(failed.reason.code).toBe('build.disk-full');
    const [first, second, third] = failed.attempts;
    expect(second!.dispatchedAt - first!.endedAt!).toBeGreaterThanOrEqual(100);
    expect(third!.dispatchedAt - second!.endedAt!).toBeGreaterThanOrEqual(200);
  });

  it.each(['recipe', 'upstream'] as const)('of the %s waits for a person', async (kind) => {
    const attic = await world.builder(`once-${kind}`);
    await world.refresh(world.recipes.commitRecipes({ name: `once-${kind}` }));
    await attic.fail(await attic.order(`once-${kind}`), { class: kind });
    const failed = await world.taskBecomes(`once-${kind}`, { state: 'failed' });
    expect(failed.attemptCount).toBe(1);
  });

  it('is kept readable whatever bytes its text holds', async () => {
    const attic = await world.builder('attic-bytes');
    await world.refresh(world.recipes.commitRecipes({ name: 'bytes' }));
    const order = await attic.order('bytes');
    const hostile = 'a\u0000b\u001b[31m\ud800<script>';
    const answer = await attic.fail(order, {
      message: hostile,
      excerpt: hostile,
      command: hostile,
      step: hostile,
      signal: 'SIG\u0000KILL',
    });
    expect(answer).toEqual(TAKEN);
    const failed = await world.taskBecomes('bytes', { state: 'failed' });
    expect(failed.attempts[0]?.failure?.message).toContain('<script>');
    expect(JSON.stringify(failed)).not.toContain('\\u0000');
  });
});

describe('cancelling', () => {
  async function cancel(source: string) {
    const { id } = await world.task(source);
    return world.admin.send(cancelTask, { params: { taskId: id } });
  }

  it('C31: stops a running build; its late result is refused', async () => {
    const attic = await world.builder('attic-cancel');
    await world.refresh(world.recipes.commitRecipes({ name: 'unwanted' }));
    const order = await attic.order('unwanted');
    const began = performance.now();
    const answer = await cancel('unwanted');
    expect(answer).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    await world.eventually(() =>
      expect(attic.cancels).toEqual([{ attemptId: order.attemptId, fence: order.fence }]),
    );
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await attic.succeed(order)).toEqual(STALE);
    expect(await attic.beat([reportOf(order)], 'draining')).toMatchObject([{ verdict: 'stop' }]);
    expect(await world.detail('unwanted')).toMatchObject({ state: 'cancelled' });
    expect((await cancel('unwanted')).status).toBe(409);
  });

  it('takes an order back that nobody has acknowledged', async () => {
    const attic = await world.builder('attic-mute');
    attic.answer = 'silence';
    await world.refresh(world.recipes.commitRecipes({ name: 'mute' }));
    await world.eventually(() => expect(attic.heard).toHaveLength(1));
    expect((await cancel('mute')).status).toBe(200);
    const { rows } = await world.db.query(
      `SELECT 1 FROM outbox_message WHERE subject = 'builder.*.order.build.v1'`,
    );
    expect(rows).toEqual([]);
  });

  it('gives up an import that has not ended', async () => {
    const attic = await world.builder('attic-import');
    world.vessel.outcomeOf = () => null;
    await world.refresh(world.recipes.commitRecipes({ name: 'half-way' }));
    const order = await attic.order('half-way');
    await attic.succeed(order);
    await world.taskBecomes('half-way', { state: 'publishing' });
    expect((await cancel('half-way')).status).toBe(200);
    await world.eventually(() =>
      expect(world.vessel.cancels.map(({ importId }) => importId)).toContain(order.attemptId),
    );
    // An outcome that was on its way changes nothing any more.
    const importOrder = world.vessel.imports.find(({ importId }) => importId === order.attemptId);
    if (importOrder !== undefined)
      await world.vessel.tell(order.attemptId, world.vessel.stage(importOrder));
    expect(await world.detail('half-way')).toMatchObject({ state: 'cancelled' });
    world.vessel.outcomeOf = (each) => world.vessel.stage(each);
  });
});

describe('a builder that lies', () => {
  it('is not believed about attempts of another, of another fence, or of none', async () => {
    const attic = await world.builder('attic-honest');
    await world.refresh(world.recipes.commitRecipes({ name: 'honest' }));
    const order = await attic.order('honest');
    const other = await world.builder('liar');
    await other.beat([], 'draining');
    await expect(other.succeed(order)).rejects.toMatchObject({ code: 'attempt.not-found' });
    await expect(other.fail(order)).rejects.toMatchObject({ code: 'attempt.not-found' });
    await expect(attic.succeed({ ...order, fence: order.fence + 1 })).rejects.toMatchObject({
      code: 'attempt.not-found',
    });
    await expect(attic.succeed({ ...order, attemptId: randomUUID() })).rejects.toMatchObject({
      code: 'attempt.not-found',
    });
    expect(await other.beat([reportOf(order)], 'draining')).toMatchObject([
      { verdict: 'stop', reason: 'attempt.not-found' },
    ]);
    expect(await attic.beat([reportOf({ ...order, fence: order.fence + 5 })])).toMatchObject([
      { verdict: 'stop', reason: 'attempt.not-found' },
    ]);
    expect(await world.detail('honest')).toMatchObject({ attemptCount: 1 });
  });

  it('cannot report files by names that are paths, options or nothing, nor no file at all', async () => {
    const attic = await world.builder('misnamer');
    await world.refresh(world.recipes.commitRecipes({ name: 'misnamed' }));
    const order = await attic.order('misnamed');
    const wrong = { code: 'contract.invalid-payload' };
    for (const name of ['../../etc/passwd', '--rm', 'a\u0000.stone', '', 'a/b', '.hidden']) {
      const evil = { ...collectableOf(order), name };
      await expect(attic.succeed(order, [evil]), name).rejects.toMatchObject(wrong);
    }
    await expect(attic.succeed(order, [])).rejects.toMatchObject(wrong);
    expect(await world.task('misnamed')).toMatchObject({ state: 'building' });
  });
});
