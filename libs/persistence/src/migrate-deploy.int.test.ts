import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase, testServers } from '@cairn/testing';
import pg from 'pg';
import { expect, it } from 'vitest';
import { migrateDeploy } from './migrate-deploy.js';

const servers = testServers({ postgres: 'shared' });
const probe = join(import.meta.dirname, '../fixtures/probe');
const dir = join(probe, 'migrations');
const all = ['20260101000000_counter', '20260102000000_function'];
let databases = 0;

function emptyDatabase(): Promise<string> {
  databases += 1;
  return createDatabase(servers.postgres, `migrate_${process.pid}_${databases}`);
}

async function rowsOf(connectionString: string, sql: string): Promise<unknown[]> {
  const db = new pg.Client({ connectionString });
  await db.connect();
  try {
    return (await db.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await db.end();
  }
}

it('applies each migration once although several replicas start together', async () => {
  const connectionString = await emptyDatabase();
  const told: string[] = [];
  const onApplied = (name: string): number => told.push(name);
  const deploys = [1, 2, 3].map(() => migrateDeploy({ connectionString, dir, onApplied }));
  expect((await Promise.all(deploys)).flat().sort()).toEqual(all);
  expect(told).toEqual(all);
  expect(await rowsOf(connectionString, 'SELECT twice(21) AS n')).toEqual([{ n: 42 }]);
});

it("leaves nothing to do for Prisma's own command line", async () => {
  const connectionString = await emptyDatabase();
  await migrateDeploy({ connectionString, dir });
  const prisma = join(import.meta.dirname, '../../../node_modules/.bin/prisma');
  const { stdout } = await promisify(execFile)(
    prisma,
    ['migrate', 'status', '--config', join(probe, 'prisma.config.mjs')],
    { env: { ...process.env, DATABASE_URL: connectionString } },
  );
  expect(stdout).toContain('Database schema is up to date');
});

it('stops at a failed migration, keeps what came before, and says so the next time', async () => {
  const connectionString = await emptyDatabase();
  const broken = join(servers.dir, 'broken');
  cpSync(dir, broken, { recursive: true });
  mkdirSync(join(broken, '20260103000000_wrong'));
  const sql = 'CREATE TABLE half (n int); SELECT no_such_function();';
  writeFileSync(join(broken, '20260103000000_wrong/migration.sql'), sql);
  const deploy = (): Promise<unknown> => migrateDeploy({ connectionString, dir: broken });
  await expect(deploy()).rejects.toThrow(/20260103000000_wrong failed: .*no_such_function/);
  await expect(deploy()).rejects.toThrow('20260103000000_wrong failed earlier');
  expect(await rowsOf(connectionString, "SELECT to_regclass('half') AS half")).toEqual([
    { half: null },
  ]);
});

it('refuses a migration that was edited after it was applied', async () => {
  const connectionString = await emptyDatabase();
  const edited = join(servers.dir, 'edited');
  cpSync(dir, edited, { recursive: true });
  await migrateDeploy({ connectionString, dir: edited });
  writeFileSync(join(edited, all[0] ?? '', 'migration.sql'), 'SELECT 1;');
  await expect(migrateDeploy({ connectionString, dir: edited })).rejects.toThrow('was edited');
});
