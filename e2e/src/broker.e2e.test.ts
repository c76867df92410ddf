import {
  attemptFailed,
  heartbeat,
  importStart,
  orderBuild,
  orderCancel,
  removeBuilder,
  subjectOf,
  type BuildFailure,
} from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NatsPeer, credentialsOf } from './actions/nats-peer.js';
import { RogueBuilder } from './actions/rogue-builder.js';
import { World } from './actions/world.js';
import { taskIn } from './assertions/task-state.js';

/** Longer than any answer takes; what has not come by then does not come. */
const SILENCE_MS = 1_500;
const FAILURE: BuildFailure = {
  class: 'recipe',
  code: 'build.phase-failed',
  step: 'install',
  message: 'It failed.',
};

let world: World;
let one: NatsPeer;
beforeAll(async () => {
  world = await World.start({ builders: ['one', 'two'] });
  one = await NatsPeer.ofBuilder(world, 'one');
});
afterAll(async () => {
  await one.close();
  await world.stop();
});

const beat = {
  instanceId: '00000000-0000-4000-8000-000000000000',
  sentAt: 1,
  machine: {
    cpuLoad: 0,
    loadAverage: 0,
    memoryUsedBytes: 0,
    memoryTotalBytes: 1,
    diskFreeBytes: 1,
    diskTotalBytes: 1,
  },
  attempts: [],
};

/** How many requests summit has left unanswered for their reply subject. */
async function refusedReplies(): Promise<number> {
  const text = await (await fetch(`${world.stack.summitUrl}/metrics`)).text();
  const line = /^cairn_reply_subjects_refused_total(?:\{\})? (\d+)/m.exec(text);
  return Number(line?.[1] ?? 0);
}

describe('with the credentials of a builder', () => {
  it('one may speak as that builder', async () => {
    expect(await one.request(heartbeat, beat)).toEqual({ verdicts: [] });
  });

  it('one cannot speak as another builder', async () => {
    await expect(one.request(heartbeat, beat, { as: 'two' })).rejects.toThrow(/permission/i);
  });

  it.each([importStart.subject, 'builder.one.order.build.v1', '$SYS.REQ.CLAIMS.UPDATE'])(
    'one cannot publish to %s',
    async (subject) => {
      await expect(one.connection.request(subject, '{}')).rejects.toThrow(/permission/i);
    },
  );

  it.each([
    'builder.two.order.build.v1',
    'builder.two.order.>',
    'builder.*.order.build.v1',
    'builder.>',
    '>',
    '_INBOX.two.>',
    '_INBOX.summit.>',
    'summit.>',
  ])('one cannot hear %s', async (subject) => {
    const refused = await new Promise<Error | null>((resolve) => {
      one.connection.subscribe(subject, { callback: (error) => resolve(error) });
    });
    expect(refused?.message).toMatch(/permission/i);
  });

  it('one gets no answer into the orders of another', async () => {
    const spy = await NatsPeer.ofBuilder(world, 'two');
    const heard: string[] = [];
    for (const contract of [orderBuild, orderCancel]) {
      spy.connection.subscribe(subjectOf(contract, 'two'), {
        callback: (error, message) => {
          heard.push(error === null ? message.subject : error.message);
        },
      });
    }
    await spy.connection.flush();
    const before = await refusedReplies();
    const reply = subjectOf(orderBuild, 'two');
    one.connection.publish(subjectOf(heartbeat, 'one'), JSON.stringify(beat), { reply });
    await eventually(async () => expect(await refusedReplies()).toBe(before + 1));
    await sleep(SILENCE_MS);
    expect(heard).toEqual([]);
    // What is an order would have been heard.
    await world.app('one').stop();
    await world.push({ name: 'kiwi' });
    await taskIn(world.hub, 'kiwi', 'completed');
    expect(heard).toEqual([reply]);
    await spy.close();
  });
});

it('drops nothing when a builder uses the message id of another', async () => {
  await world.app('two').stop();
  const left = await RogueBuilder.enrol(world, 'left');
  await world.push({ name: 'lemon' });
  const lemon = await left.order('lemon');
  const right = await RogueBuilder.enrol(world, 'right');
  const refuse = async (rogue: RogueBuilder, order: typeof lemon) => {
    const { attemptId, fence } = order;
    const report = { attemptId, fence, logSizeBytes: 0, failure: FAILURE };
    return rogue.peer.request(attemptFailed, report, { messageId: 'the-same' });
  };
  expect(await refuse(left, lemon)).toEqual({ outcome: 'taken' });
  await taskIn(world.hub, 'lemon', 'failed');
  await left.stop();
  await world.hub.call(removeBuilder, { params: { builderId: 'left' } });
  await world.push({ name: 'mango' });
  expect(await refuse(right, await right.order('mango'))).toEqual({ outcome: 'taken' });
  await taskIn(world.hub, 'mango', 'failed');
  await right.stop();
});

it('keeps a removed builder out, also after NATS lost its files', async () => {
  const credentials = credentialsOf(world, 'two');
  const peer = await NatsPeer.connect(world.stack.natsUrl, credentials);
  await world.hub.call(removeBuilder, { params: { builderId: 'two' } });
  // It is thrown out where it is connected.
  await peer.connection.closed();
  const comeBack = () => NatsPeer.connect(world.stack.natsUrl, credentials);
  await expect(comeBack()).rejects.toThrow(/authorization|authentication|revoked/i);

  await one.close();
  await world.stack.servers.get('nats')!.kill('SIGKILL');
  rmSync(join(world.dir, 'nats'), { recursive: true });
  await world.stack.startNats();
  await expect(comeBack()).rejects.toThrow(/authorization|authentication|revoked/i);
  one = await NatsPeer.ofBuilder(world, 'one');
  await eventually(async () => expect(await one.request(heartbeat, beat)).toBeDefined(), {
    timeoutMs: 30_000,
  });
});
