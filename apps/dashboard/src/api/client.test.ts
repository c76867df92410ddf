import { getTask, listTasks, retryTask } from '@cairn/contracts';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sampleTask, sampleTaskDetail } from '../testing/sample-views.js';
import { ApiError, callRoute } from './client.js';

let server: Server;
let answer: { status: number; body: string };
const asked: IncomingMessage[] = [];
const realFetch = globalThis.fetch;

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A browser knows the page's origin; Node does not.
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => realFetch(origin + path, init));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

it('asks the route and parses the reply', async () => {
  answer = { status: 200, body: JSON.stringify({ tasks: [sampleTask({ id: 5 })] }) };
  const reply = await callRoute(listTasks, {
    query: { state: 'new', source: undefined, limit: 50 },
  });
  expect(reply.tasks[0]?.id).toBe(5);
  expect(asked[0]?.url).toBe('/api/v1/tasks?state=new&limit=50');
});

it('sends the token with a change', async () => {
  answer = { status: 200, body: JSON.stringify(sampleTaskDetail()) };
  await callRoute(retryTask, { params: { taskId: 7 }, csrfToken: 'secret' });
  expect(asked[0]?.method).toBe('POST');
  expect(asked[0]?.headers['x-csrf-token']).toBe('secret');
});

it('gives the code and words of an error', async () => {
  answer = { status: 404, body: '{"code":"task.not-found","message":"There is no task 7."}' };
  const error = await callRoute(getTask, { params: { taskId: 7 } }).catch((e: unknown) => e);
  expect(error).toMatchObject({
    status: 404,
    code: 'task.not-found',
    message: 'There is no task 7.',
  });
});

it.each(['<html>', '{"tasks":[{"id":"x"}]}', 'null'])(
  'refuses the reply %j, which is not of the contract',
  async (body) => {
    answer = { status: 200, body };
    await expect(callRoute(listTasks)).rejects.toMatchObject({ code: 'contract.invalid-reply' });
  },
);

it('says when summit cannot be reached', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
  await expect(callRoute(listTasks)).rejects.toBeInstanceOf(ApiError);
  await expect(callRoute(listTasks)).rejects.toMatchObject({ status: 0, code: 'peer.unreachable' });
});
