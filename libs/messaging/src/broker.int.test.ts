import 'reflect-metadata';
import {
  createCredentials,
  createTrustFile,
  natsServerConfig,
  parseTrust,
  type NatsTrust,
} from '@cairn/auth';
import {
  AppError,
  artefactRead,
  attemptSucceeded,
  contractsTo,
  heartbeat,
  importStart,
  logAppend,
  orderCancel,
  subjectOf,
  type NatsContract,
} from '@cairn/contracts';
import { type ServiceRole } from '@cairn/identity';
import { makeTestFolder, startNats, type RunningServer } from '@cairn/testing';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectNats } from './connect-nats.js';
import { ContractClient } from './contract-client.js';
import { Handles, type MessageContext } from './handles.decorator.js';
import { NatsServerStrategy } from './nats-server.strategy.js';
import { META_HEADER } from './wire.js';

const folder = makeTestFolder();
const trust: NatsTrust = parseTrust(JSON.stringify(createTrustFile()));
const connections: NatsConnection[] = [];
const refusedReplies: string[] = [];
const defects: unknown[] = [];
let server: RunningServer;

const attemptId = randomUUID();
const beat = {
  instanceId: randomUUID(),
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

async function start(revoked: readonly string[] = []): Promise<void> {
  const config = await natsServerConfig(trust, {
    revocations: revoked.map((publicKey) => ({
      publicKey,
      since: Math.floor(Date.now() / 1_000) + 1,
    })),
  });
  server = await startNats({
    dir: join(folder.dir, `nats-${randomUUID()}`),
    ...(port === undefined ? {} : { port }),
    config: ({ dir }) => config(join(dir, 'resolver')),
  });
  port = server.port;
}
let port: number | undefined;

async function link(
  role: ServiceRole,
  senderId: string,
  credentials?: { jwt: string; seed: string },
) {
  const connection = await connectNats({
    url: server.url,
    credentials: credentials ?? (await createCredentials(trust, role, senderId)),
    senderId,
    name: senderId,
    onFault: () => undefined,
  });
  connections.push(connection);
  return connection;
}

async function serve(
  controller: Type,
  options: {
    role: ServiceRole;
    contracts: NatsContract[];
    connection: NatsConnection;
    builderId?: string;
  },
) {
  class TestModule {}
  Module({ controllers: [controller] })(TestModule);
  const app = await NestFactory.createMicroservice(TestModule, {
    logger: false,
    strategy: new NatsServerStrategy({
      ...options,
      events: {
        onReplyRefused: ({ subject }) => refusedReplies.push(subject),
        onDefect: ({ error }) => defects.push(error),
      },
    }),
  });
  await app.listen();
  return app;
}

const heard: { senderId: string; bytes: string | null }[] = [];

@Controller()
class SummitController {
  @Handles(heartbeat)
  async beat(_request: unknown, context: MessageContext) {
    heard.push({ senderId: context.senderId, bytes: null });
    return { verdicts: [] };
  }

  @Handles(logAppend)
  async append(request: { offset: number }, context: MessageContext) {
    heard.push({ senderId: context.senderId, bytes: Buffer.from(context.bytes ?? []).toString() });
    return { nextOffset: request.offset + (context.bytes?.byteLength ?? 0) };
  }

  @Handles(attemptSucceeded)
  async succeed(request: { fence: number }): Promise<{ outcome: 'taken' }> {
    if (request.fence === 1) throw new AppError('attempt.fence-stale', 'Too late.', { fence: 1 });
    throw new Error('disk full at /secret/path');
  }
}

@Controller()
class AtticController {
  @Handles(artefactRead)
  async read(request: { offset: number }) {
    return {
      reply: { sizeBytes: 5 },
      bytes: new TextEncoder().encode('stone').subarray(request.offset),
    };
  }
}

beforeAll(async () => {
  await start();
  const summit = await link('summit', 'summit');
  await serve(SummitController, {
    role: 'summit',
    contracts: [heartbeat, logAppend, attemptSucceeded],
    connection: summit,
  });
  const attic = await link('builder', 'attic');
  await serve(AtticController, {
    role: 'builder',
    contracts: [artefactRead],
    connection: attic,
    builderId: 'attic',
  });
});

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await server.stop();
  folder.remove();
});

it('answers JSON, bytes up and bytes down', async () => {
  const attic = new ContractClient(await link('builder', 'attic'));
  expect(await attic.request(heartbeat, beat, { builderId: 'attic' })).toEqual({ verdicts: [] });
  const bytes = new TextEncoder().encode('hello');
  const appended = await attic.requestWithBytes(
    logAppend,
    { attemptId, fence: 1, offset: 7 },
    bytes,
    { builderId: 'attic' },
  );
  expect(appended).toEqual({ nextOffset: 12 });
  expect(heard.at(-1)).toEqual({ senderId: 'attic', bytes: 'hello' });
  const vessel = new ContractClient(await link('vessel', 'vessel'));
  const read = await vessel.requestBytes(
    artefactRead,
    { attemptId, sha256: 'a'.repeat(64), offset: 2, lengthBytes: 10 },
    { builderId: 'attic' },
  );
  expect({ ...read.reply, text: Buffer.from(read.bytes).toString() }).toEqual({
    sizeBytes: 5,
    text: 'one',
  });
});

