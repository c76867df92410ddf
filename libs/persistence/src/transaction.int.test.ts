import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually, migratedDatabase, testServers } from '@cairn/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { postgresAdapter } from './adapter.js';
import { isUniqueViolation } from './conflict.js';
import { migrateDeploy } from './migrate-deploy.js';
import { inTransaction, type TransactionHost } from './transaction.js';

interface Counter {
  readonly id: number;
  readonly value: number;
}
interface ProbeTransaction {
  $queryRawUnsafe(sql: string): Promise<unknown>;
  counter: {
    create(query: { data: Counter & { name: string } }): Promise<Counter>;
    deleteMany(): Promise<unknown>;
    findUniqueOrThrow(query: { where: { id: number } }): Promise<Counter>;
    update(query: { where: { id: number }; data: { value: number } }): Promise<Counter>;
  };
}
interface ProbeClient extends ProbeTransaction, TransactionHost<ProbeTransaction> {
  $disconnect(): Promise<void>;
}

const servers = testServers({ postgres: 'shared' });
const root = join(import.meta.dirname, '../../..');
const probe = join(import.meta.dirname, '../fixtures/probe');
const random = Math.random;
let db: ProbeClient;

beforeAll(async () => {
  const prisma = join(root, 'node_modules/.bin/prisma');
  execFileSync(prisma, ['generate', '--config', join(probe, 'prisma.config.mjs')], {
    stdio: 'pipe',
  });
  const client = join(import.meta.dirname, '../fixtures/probe/generated/client.ts');
  const { PrismaClient } = (await import(pathToFileURL(client).href)) as {
    PrismaClient: new (options: { adapter: unknown }) => ProbeClient;
  };
  const connectionString = await migratedDatabase(servers.postgres, {
    dir: join(probe, 'migrations'),
    migrate: migrateDeploy,
  });
  const adapter = postgresAdapter({ connectionString, applicationName: 'probe' });
  db = new PrismaClient({ adapter });
});
afterAll(() => db.$disconnect());
beforeEach(async () => {
  await db.counter.deleteMany();
  for (const id of [1, 2]) await db.counter.create({ data: { id, name: `n${id}`, value: 0 } });
});

it('loses no update among rivals that all read before they write', async () => {
  let attempts = 0;
  const increment = (): Promise<unknown> =>
    inTransaction(
      db,
      async (tx) => {
        attempts += 1;
        const { value } = await tx.counter.findUniqueOrThrow({ where: { id: 1 } });
        await tx.counter.update({ where: { id: 1 }, data: { value: value + 1 } });
      },
      { isolationLevel: 'Serializable', random, attemptsMax: 50 },
    );
  await Promise.all(Array.from({ length: 6 }, increment));
  expect(await db.counter.findUniqueOrThrow({ where: { id: 1 } })).toMatchObject({ value: 6 });
  expect(attempts).toBeGreaterThan(6);
});

it('does the victim of a deadlock again, in raw SQL too', async () => {
  let attempts = 0;
  const held = new Set<number>();
  const lockBoth = (order: readonly [number, number]): Promise<void> =>
    inTransaction(
      db,
      async (tx) => {
        attempts += 1;
        await tx.$queryRawUnsafe(`SELECT 1 FROM "Counter" WHERE id = ${order[0]} FOR UPDATE`);
        held.add(order[0]);
        await eventually(() => expect(held.size).toBe(2));
        await tx.$queryRawUnsafe(`SELECT 1 FROM "Counter" WHERE id = ${order[1]} FOR UPDATE`);
      },
      { random },
    );
  await Promise.all([lockBoth([1, 2]), lockBoth([2, 1])]);
  expect(attempts).toBe(3);
});

it('repeats nothing when the failure is no conflict', async () => {
  let attempts = 0;
  const work = inTransaction(
    db,
    async (tx) => {
      attempts += 1;
      await tx.counter.create({ data: { id: 3, name: 'n1', value: 0 } });
    },
    { random },
  );
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(isUniqueViolation(error)).toBe(true);
  expect(attempts).toBe(1);
});
