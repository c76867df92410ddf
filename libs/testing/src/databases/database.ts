import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const KEY_LENGTH = 16;
const RANDOM_BYTES = 6;
/** Guards the making of templates; any number that nothing else on a test server uses. */
const TEMPLATE_LOCK = 7_201;

/** Anything with the superuser's connection URL, such as a server from `startPostgres`. */
export interface PostgresAddress {
  readonly url: string;
}

/** The same server and account, but another database. */
export function databaseUrl(server: PostgresAddress, name: string): string {
  const url = new URL(server.url);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Makes an empty database and returns its connection URL. Fails when the name is taken. */
export async function createDatabase(server: PostgresAddress, name: string): Promise<string> {
  await withClient(server.url, (db) => db.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`));
  return databaseUrl(server, name);
}

/** Drops a database, cutting its connections. Harmless when it does not exist. */
export async function dropDatabase(server: PostgresAddress, name: string): Promise<void> {
  const quoted = pg.escapeIdentifier(name);
  await withClient(server.url, (db) => db.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`));
}

/**
 * Makes a database with a name of its own as a copy of a template and returns its URL. The template is prepared once
 * per server and `key`; several processes may ask at once.
 */
export async function databaseFromTemplate(
  server: PostgresAddress,
  template: {
    readonly key: string;
    /** Fills the empty database behind the URL (applies the migrations) and leaves no connection open. */
    readonly prepare: (url: string) => Promise<unknown>;
  },
): Promise<string> {
  const source = `template_${digest([template.key])}`;
  const name = `test_${randomBytes(RANDOM_BYTES).toString('hex')}`;
  await withClient(server.url, async (db) => {
    await db.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await db.query('SELECT FROM pg_database WHERE datname = $1', [source]);
    if (rowCount === 0) await makeTemplate(db, { server, source, prepare: template.prepare });
    await db.query(
      `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(source)}`,
    );
  });
  return databaseUrl(server, name);
}

/** `databaseFromTemplate` with the migrations of a folder; an edited or added migration makes a new template. */
export function migratedDatabase(
  server: PostgresAddress,
  options: {
    readonly dir: string;
    readonly migrate: (options: {
      readonly connectionString: string;
      readonly dir: string;
    }) => Promise<unknown>;
  },
): Promise<string> {
  const { dir, migrate } = options;
  return databaseFromTemplate(server, {
    key: digest(filesBelow(dir).flatMap((file) => [file, readFileSync(file, 'utf8')])),
    prepare: (connectionString) => migrate({ connectionString, dir }),
  });
}

async function makeTemplate(
  db: pg.Client,
  template: {
    readonly server: PostgresAddress;
    readonly source: string;
    readonly prepare: (url: string) => Promise<unknown>;
  },
): Promise<void> {
  const draft = `${template.source}_draft`;
  await db.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(draft)} WITH (FORCE)`);
  await db.query(`CREATE DATABASE ${pg.escapeIdentifier(draft)}`);
  await template.prepare(databaseUrl(template.server, draft));
  await db.query(
    `ALTER DATABASE ${pg.escapeIdentifier(draft)} RENAME TO ${pg.escapeIdentifier(template.source)}`,
  );
}

async function withClient<T>(url: string, use: (db: pg.Client) => Promise<T>): Promise<T> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    return await use(db);
  } finally {
    await db.end();
  }
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, KEY_LENGTH);
}

function filesBelow(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}
