import { natsServerConfig, parseTrust } from '@cairn/auth';
import {
  enrolBuilder,
  heartbeat,
  inviteBuilder,
  listBuilders,
  removeBuilder,
} from '@cairn/contracts';
import { startNats, testServers } from '@cairn/testing';
import { connect, jwtAuthenticator } from '@nats-io/transport-node';
import { createUser } from '@nats-io/nkeys';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { writeNatsConfig } from '../commands/nats-config.js';
import { reportOf, type SimulatedBuilder } from '../testing/simulated-builder.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';
import { BuilderStore } from './builder.store.js';
import { SummitDatabase } from '../persistence/summit-database.js';

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

const remove = (builderId: string) => world.admin.call(removeBuilder, { params: { builderId } });

/** Whether the broker lets these credentials in, asked without patience. */
async function isLetIn(builder: SimulatedBuilder, url = builder.natsUrl): Promise<boolean> {
  const { jwt, seed } = builder.credentials;
  try {
    const connection = await connect({
      servers: url,
      authenticator: jwtAuthenticator(jwt, new TextEncoder().encode(seed)),
      inboxPrefix: `_INBOX.${builder.id}`,
      reconnect: false,
      timeout: 3_000,
    });
    await connection.flush();
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

function enrol(enrolmentCode: string, publicKey = createUser().getPublicKey()) {
  return world.summit.api.send(enrolBuilder, { body: { enrolmentCode, publicKey } });
}

async function invite(builderId: string): Promise<string> {
  const { enrolmentCode } = await world.admin.call(inviteBuilder, { body: { builderId } });
  return enrolmentCode;
}

it('lets a builder in with a code that works once', async () => {
  const code = await invite('once');
  const first = await enrol(code);
  expect(first).toMatchObject({ status: 200, body: { builderId: 'once' } });
  expect(await enrol(code)).toMatchObject({ status: 403, body: { code: 'enrolment.invalid' } });
  const taken = await world.admin.send(inviteBuilder, { body: { builderId: 'once' } });
  expect(taken).toMatchObject({ status: 409, body: { code: 'builder.name-taken' } });
});

it('takes a code once, though several come at the same time', async () => {
  const code = await invite('contested');
  const answers = await Promise.all([1, 2, 3, 4].map(() => enrol(code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.every(({ status }) => [200, 403].includes(status))).toBe(true);
});

it('refuses codes that are unknown or expired, and a second invitation voids the first', async () => {
  expect((await enrol('unknown')).status).toBe(403);
  const old = await invite('twice');
  const code = await invite('twice');
  expect((await enrol(old)).status).toBe(403);
  await world.db.query(`UPDATE builder SET enrolment_expires_at = now() WHERE id = 'twice'`);
  expect((await enrol(code)).status).toBe(403);
});

it.each(['summit', 'vessel', 'A', 'a.b', 'a*', '>', '', '-a', 'a b', 'a\n', 'x'.repeat(64)])(
  'refuses the builder id %j',
  async (builderId) => {
    const { status } = await world.admin.send(inviteBuilder, { body: { builderId } });
    expect(status).toBe(400);
  },
);

it('refuses a key that is none without using the code up', async () => {
  const code = await invite('mistyped');
  const wrong = `U${'A'.repeat(55)}`;
  expect(await enrol(code, wrong)).toMatchObject({ status: 400 });
  expect((await enrol(code)).status).toBe(200);
});

it('refuses a key that another builder has', async () => {
  const user = createUser();
  expect((await enrol(await invite('owner'), user.getPublicKey())).status).toBe(200);
  const copy = await enrol(await invite('copier'), user.getPublicKey());
  expect(copy).toMatchObject({ status: 403, body: { code: 'enrolment.invalid' } });
});

it('shows machines, and who went silent', async () => {
  const attic = await world.builder('shown');
  await attic.beat([], 'disk-full');
  const find = async () => {
    const { builders } = await world.summit.api.call(listBuilders);
    return builders.find(({ id }) => id === 'shown');
  };
  expect(await find()).toMatchObject({
    state: 'refusing',
    refusing: 'disk-full',
    machine: { cpuCount: 4, hostName: 'shown' },
    machineState: { loadAverage: 0.2 },
  });
  await attic.beat([]);
  expect(await find()).toMatchObject({ state: 'idle', refusing: null });
  await world.db.query(
    `UPDATE builder SET last_seen_at = now() - interval '1 hour' WHERE id = 'shown'`,
  );
  expect(await find()).toMatchObject({ state: 'offline' });
});

it('is not harmed by a builder whose words the database cannot hold', async () => {
  const attic = await world.builder('odd-words');
  await world.refresh(world.recipes.commitRecipes({ name: 'odd-words' }));
  const order = await attic.order('odd-words');
  const report = { ...reportOf(order), step: 'bu\u0000ild\ud800' };
  await attic.hello([report], { version: '1\u0000', hostName: 'a\u0000b\ud800' });
  expect(await attic.beat([report])).toMatchObject([{ verdict: 'continue' }]);
  const { builders } = await world.summit.api.call(listBuilders);
  const me = builders.find(({ id }) => id === 'odd-words');
  expect(me).toMatchObject({ version: '1\ufffd', machine: { hostName: 'a\ufffdb\ufffd' } });
  expect(me?.attempts).toMatchObject([{ step: 'bu\ufffdild\ufffd' }]);
});

it('offers the builds of a removed builder to others, and its result is not taken', async () => {
  const doomed = await world.builder('doomed');
  await world.refresh(world.recipes.commitRecipes({ name: 'orphan' }));
  const order = await doomed.order('orphan');
  await remove('doomed');
  const heir = await world.builder('heir');
  const again = await heir.order('orphan');
  expect(again.fence).toBeGreaterThan(order.fence);
  await heir.succeed(again);
  const done = await world.taskBecomes('orphan', { state: 'completed' });
  expect(done.attempts[0]).toMatchObject({ state: 'lost', failure: { code: 'builder.removed' } });
});

it('builds again elsewhere when a builder is removed between its report and the fetch', async () => {
  const doomed = await world.builder('reported');
  world.vessel.outcomeOf = () => null;
  await world.refresh(world.recipes.commitRecipes({ name: 'unfetched' }));
  const order = await doomed.order('unfetched');
  expect(await doomed.succeed(order)).toEqual({ outcome: 'taken' });
  await world.eventually(() => expect(world.vessel.imports.at(-1)?.importId).toBe(order.attemptId));
  await remove('reported');
  await world.eventually(() =>
    expect(world.vessel.cancels).toContainEqual({
      importId: order.attemptId,
      code: 'builder.removed',
    }),
  );
  world.vessel.outcomeOf = (each) => world.vessel.stage(each);
  const heir = await world.builder('fetcher');
  const again = await heir.order('unfetched');
  expect(again.fence).toBeGreaterThan(order.fence);
  expect(again.buildRelease).toBeGreaterThan(order.buildRelease);
  await heir.succeed(again);
  const done = await world.taskBecomes('unfetched', { state: 'completed' });
  expect(done.attempts.map(({ state }) => state)).toEqual(['void', 'accepted']);
});

it('C52: keeps a removed builder out of the broker, also of one that lost its files', async () => {
  const thief = await world.builder('thief');
  const honest = await world.builder('honest');
  expect(await isLetIn(thief)).toBe(true);
  await remove('thief');
  await world.eventually(async () => expect(await isLetIn(thief)).toBe(false));
  expect(await isLetIn(honest)).toBe(true);
  const speaks = thief.client.request(heartbeat, {} as never, {
    builderId: 'thief',
    timeoutMs: 500,
  });
  await expect(speaks).rejects.toMatchObject({ isRetryable: true });
  const fresh = await startFreshBroker();
  expect(await isLetIn(thief, fresh.url)).toBe(false);
  expect(await isLetIn(honest, fresh.url)).toBe(true);
  await fresh.stop();
});

it('tells a broker that began again with an older configuration who is removed', async () => {
  const leaver = await world.builder('leaver');
  await remove('leaver');
  await world.restartBroker();
  await world.eventually(async () => expect(await isLetIn(leaver)).toBe(false));
});

/** A broker with empty folders, which knows only the configuration that summit makes. */
async function startFreshBroker() {
  const database = new SummitDatabase(world.config);
  const revocations = await new BuilderStore(database).revocations();
  await database.close();
  const config = await natsServerConfig(parseTrust(world.config.nats.trust), { revocations });
  return startNats({
    dir: join(world.dir, 'nats-fresh'),
    config: ({ dir }) => config(join(dir, 'resolver')),
  });
}

it('writes the revocations into the configuration of the broker', async () => {
  const before = await world.builder('expelled');
  await remove('expelled');
  const text = await writeNatsConfig({
    databaseUrl: world.config.database.url,
    trustFile: world.trustFile,
    resolverDirectory: '/var/lib/nats',
  });
  const account = text
    .split('\n')
    .map((line) => line.split(': ')[1]?.split('.')[1] ?? '')
    .map((part) => Buffer.from(part, 'base64url').toString())
    .find((json) => json.includes('revocations'));
  const publicKey = JSON.parse(
    Buffer.from(before.credentials.jwt.split('.')[1] ?? '', 'base64url').toString(),
  ) as { sub: string };
  expect(account).toContain(publicKey.sub);
});

it('lets a removed builder in again only by a new invitation', async () => {
  const first = await world.builder('returner');
  await remove('returner');
  const second = await world.builder('returner');
  expect(await second.beat([])).toEqual([]);
  await world.eventually(async () => expect(await isLetIn(first)).toBe(false));
  expect(await isLetIn(second)).toBe(true);
});

it('answers for builders that are not there', async () => {
  const { status, body } = await world.admin.send(removeBuilder, {
    params: { builderId: 'nobody' },
  });
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: 'builder.not-found' });
});
