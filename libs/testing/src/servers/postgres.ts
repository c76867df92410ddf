import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { serverAccount, spawnAs, whichProgram, type ServerAccount } from './account.js';
import type { RunningServer, ServerOptions } from './running-server.js';
import { passwordIn } from './secret-file.js';
import { GivingUp, startServer } from './server-process.js';

const DEBIAN_ROOT = '/usr/lib/postgresql';
const SUPERUSER = 'postgres';
const CONNECT_TIMEOUT_MS = 2_000;
const CONNECTIONS_MAX = 300;
const WRONG_PASSWORD = '28P01';
const FAST_STOP_MS = 10_000;
const IMMEDIATE_STOP_MS = 5_000;
const CARELESS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/**
 * Starts a private Postgres on loopback; it accepts only the superuser's password, which is part of `url`.
 * As root it runs as nobody. Throws with the tail of its log when it does not start.
 */
export async function startPostgres(options: ServerOptions): Promise<RunningServer> {
  const account = serverAccount(options.dir);
  const data = join(account.dir, 'data');
  const bin = programFolder(data);
  const password = passwordIn(account, 'postgres.password');
  if (!existsSync(join(data, 'PG_VERSION')))
    await initialise(account, { bin, durable: options.durable });
  clearStaleLock(data);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${CONNECTIONS_MAX}`,
    ...(options.durable ? [] : CARELESS),
  ].flatMap((setting) => ['-c', setting]);
  const url = (port: number): string =>
    `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  return startServer({
    name: 'postgres',
    account,
    port: options.port,
    command: (port) => ({
      command: join(bin, 'postgres'),
      args: ['-D', join(account.seenDir, 'data'), '-p', String(port), ...settings],
    }),
    url,
    probe: (port) => probe(url(port)),
    stopSteps: [
      { signal: 'SIGINT', waitMs: FAST_STOP_MS },
      { signal: 'SIGQUIT', waitMs: IMMEDIATE_STOP_MS },
    ],
  });
}

/** An open port is not readiness ("the database system is starting up"): only an answered query is. */
async function probe(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === WRONG_PASSWORD) {
      throw new GivingUp('the password in its data folder is not the right one', { cause: error });
    }
    throw error;
  } finally {
    await client.end();
  }
}

async function initialise(
  account: ServerAccount,
  how: { readonly bin: string; readonly durable: boolean },
): Promise<void> {
  const data = join(account.dir, 'data');
  // A first start that was cut off leaves half a folder behind.
  rmSync(data, { recursive: true, force: true });
  const logFile = join(account.dir, 'postgres.log');
  const log = openSync(logFile, 'a', 0o640);
  const child = spawnAs(account, {
    command: join(how.bin, 'initdb'),
    args: [
      ...['-D', join(account.seenDir, 'data'), '-U', SUPERUSER, '-A', 'scram-sha-256'],
      ...['--pwfile', join(account.seenDir, 'postgres.password'), '-E', 'UTF8', '--locale=C.UTF-8'],
      ...(how.durable ? [] : ['--no-sync']),
    ],
    log,
  });
  closeSync(log);
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  if (exitCode !== 0) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(
      `initdb failed (exit code ${exitCode ?? 'none'}):\n${readFileSync(logFile, 'utf8').slice(-4_096)}`,
    );
  }
}

/** The newest installed Postgres, or the one that the data folder belongs to. */
function programFolder(data: string): string {
  const versionFile = join(data, 'PG_VERSION');
  const needed = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : undefined;
  const installed = existsSync(DEBIAN_ROOT) ? readdirSync(DEBIAN_ROOT) : [];
  const version = installed
    .filter((name) => existsSync(join(DEBIAN_ROOT, name, 'bin/initdb')))
    .filter((name) => needed === undefined || name === needed)
    .sort((a, b) => Number(b) - Number(a))[0];
  if (version !== undefined) return join(DEBIAN_ROOT, version, 'bin');
  const onPath = whichProgram('initdb');
  if (onPath !== undefined && needed === undefined) return join(onPath, '..');
  throw new Error(
    needed === undefined
      ? 'Postgres is not installed (Debian package postgresql)'
      : `The data in ${data} is of Postgres ${needed}, which is not installed (Debian package postgresql-${needed})`,
  );
}

/**
 * Removes the lock file of a server that was killed. Postgres itself only asks whether a process with that number
 * lives, and after a restart of the machine or container that is often a different program.
 */
function clearStaleLock(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
  const workingFolder = statSync(`/proc/${pid}/cwd`, { throwIfNoEntry: false });
  const folder = statSync(data);
  if (workingFolder?.ino === folder.ino && workingFolder.dev === folder.dev) {
    throw new Error(`Postgres already runs on ${data} (process ${pid})`);
  }
  rmSync(file);
}
