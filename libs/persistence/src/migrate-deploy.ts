import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** The lock of Prisma's own migration command, so that the two never work at the same time. */
const PRISMA_MIGRATE_LOCK = 72_707_369;
const LOCK_TIMEOUT = '60s';
/** Prisma's table, column for column: its command line accepts a database migrated here as its own, and the reverse. */
const CREATE_TABLE_SQL = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/**
 * Applies the migrations of a Prisma `migrations` folder that the database lacks, in order, and returns their names.
 * Any number of replicas may call it at once. Throws when a migration fails, failed before, or was edited after it was applied.
 */
export async function migrateDeploy(options: {
  readonly connectionString: string;
  readonly dir: string;
  readonly onApplied?: (name: string) => void;
}): Promise<readonly string[]> {
  const migrations = await readMigrations(options.dir);
  const db = new pg.Client({
    connectionString: options.connectionString,
    application_name: 'migrate',
  });
  db.on('error', () => undefined);
  await db.connect();
  try {
    await db.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await db.query('SELECT pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK]);
    await db.query('SET lock_timeout = 0');
    await db.query(CREATE_TABLE_SQL);
    const { rows } = await db.query<AppliedRow>(
      'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    );
    const missing = missingMigrations(migrations, rows);
    for (const migration of missing) {
      await apply(db, migration);
      options.onApplied?.(migration.name);
    }
    return missing.map(({ name }) => name);
  } finally {
    await db.end();
  }
}

async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function missingMigrations(
  migrations: readonly Migration[],
  rows: readonly AppliedRow[],
): readonly Migration[] {
  const failed = rows.find((row) => row.finished_at === null);
  if (failed !== undefined) {
    throw new Error(
      `Migration ${failed.migration_name} failed earlier: repair the database, then "prisma migrate resolve"`,
    );
  }
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  for (const { name, checksum } of migrations) {
    const before = applied.get(name);
    if (before !== undefined && before !== checksum) {
      throw new Error(`Migration ${name} was edited after it had been applied to this database`);
    }
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(db: pg.Client, migration: Migration): Promise<void> {
  const id = randomUUID();
  await db.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)',
    [id, migration.checksum, migration.name],
  );
  try {
    await db.query(migration.sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // A migration that opened a transaction and failed in it leaves the session aborted.
    await db.query('ROLLBACK');
    await db.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, reason]);
    throw new Error(`Migration ${migration.name} failed: ${reason}`, { cause: error });
  }
  await db.query(
    'UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1',
    [id],
  );
}
