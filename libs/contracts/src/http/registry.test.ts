import { expect, it } from 'vitest';
import { urlOf } from './http-route.js';
import { getTask, listTasks } from './hub.routes.js';
import { openApiDocument } from './openapi.js';
import { HTTP_ROUTES } from './registry.js';

it('has each method and path once, below /api/v1', () => {
  const keys = HTTP_ROUTES.map((route) => `${route.method} ${route.path}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const route of HTTP_ROUTES) expect(route.path).toMatch(/^\/api\/v1\/[a-zA-Z0-9/:-]+$/);
});

it('lets no one change anything without a permission, except to prove who they are', () => {
  const open = HTTP_ROUTES.filter((route) => route.method !== 'GET' && route.policy === 'public');
  expect(open.map((route) => route.path).sort()).toEqual([
    '/api/v1/enrolments',
    '/api/v1/sessions',
    '/api/v1/sessions/refresh',
    '/api/v1/webhooks/github',
  ]);
});

it('describes every route in the OpenAPI document', () => {
  const document = openApiDocument('1.2.3') as { paths: Record<string, Record<string, unknown>> };
  const described = Object.values(document.paths).flatMap((path) => Object.keys(path));
  expect(described).toHaveLength(HTTP_ROUTES.length);
  expect(document.paths['/api/v1/tasks/{taskId}']?.['get']).toMatchObject({
    'x-cairn-policy': 'public-read',
    parameters: [{ name: 'taskId', in: 'path', required: true }],
  });
});

it('fills parameters safely', () => {
  expect(urlOf(getTask, { taskId: '../x' })).toBe('/api/v1/tasks/..%2Fx');
  expect(urlOf(listTasks, {}, { state: 'new', limit: 5, source: undefined })).toBe(
    '/api/v1/tasks?state=new&limit=5',
  );
});
