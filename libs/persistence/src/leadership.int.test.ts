import { createDatabase, eventually, testServers } from '@cairn/testing';
import pg from 'pg';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { holdLeadership } from './leadership.js';

const servers = testServers({ postgres: 'own' });
let connectionString: string;
beforeAll(async () => {
  connectionString = await createDatabase(servers.postgres, 'leadership');
});

interface Replica {
  readonly name: string;
  leads: boolean;
  terms: number;
  readonly stop: () => Promise<void>;
}
const replicas: Replica[] = [];
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
});

function startReplica(name: string): Replica {
  const controller = new AbortController();
  const replica = { name, leads: false, terms: 0, stop: () => Promise.resolve() };
  const done = holdLeadership({
    connectionString,
    key: 'test.lead',
    onGained: () => {
      replica.leads = true;
      replica.terms += 1;
    },
    onLost: () => {
      replica.leads = false;
    },
    onTrouble: () => undefined,
    signal: controller.signal,
    keepAliveMs: 50,
    takeoverPollMs: 20,
  });
  replica.stop = async () => {
    controller.abort();
    await done;
  };
  replicas.push(replica);
  return replica;
}

const leaders = (): readonly string[] => replicas.filter((one) => one.leads).map((one) => one.name);

async function oneLeader(): Promise<string> {
  return eventually(() => {
    const [first, ...others] = leaders();
    if (first === undefined || others.length > 0) throw new Error(`Leaders: ${leaders().join()}`);
    return first;
  });
}

it('lets exactly one lead, and another as soon as it stops', async () => {
  ['a', 'b', 'c'].forEach(startReplica);
  const first = await oneLeader();
  const leader = replicas.find((one) => one.name === first);
  await leader?.stop();
  expect(leaders()).not.toContain(first);
  expect(await oneLeader()).not.toBe(first);
});

it('passes the lead on when the connection of the leader is cut, and the old one knows', async () => {
  ['a', 'b'].forEach(startReplica);
  const first = await oneLeader();
  const db = new pg.Client({ connectionString });
  await db.connect();
  await db.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted",
  );
  await db.end();
  await eventually(() => expect(replicas.reduce((sum, one) => sum + one.terms, 0)).toBe(2));
  await oneLeader();
  expect(replicas.find((one) => one.name === first)?.terms).toBeGreaterThan(0);
});

it('seeks the lead again when its work fails', async () => {
  const controller = new AbortController();
  let terms = 0;
  const troubles: unknown[] = [];
  const done = holdLeadership({
    connectionString,
    key: 'test.failing',
    onGained: async () => {
      terms += 1;
      if (terms === 1) throw new Error('work failed');
    },
    onLost: () => undefined,
    onTrouble: (error) => troubles.push(error),
    signal: controller.signal,
    takeoverPollMs: 20,
  });
  await eventually(() => expect(terms).toBe(2));
  expect(String(troubles[0])).toContain('work failed');
  controller.abort();
  await done;
});

it('survives a restart of Postgres', async () => {
  ['a', 'b'].forEach(startReplica);
  await oneLeader();
  await servers.ownPostgres.kill('SIGKILL');
  await eventually(() => expect(leaders()).toEqual([]));
  await servers.restart('ownPostgres');
  await oneLeader();
});
