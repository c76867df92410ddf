import { createDatabase, eventually, testServers } from '@cairn/testing';
import pg from 'pg';
import { expect, it } from 'vitest';
import { listen } from './listen.js';

const servers = testServers({ postgres: 'shared' });

it('hears notifications, and again after its connection was cut', async () => {
  const connectionString = await createDatabase(servers.postgres, `listen_${process.pid}`);
  const db = new pg.Client({ connectionString });
  await db.connect();
  const controller = new AbortController();
  const heard: string[] = [];
  let listening = 0;
  const done = listen({
    connectionString,
    channel: 'Task changed',
    onNotify: (payload) => heard.push(payload),
    onListening: () => (listening += 1),
    onTrouble: () => undefined,
    signal: controller.signal,
  });
  await eventually(() => expect(listening).toBe(1));
  await db.query(`NOTIFY "Task changed", 'one'`);
  await eventually(() => expect(heard).toEqual(['one']));
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'listen%' AND datname = current_database()`,
  );
  await eventually(() => expect(listening).toBe(2));
  await db.query(`NOTIFY "Task changed", 'two'`);
  await eventually(() => expect(heard).toEqual(['one', 'two']));
  controller.abort();
  await done;
  await db.end();
});
