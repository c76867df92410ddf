import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { databaseFromTemplate } from '../databases/database.js';
import { eventually } from '../eventually.js';
import { makeTestFolder } from '../vitest/test-folder.js';
import { startNats } from './nats.js';
import { greet } from './port.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';
import { serversStillRunning, type RunningServer } from './running-server.js';

const folder = makeTestFolder();
afterAll(() => folder.remove());

async function query(url: string, sql: string): Promise<unknown[]> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    return (await db.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await db.end();
  }
}

async function redis(server: RunningServer, command: string): Promise<string> {
  const password = new URL(server.url).password;
  const hello = `AUTH ${password}\r\n${command}\r\n`;
  return greet({ port: server.port, hello, timeoutMs: 1_000 });
}

it('continues with the data and the port of a Postgres that was killed', async () => {
  const dir = join(folder.dir, 'postgres');
  const first = await startPostgres({ dir, durable: true });
  await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
  await first.kill('SIGKILL');
  const second = await startPostgres({ dir, durable: true });
  try {
    expect(second.port).toBe(first.port);
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(await query(second.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await expect(startPostgres({ dir, durable: true })).rejects.toThrow('already runs');
  } finally {
    await second.stop();
  }
  expect(serversStillRunning()).toEqual([]);
});

it('lets nobody into Postgres without the password', async () => {
  const server = await startPostgres({ dir: join(folder.dir, 'guarded'), durable: false });
  try {
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    url.password = '';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password/);
  } finally {
    await server.stop();
  }
});

it('copies a prepared template for each asker, preparing it once', async () => {
  const server = await startPostgres({ dir: join(folder.dir, 'templates'), durable: false });
  let prepared = 0;
  const template = {
    key: 'one',
    prepare: async (url: string) => {
      prepared += 1;
      await query(url, 'CREATE TABLE t (n int)');
    },
  };
  try {
    const urls = await Promise.all(
      Array.from({ length: 4 }, () => databaseFromTemplate(server, template)),
    );
    expect(new Set(urls).size).toBe(4);
    for (const url of urls) expect(await query(url, 'SELECT * FROM t')).toEqual([]);
    expect(prepared).toBe(1);
  } finally {
    await server.stop();
  }
});

it('keeps the writes of a durable Redis and forgets those of the other', async () => {
  for (const durable of [true, false]) {
    const dir = join(folder.dir, `redis-${durable}`);
    const first = await startRedis({ dir, durable });
    await redis(first, 'SET a 1');
    await first.stop();
    const second = await startRedis({ dir, durable });
    const answer = await redis(second, 'EXISTS a');
    await second.stop();
    expect(answer).toContain(durable ? ':1' : ':0');
  }
});

it('stops a server that has been frozen', async () => {
  const server = await startNats({ dir: join(folder.dir, 'nats') });
  await server.kill('SIGSTOP');
  await server.stop();
  expect(existsSync(`/proc/${server.pid}`)).toBe(false);
});

it('tells why a server did not start, with the tail of its log', async () => {
  const start = startNats({ dir: join(folder.dir, 'broken'), config: 'no_such_setting: 1' });
  await expect(start).rejects.toThrow(/nats did not start.*no_such_setting/s);
});

it('refuses a port that is taken and chooses another when it may', async () => {
  const dir = join(folder.dir, 'moved');
  const first = await startNats({ dir });
  await first.stop();
  const stranger = createServer().listen(first.port, '127.0.0.1');
  const second = await startNats({ dir });
  try {
    expect(second.port).not.toBe(first.port);
  } finally {
    await second.stop();
    stranger.close();
  }
});

it('drops the rights of root', async () => {
  const server = await startNats({ dir: join(folder.dir, 'rights') });
  const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1];
  await server.stop();
  expect(uid).not.toBe('0');
});

it.skipIf(process.getuid?.() !== 0)(
  'serves from below a folder that only root may enter',
  async () => {
    const closed = join(folder.dir, 'closed');
    execFileSync('mkdir', ['-m', '700', closed]);
    const server = await startPostgres({ dir: join(closed, 'postgres'), durable: false });
    try {
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(existsSync(join(closed, 'postgres/data/PG_VERSION'))).toBe(true);
    } finally {
      await server.stop();
    }
  },
);

it('takes its servers along when the process that started them is killed', async () => {
  const launcher = join(import.meta.dirname, 'start-and-hang.fixture.mjs');
  const child = spawn(process.execPath, [launcher, join(folder.dir, 'orphan')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<string>((resolve) =>
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())),
  );
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
});
