import { pauseAllocation, resumeAllocation, streamEvents, type EventView } from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEvents } from '../testing/event-reader.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

const url = () => world.summit.api.url + streamEvents.path;
const kindsOf = (events: readonly { readonly data: unknown }[]) =>
  events.map(({ data }) => (data as EventView).kind);

async function lastId(): Promise<number> {
  const { rows } = await world.db.query<{ id: string }>(
    'SELECT coalesce(max(id), 0) AS id FROM event',
  );
  return Number(rows[0]?.id);
}

it('tells followers what happens, once it is committed, in order', async () => {
  const following = readEvents(url(), (events) => events.length >= 2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await world.admin.call(pauseAllocation);
  await world.admin.call(resumeAllocation);
  const events = await following;
  expect(kindsOf(events)).toEqual(['allocation.paused', 'allocation.resumed']);
  expect(events[0]?.data).toMatchObject({ sentence: 'ada paused the giving out of builds.' });
});

it('tells nothing of what was rolled back', async () => {
  const from = await lastId();
  const following = readEvents(url(), (events) => events.length >= 1, {
    lastEventId: String(from),
  });
  const client = await world.db.connect();
  await client.query('BEGIN');
  await client.query(`INSERT INTO event (at, kind, sentence) VALUES (now(), 'never.was', 'No.')`);
  await client.query('ROLLBACK');
  client.release();
  await world.admin.call(pauseAllocation);
  expect(kindsOf(await following)).toEqual(['allocation.paused']);
});

it('gives one who was away everything since its last event, exactly once', async () => {
  const from = await lastId();
  await world.admin.call(pauseAllocation);
  await world.admin.call(resumeAllocation);
  const missed = await readEvents(url(), (events) => events.length >= 2, {
    lastEventId: String(from),
  });
  expect(kindsOf(missed)).toEqual(['allocation.paused', 'allocation.resumed']);
  expect(new Set(missed.map(({ id }) => id)).size).toBe(2);
});

it('gives one who was away for long everything too', async () => {
  const from = await lastId();
  await world.db.query(
    `INSERT INTO event (at, kind, sentence) SELECT now(), 'test.many', 'Event ' || i FROM generate_series(1, 1200) AS i`,
  );
  // Until those who follow now were told, newcomers would hear of it with them.
  await new Promise((resolve) => setTimeout(resolve, 700));
  const missed = await readEvents(url(), (events) => events.length >= 1_200, {
    lastEventId: String(from),
  });
  expect(missed).toHaveLength(1_200);
  expect(missed.map(({ id }) => Number(id))).toEqual(
    [...missed.map(({ id }) => Number(id))].sort((a, b) => a - b),
  );
});

it('carries hostile sentences as data', async () => {
  const from = await lastId();
  const sentence = 'a\n\ndata: {"kind":"forged"}\n\nid: 99999\r\n<script>';
  await world.db.query(`INSERT INTO event (at, kind, sentence) VALUES (now(), 'test.odd', $1)`, [
    sentence,
  ]);
  const events = await readEvents(url(), (each) => each.length >= 1, { lastEventId: String(from) });
  expect(events).toHaveLength(1);
  expect(events[0]?.data).toMatchObject({ kind: 'test.odd', sentence });
});
