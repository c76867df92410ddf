import {
  HTTP_ROUTES,
  importFinished,
  heartbeat,
  streamMoved,
  urlOf,
  type HttpRoute,
} from '@cairn/contracts';
import { PERMISSIONS } from '@cairn/identity';
import { createLogger } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import { testServers } from '@cairn/testing';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SessionStore } from './session.store.js';
import { CLOCK } from '../clock.js';
import { CONFIG } from '../config.js';
import { LOGGER } from '../logger.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { type ApiClient } from '../testing/api-client.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';
import { ErrorFilter } from '../http/error.filter.js';
import { RouteGuard } from './route.guard.js';
import { assertEveryRouteHandled } from '../http/route-proof.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

const PARAMS = {
  taskId: 1,
  attemptId: '0a3c1b52-7f6e-4b5a-9d3e-5b1f0c8e7a11',
  rebuildId: '0a3c1b52-7f6e-4b5a-9d3e-5b1f0c8e7a12',
  builderId: 'attic',
  project: 'main',
  repository: 'recipes',
  channel: 'main',
  name: 'nano',
};

/** The status of a route's answer; an endless answer is left after its head. */
async function statusOf(route: HttpRoute, api: ApiClient, token?: string): Promise<number> {
  const stop = new AbortController();
  const response = await fetch(api.url + urlOf(route, PARAMS), {
    method: route.method,
    signal: stop.signal,
    headers: {
      ...(route.method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(route.method === 'POST' ? { body: '{}' } : {}),
  });
  stop.abort();
  return response.status;
}

const isPublic = ({ policy }: HttpRoute) => policy === 'public';
const isPublicRead = ({ policy }: HttpRoute) => policy === 'public-read';

it('states a policy for every route', () => {
  const known = ['public', 'public-read', 'signed-in', ...PERMISSIONS];
  expect(HTTP_ROUTES.filter(({ policy }) => !known.includes(policy))).toEqual([]);
  expect(HTTP_ROUTES.length).toBeGreaterThan(20);
});

it('asks everyone who they are, except where the policy is public', async () => {
  const answers: Record<string, number> = {};
  for (const route of HTTP_ROUTES) {
    const status = await statusOf(route, world.summit.api);
    if (isPublic(route) || isPublicRead(route)) {
      // Public routes that prove something by their own means refuse our empty proof.
      const isProof = ['/api/v1/sessions', '/api/v1/sessions/refresh', '/api/v1/webhooks/github'];
      if (status === 401 && !isProof.includes(route.path)) answers[route.path] = status;
      if (status === 403 || status >= 500) answers[route.path] = status;
    } else if (status !== 401) answers[route.path] = status;
  }
  expect(answers).toEqual({});
});

it('closes the reading routes too when the operator closes the dashboard', async () => {
  const http = { ...world.config.http, isPublicRead: false };
  const closed = await world.start({ http });
  for (const route of HTTP_ROUTES.filter(isPublicRead)) {
    expect(await statusOf(route, closed.api), route.path).toBe(401);
  }
  const viewer = await world.logIn('viola', 'viewer');
  for (const route of HTTP_ROUTES.filter(isPublicRead)) {
    expect([401, 403], route.path).not.toContain(await statusOf(route, closed.api, viewer));
  }
  await closed.stop();
});

it('lets a viewer change nothing', async () => {
  const viewer = await world.logIn('viola', 'viewer');
  const closed = HTTP_ROUTES.filter(
    ({ policy }) => !['public', 'public-read', 'signed-in'].includes(policy),
  );
  expect(closed.length).toBeGreaterThan(8);
  for (const route of closed) {
    expect(await statusOf(route, world.summit.api, viewer), route.path).toBe(403);
  }
});

it('refuses hostile bodies with a code, never with an error of its own', async () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const bodies = ['', '[]', 'null', '7', '"x"', '{', '\u0000', deep, '{"__proto__":{"a":1}}'];
  const bad: string[] = [];
  for (const route of HTTP_ROUTES.filter(({ method }) => method === 'POST')) {
    for (const body of bodies) {
      const response = await fetch(world.summit.api.url + urlOf(route, PARAMS), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...adminHeader() },
        body,
      });
      if (response.status >= 500) bad.push(`${route.path} ${body.slice(0, 9)} ${response.status}`);
    }
  }
  expect(bad).toEqual([]);
});

