import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import type { PostgresAddress } from '../databases/database.js';
import { startNats, type NatsOptions } from '../servers/nats.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import type { RunningServer } from '../servers/running-server.js';
import { makeTestFolder } from './test-folder.js';

/** Which servers the tests of a file need. */
export interface WantedServers {
  /** `shared`: the run's common server (make a database of your own in it); `own`: one that may be killed. */
  readonly postgres?: 'shared' | 'own';
  readonly redis?: boolean;
  readonly nats?: boolean | Pick<NatsOptions, 'config'>;
}

/** The servers of a test file. Reading one that was not asked for, or before the tests run, throws. */
export interface TestServers {
  /** A folder of this file's own, removed after its tests. */
  readonly dir: string;
  /** The Postgres server: the shared or the own one. */
  readonly postgres: PostgresAddress;
  readonly ownPostgres: RunningServer;
  readonly redis: RunningServer;
  readonly nats: RunningServer;
}

interface Started {
  dir?: string;
  postgres?: PostgresAddress;
  ownPostgres?: RunningServer;
  redis?: RunningServer;
  nats?: RunningServer;
}

/** Starts what a test file asks for before its tests and stops it afterwards. Call it once, at the file's top level. */
export function testServers(wanted: WantedServers): TestServers {
  const started: Started = {};
  const folder = makeTestFolder();
  started.dir = folder.dir;
  beforeAll(async () => {
    const results = await Promise.allSettled([
      startWantedPostgres(wanted.postgres, started),
      startWantedRedis(wanted.redis, started),
      startWantedNats(wanted.nats, started),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  afterAll(async () => {
    const servers = [started.ownPostgres, started.redis, started.nats];
    await Promise.all(servers.flatMap((server) => (server === undefined ? [] : [server.stop()])));
    folder.remove();
  });
  return {
    dir: folder.dir,
    get postgres() {
      return need('postgres', started.postgres);
    },
    get ownPostgres() {
      return need("postgres: 'own'", started.ownPostgres);
    },
    get redis() {
      return need('redis', started.redis);
    },
    get nats() {
      return need('nats', started.nats);
    },
  };
}

async function startWantedPostgres(
  wanted: WantedServers['postgres'],
  started: Started,
): Promise<void> {
  if (wanted === undefined) return;
  const sharedUrl = wanted === 'shared' ? inject('sharedPostgresUrl') : undefined;
  if (sharedUrl !== undefined) {
    started.postgres = { url: sharedUrl };
    return;
  }
  started.ownPostgres = await startPostgres({ dir: folderOf(started, 'postgres'), durable: false });
  started.postgres = started.ownPostgres;
}

async function startWantedRedis(wanted: WantedServers['redis'], started: Started): Promise<void> {
  if (wanted !== true) return;
  started.redis = await startRedis({ dir: folderOf(started, 'redis'), durable: false });
}

async function startWantedNats(wanted: WantedServers['nats'], started: Started): Promise<void> {
  if (wanted === undefined || wanted === false) return;
  const options = wanted === true ? {} : wanted;
  started.nats = await startNats({ ...options, dir: folderOf(started, 'nats') });
}

function folderOf(started: Started, name: string): string {
  return join(need('dir', started.dir), name);
}

function need<T>(name: string, value: T | undefined): T {
  if (value === undefined)
    throw new Error(`testServers() was not asked for ${name}, or it is too early`);
  return value;
}
