import { z } from 'zod';
import {
  planRequestSchema,
  planViewSchema,
  rebuildDetailSchema,
  rebuildRequestSchema,
  rebuildViewSchema,
} from '../rebuild-view.js';
import { uuidSchema } from '../values.js';
import { defineRoute } from './http-route.js';

const rebuildParams = z.strictObject({ rebuildId: uuidSchema });

export const previewPlan = defineRoute({
  method: 'POST',
  path: '/api/v1/plans',
  policy: 'public-read',
  summary: 'What a change would rebuild, in which order, at what cost, and which cycles it enters.',
  body: planRequestSchema,
  reply: planViewSchema,
});

export const startRebuild = defineRoute({
  method: 'POST',
  path: '/api/v1/rebuilds',
  policy: 'rebuild:manage',
  summary:
    'Plan a rebuild and carry it out: built in stages, published together. Waiting tasks of its sources give way.',
  body: rebuildRequestSchema,
  reply: rebuildViewSchema,
});

export const listRebuilds = defineRoute({
  method: 'GET',
  path: '/api/v1/rebuilds',
  policy: 'public-read',
  summary: 'Rebuilds with their progress, newest first (at most 50).',
  reply: z.object({ rebuilds: z.array(rebuildViewSchema) }),
});

export const getRebuild = defineRoute({
  method: 'GET',
  path: '/api/v1/rebuilds/:rebuildId',
  policy: 'public-read',
  summary: 'One rebuild with every step, its task and its reason.',
  params: rebuildParams,
  reply: rebuildDetailSchema,
});

export const pauseRebuild = defineRoute({
  method: 'POST',
  path: '/api/v1/rebuilds/:rebuildId/pause',
  policy: 'rebuild:manage',
  summary: 'Give out no further builds of it; running ones go on.',
  params: rebuildParams,
  reply: rebuildViewSchema,
});

export const resumeRebuild = defineRoute({
  method: 'POST',
  path: '/api/v1/rebuilds/:rebuildId/resume',
  policy: 'rebuild:manage',
  summary: 'Give out its builds again.',
  params: rebuildParams,
  reply: rebuildViewSchema,
});

export const cancelRebuild = defineRoute({
  method: 'POST',
  path: '/api/v1/rebuilds/:rebuildId/cancel',
  policy: 'rebuild:manage',
  summary: 'Give it up: running builds are stopped, and nothing that it built is published.',
  params: rebuildParams,
  reply: rebuildViewSchema,
});

export const rebuildRoutes = [
  previewPlan,
  startRebuild,
  listRebuilds,
  getRebuild,
  pauseRebuild,
  resumeRebuild,
  cancelRebuild,
];
