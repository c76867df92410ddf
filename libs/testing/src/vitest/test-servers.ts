import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import type { PostgresAddress } from '../databases/database.js';
import { startNats, type NatsOptions } from '../servers/nats.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import type { RunningServer } from '../servers/running-server.js';
import { startS3 } from '../servers/s3.js';
import { makeTestFolder } from './test-folder.js';

/** Which servers the tests of a file need. */
export interface WantedServers {
  /** `shared`: the run's common server (make a database of your own in it); `own`: one that may be killed. */
  readonly postgres?: 'shared' | 'own';
  readonly redis?: boolean;
  readonly nats?: boolean | Pick<NatsOptions, 'config'>;
  readonly s3?: { readonly bucket: string };
}

type OwnServer = 'ownPostgres' | 'redis' | 'nats' | 's3';

/** The servers of a test file. Reading one that was not asked for, or before the tests run, throws. */
export interface TestServers {
  /** A folder of this file's own, removed after its tests. */
  readonly dir: string;
  /** The Postgres server: the shared or the own one. */
  readonly postgres: PostgresAddress;
  readonly ownPostgres: RunningServer;
  readonly redis: RunningServer;
  readonly nats: RunningServer;
  readonly s3: RunningServer;
  /** Stops the server if it still runs and starts it again with its data (none for Redis and NATS) on its port. */
  restart(name: OwnServer): Promise<void>;
}

type Starter = (port?: number) => Promise<RunningServer>;

/** Starts what a test file asks for before its tests and stops it afterwards. Call it once, at the file's top level. */
export function testServers(wanted: WantedServers): TestServers {
  const folder = makeTestFolder();
  const starters = startersOf(wanted, folder.dir);
  const running = new Map<OwnServer, RunningServer>();
  const start = async (name: OwnServer, port?: number): Promise<void> => {
    const server = await starters[name]?.(port);
    if (server !== undefined) running.set(name, server);
  };
  beforeAll(async () => {
    const names = Object.keys(starters) as OwnServer[];
    const results = await Promise.allSettled(names.map((name) => start(name)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  afterAll(async () => {
    await Promise.all([...running.values()].map((server) => server.stop()));
    folder.remove();
  });
  const own = (name: OwnServer): RunningServer => {
    const server = running.get(name);
    if (server === undefined) {
      throw new Error(`testServers() was not asked for ${name}, or it is too early to use it`);
    }
    return server;
  };
  return {
    dir: folder.dir,
    get postgres() {
      const url = wanted.postgres === 'shared' ? inject('sharedPostgresUrl') : undefined;
      return url === undefined ? own('ownPostgres') : { url };
    },
    get ownPostgres() {
      return own('ownPostgres');
    },
    get redis() {
      return own('redis');
    },
    get nats() {
      return own('nats');
    },
    get s3() {
      return own('s3');
    },
    restart: async (name) => {
      const server = own(name);
      await server.stop();
      await start(name, server.port);
    },
  };
}

function startersOf(wanted: WantedServers, dir: string): Partial<Record<OwnServer, Starter>> {
  const at = (name: string, port?: number): { readonly dir: string; readonly port?: number } => ({
    dir: join(dir, name),
    ...(port === undefined ? {} : { port }),
  });
  const { nats, s3 } = wanted;
  return {
    ...(wanted.postgres === 'own' && {
      ownPostgres: (port) => startPostgres({ ...at('postgres', port), durable: false }),
    }),
    ...(wanted.redis === true && {
      redis: (port) => startRedis({ ...at('redis', port), durable: false }),
    }),
    ...(nats !== undefined &&
      nats !== false && {
        nats: (port) => startNats({ ...at('nats', port), ...(nats === true ? {} : nats) }),
      }),
    ...(s3 !== undefined && { s3: (port) => startS3({ ...at('s3', port), ...s3 }) }),
  };
}