it('gives a plain NATS client a plain answer and a readable error', async () => {
  const attic = await link('builder', 'attic');
  const reply = await attic.request(subjectOf(heartbeat, 'attic'), JSON.stringify(beat));
  expect(reply.json()).toEqual({ verdicts: [] });
  const error = await attic.request(subjectOf(heartbeat, 'attic'), '{"sentAt":"x"}');
  expect(error.headers?.get('Nats-Service-Error-Code')).toBe('400');
  expect(error.json()).toMatchObject({ code: 'contract.invalid-payload' });
  const garbage = await attic.request(subjectOf(heartbeat, 'attic'), new Uint8Array([0xff, 0xfe]));
  expect(garbage.json()).toMatchObject({ code: 'contract.invalid-payload' });
});

it('carries known errors whole and hides unknown ones behind an id', async () => {
  const attic = new ContractClient(await link('builder', 'attic'));
  const collectables = [
    { kind: 'package' as const, name: 'a.stone', sizeBytes: 1, sha256: 'a'.repeat(64) },
  ];
  const report = { attemptId, logSizeBytes: 0, collectables };
  const known = attic.request(attemptSucceeded, { ...report, fence: 1 }, { builderId: 'attic' });
  await expect(known).rejects.toMatchObject({ code: 'attempt.fence-stale', details: { fence: 1 } });
  const unknown = await attic
    .request(attemptSucceeded, { ...report, fence: 2 }, { builderId: 'attic' })
    .catch((error: unknown) => error as AppError);
  expect(unknown).toMatchObject({ code: 'internal' });
  expect(JSON.stringify(unknown)).not.toContain('secret');
  expect(String(defects.at(-1))).toContain('disk full');
});

it('lets no builder speak as another, nor hear its orders', async () => {
  const cellar = await link('builder', 'cellar');
  const client = new ContractClient(cellar);
  await expect(client.request(heartbeat, beat, { builderId: 'attic' })).rejects.toMatchObject({
    code: 'permission.missing',
  });
  await expect(client.request(importStart, {} as never)).rejects.toMatchObject({
    code: 'permission.missing',
  });
  for (const subject of [
    subjectOf(orderCancel, 'attic'),
    'builder.>',
    '>',
    '_INBOX.attic.>',
    'builder.*.order.build.v1',
  ]) {
    const error = await new Promise((resolve) => {
      cellar.subscribe(subject, { callback: (problem) => resolve(problem) });
      setTimeout(() => resolve(null), 1_000);
    });
    expect(error, subject).toBeInstanceOf(Error);
  }
});

it("does not answer into another builder's orders", async () => {
  const attic = await link('builder', 'attic');
  const before = heard.length;
  const refusedBefore = refusedReplies.length;
  attic.publish(subjectOf(heartbeat, 'attic'), JSON.stringify(beat), {
    reply: subjectOf(orderCancel, 'cellar'),
  });
  attic.publish(subjectOf(heartbeat, 'attic'), JSON.stringify(beat), { reply: '_INBOX.cellar.1' });
  attic.publish(subjectOf(heartbeat, 'attic'), JSON.stringify(beat));
  await attic.flush();
  await expect.poll(() => refusedReplies.length).toBe(refusedBefore + 3);
  expect(heard.length).toBe(before);
});

it('refuses bytes without their description', async () => {
  const attic = await link('builder', 'attic');
  const reply = await attic.request(subjectOf(logAppend, 'attic'), 'raw');
  expect(reply.json()).toMatchObject({
    code: 'contract.invalid-payload',
    message: expect.stringContaining(META_HEADER) as string,
  });
});

it('refuses to start when a contract has no handler', async () => {
  const vessel = await link('vessel', 'vessel');
  @Controller()
  class Empty {}
  await expect(
    serve(Empty, { role: 'vessel', contracts: [...contractsTo('vessel')], connection: vessel }),
  ).rejects.toThrow('no handler for vessel.import.start.v1');
});

it('says at once that a connection is lost, and goes on when it is back', async () => {
  const attic = new ContractClient(await link('builder', 'attic'));
  const ask = () => attic.request(heartbeat, beat, { builderId: 'attic' });
  await server.kill('SIGKILL');
  const startedAt = performance.now();
  await expect(ask()).rejects.toMatchObject({ code: 'peer.unreachable' });
  expect(performance.now() - startedAt).toBeLessThan(heartbeat.timeoutMs / 2);
  await start();
  await expect
    .poll(
      () =>
        ask()
          .then(() => true)
          .catch(() => false),
      { timeout: 10_000 },
    )
    .toBe(true);
});

it('keeps a revoked builder out, also of a broker that lost its files', async () => {
  const credentials = await createCredentials(trust, 'builder', 'thief');
  const publicKey = (
    JSON.parse(Buffer.from(credentials.jwt.split('.')[1]!, 'base64url').toString()) as {
      sub: string;
    }
  ).sub;
  const thief = await link('builder', 'thief', credentials);
  await thief.flush();
  await server.kill('SIGKILL');
  await start([publicKey]);
  const attic = connections[1]!;
  await expect
    .poll(
      async () =>
        attic.flush().then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const outcome = await Promise.race([
    thief.flush().then(
      () => 'in',
      () => 'out',
    ),
    new Promise((resolve) => setTimeout(() => resolve('out'), 1_000)),
  ]);
  expect(outcome).toBe('out');
});
