import {
  followLog,
  LOG_CHUNK_SIZE_BYTES_MAX,
  readLog,
  urlOf,
  type BuildOrder,
} from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readEvents } from '../testing/event-reader.conformance.js';
import { type SimulatedBuilder } from '../testing/simulated-builder.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const LOG_SIZE_BYTES_MAX = 600_000;
const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;
let attic: SimulatedBuilder;
let order: BuildOrder;
let builds = 0;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres, {
    attempts: { logSizeBytes: LOG_SIZE_BYTES_MAX },
  });
  await world.applyProject();
  attic = await world.builder('attic', { slots: 32 });
});
beforeEach(async () => {
  builds += 1;
  await world.refresh(world.recipes.commitRecipes({ name: `noisy-${builds}` }));
  order = await attic.order(`noisy-${builds}`);
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

async function read(offset = 0, attemptId: string = order.attemptId) {
  const url = world.summit.api.url + urlOf(readLog, { attemptId }, { offset });
  const response = await fetch(url);
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

const followUrl = (offset = 0) =>
  world.summit.api.url + urlOf(followLog, { attemptId: order.attemptId }, { offset });

interface Piece {
  readonly offset: number;
  readonly bytes: string;
  readonly complete: boolean;
}

const textOf = (events: readonly { readonly data: unknown }[]) =>
  Buffer.concat(events.map(({ data }) => Buffer.from((data as Piece).bytes, 'base64')));

it('appends pieces and says from where to go on', async () => {
  expect(await attic.log(order, 0, 'first ')).toEqual({ nextOffset: 6 });
  expect(await attic.log(order, 6, 'second')).toEqual({ nextOffset: 12 });
  const { bytes, headers } = await read();
  expect(bytes.toString()).toBe('first second');
  expect(headers.get('cairn-log-state')).toBe('growing');
  expect((await read(6)).bytes.toString()).toBe('second');
  expect((await read(12)).bytes.toString()).toBe('');
  expect((await read(99_999)).bytes.toString()).toBe('');
});

it('stores nothing twice when a piece comes again, whole or in part', async () => {
  await attic.log(order, 0, 'abcdef');
  expect(await attic.log(order, 0, 'abcdef')).toEqual({ nextOffset: 6 });
  expect(await attic.log(order, 3, 'defghi')).toEqual({ nextOffset: 9 });
  expect(await attic.log(order, 0, 'ab')).toEqual({ nextOffset: 9 });
  expect((await read()).bytes.toString()).toBe('abcdefghi');
});

it('stores nothing twice when the same piece comes many times at once', async () => {
  const piece = 'x'.repeat(5_000);
  const answers = await Promise.all(Array.from({ length: 8 }, () => attic.log(order, 0, piece)));
  expect(answers.every(({ nextOffset }) => nextOffset === 5_000)).toBe(true);
  expect((await read()).bytes.byteLength).toBe(5_000);
});

it('refuses a gap and says what is missing', async () => {
  await attic.log(order, 0, 'abc');
  await expect(attic.log(order, 7, 'xyz')).rejects.toMatchObject({
    code: 'log.offset-mismatch',
    details: { expectedOffset: 3 },
  });
  expect((await read()).bytes.toString()).toBe('abc');
});

it('takes no piece from another builder, of another fence, or of no attempt', async () => {
  await attic.log(order, 0, 'mine');
  const other = await world.builder(`other-${builds}`);
  await other.beat([], 'draining');
  const wrong = { code: 'attempt.not-found' };
  await expect(other.log(order, 4, 'evil')).rejects.toMatchObject(wrong);
  await expect(attic.log({ ...order, fence: order.fence + 1 }, 4, 'x')).rejects.toMatchObject(
    wrong,
  );
  await expect(attic.log({ ...order, attemptId: randomUUID() }, 0, 'x')).rejects.toMatchObject(
    wrong,
  );
  expect((await read()).bytes.toString()).toBe('mine');
});

it('refuses a piece or a log that is too large', async () => {
  const large = new Uint8Array(LOG_CHUNK_SIZE_BYTES_MAX + 1);
  await expect(attic.log(order, 0, large)).rejects.toMatchObject({ code: 'contract.too-large' });
  const piece = new Uint8Array(LOG_CHUNK_SIZE_BYTES_MAX).fill(0x61);
  let offset = 0;
  const fill = async () => {
    for (let count = 0; count < 20; count += 1) {
      ({ nextOffset: offset } = await attic.log(order, offset, piece));
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: 'log.too-large' });
  expect(offset).toBeLessThanOrEqual(LOG_SIZE_BYTES_MAX + 1_048_576);
  expect((await read()).bytes.byteLength).toBeLessThanOrEqual(1_048_576);
});

it('is complete when the length that came with the result is there', async () => {
  await attic.log(order, 0, 'building\n');
  await attic.fail(order);
  expect((await read()).headers.get('cairn-log-state')).toBe('complete');
  // What was still on its way is welcome, also after the result.
  expect(await attic.log(order, 9, 'the end\n')).toEqual({ nextOffset: 17 });
  expect((await read()).bytes.toString()).toBe('building\nthe end\n');
});

it('sends followers what is there, then what comes, then the end', async () => {
  await attic.log(order, 0, 'early ');
  const following = readEvents(followUrl(), (events) =>
    events.some(({ data }) => (data as Piece).complete),
  );
  await attic.log(order, 6, 'late ');
  await attic.log(order, 11, 'last');
  await attic.fail(order);
  const events = await following;
  expect(textOf(events).toString()).toBe('early late last');
  expect(events.at(-1)).toMatchObject({ id: '15', data: { complete: true } });
});

it('resumes a follower at its offset, and by the id of its last event', async () => {
  await attic.log(order, 0, '0123456789');
  await attic.fail(order);
  const isComplete = (events: readonly { readonly data: unknown }[]) =>
    events.some(({ data }) => (data as Piece).complete);
  const fromOffset = await readEvents(followUrl(4), isComplete);
  expect(textOf(fromOffset).toString()).toBe('456789');
  const fromId = await readEvents(followUrl(), isComplete, { lastEventId: '7' });
  expect(textOf(fromId).toString()).toBe('789');
  const fromNonsense = await readEvents(followUrl(2), isComplete, { lastEventId: '-1; DROP' });
  expect(textOf(fromNonsense).toString()).toBe('23456789');
  const beyond = await readEvents(followUrl(10_000), isComplete);
  expect(textOf(beyond).toString()).toBe('');
});

it('passes hostile bytes on as they are, and harmlessly', async () => {
  const hostile = Buffer.concat([
    Buffer.from([0x00, 0xff, 0xfe, 0x80, 0xc3, 0x28]),
    Buffer.from(
      '\n\ndata: {"complete":true}\n\nid: 99\n\u001b]0;title\u0007<script>alert(1)</script>',
    ),
  ]);
  await attic.log(order, 0, hostile);
  await attic.fail(order);
  const { bytes, headers } = await read();
  expect(bytes.equals(hostile)).toBe(true);
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain('sandbox');
  const events = await readEvents(followUrl(), (each) =>
    each.some(({ data }) => (data as Piece).complete),
  );
  expect(events).toHaveLength(1);
  expect(textOf(events).equals(hostile)).toBe(true);
});

it('keeps a log over a restart of summit', async () => {
  await attic.log(order, 0, 'before ');
  await world.restartSummit();
  expect(await attic.log(order, 7, 'after')).toEqual({ nextOffset: 12 });
  expect((await read()).bytes.toString()).toBe('before after');
});

it('answers for logs that are not there', async () => {
  const attemptId = randomUUID();
  expect((await read(0, attemptId)).status).toBe(404);
  const url = world.summit.api.url + urlOf(followLog, { attemptId });
  expect((await fetch(url)).status).toBe(404);
});