function adminHeader(): Record<string, string> {
  return world.adminHeaders;
}

it('refuses a body that is too large, unknown fields, and unknown routes', async () => {
  const url = `${world.summit.api.url}/api/v1/projects/plan`;
  const post = (body: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...adminHeader() },
      body,
    });
  const large = await post(JSON.stringify({ document: 'x'.repeat(2 * 1_048_576) }));
  expect(large.status).toBe(400);
  expect(await large.json()).toMatchObject({ code: 'contract.too-large' });
  const unknown = await post(JSON.stringify({ document: 'a: 1', force: true }));
  expect(await unknown.json()).toMatchObject({ code: 'contract.invalid-payload' });
  const nowhere = await fetch(`${world.summit.api.url}/api/v1/nowhere`);
  expect(nowhere.status).toBe(404);
  expect(await nowhere.json()).toMatchObject({ code: 'route.not-found' });
});

it('hides nothing of a numeric overflow or a strange path behind an error of its own', async () => {
  const { api } = world.summit;
  const paths = [
    '/api/v1/tasks/99999999999999999999',
    '/api/v1/tasks/2147483648',
    '/api/v1/tasks/1e3',
    '/api/v1/tasks/-1',
    '/api/v1/tasks/%00',
    '/api/v1/tasks/%ff',
    '/api/v1/tasks?before=99999999999999',
    '/api/v1/tasks?before=4294967296',
    '/api/v1/tasks?source=%00',
    '/api/v1/tasks?source[a]=b',
    '/api/v1/tasks?limit=10&limit=20',
    '/api/v1/attempts/..%2f..%2fetc%2fpasswd/log',
    `/api/v1/attempts/${PARAMS.attemptId}/log?offset=99999999999999999999`,
    '/api/v1/channels/main/packages?version=stream/%00',
  ];
  const bad: string[] = [];
  for (const path of paths) {
    const { status } = await fetch(api.url + path);
    if (status >= 500) bad.push(`${path} ${status}`);
  }
  expect(bad).toEqual([]);
});

@Controller()
class Unmarked {
  @Get('open-by-mistake')
  read() {
    return { secret: 1 };
  }
}

it('does not start with a handler that has no route', async () => {
  class WithUnmarked {}
  Module({ controllers: [Unmarked] })(WithUnmarked);
  const app = await NestFactory.create(WithUnmarked, { logger: false });
  expect(() => assertEveryRouteHandled(app)).toThrow('Unmarked.read has no route: mark it with');
  await app.close();
});

it('keeps a handler without a route closed even to an admin', async () => {
  const database = new SummitDatabase(world.config);
  class Guarded {}
  Module({
    controllers: [Unmarked],
    providers: [
      { provide: CONFIG, useValue: world.config },
      { provide: CLOCK, useValue: systemClock },
      { provide: LOGGER, useValue: createLogger({ name: 'summit', level: 'silent' }) },
      { provide: SessionStore, useValue: new SessionStore(database) },
      { provide: APP_GUARD, useClass: RouteGuard },
      { provide: APP_FILTER, useClass: ErrorFilter },
    ],
  })(Guarded);
  const app = await NestFactory.create(Guarded, { logger: false });
  await app.listen(0, '127.0.0.1');
  const response = await fetch(`${await app.getUrl()}/open-by-mistake`, { headers: adminHeader() });
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain('secret');
  await app.close();
  await database.close();
});

it('lets each party on the broker say only what is its to say', async () => {
  const attic = await world.builder('attic');
  const outcome = { kind: 'lost' as const, code: 'x', message: 'x' };
  const asVessel = attic.client.request(importFinished, { importId: PARAMS.attemptId, outcome });
  await expect(asVessel).rejects.toMatchObject({ code: 'permission.missing' });
  const moved = { channel: 'main', stream: 'volatile', history: 'evil' };
  await expect(attic.client.request(streamMoved, moved)).rejects.toMatchObject({
    code: 'permission.missing',
  });
  const asAttic = world.vessel.client.request(heartbeat, {} as never, { builderId: 'attic' });
  await expect(asAttic).rejects.toMatchObject({ code: 'permission.missing' });
});
