import { z } from 'zod';
import { buildFailureSchema } from './build-failure.js';
import { collectableSchema } from './collectable.js';
import { architectureSchema } from './values.js';

export const TASK_STATES = [
  'new',
  'building',
  'publishing',
  'completed',
  'failed',
  'cancelled',
  'superseded',
] as const;
export const taskStateSchema = z.enum(TASK_STATES);
export type TaskState = z.infer<typeof taskStateSchema>;

export const ATTEMPT_STATES = [
  'dispatched',
  'building',
  'reserved',
  'accepted',
  'failed',
  'lost',
  'void',
  'cancelled',
] as const;
export const attemptStateSchema = z.enum(ATTEMPT_STATES);
export type AttemptState = z.infer<typeof attemptStateSchema>;

/** Why a task stands where it stands: a code, one sentence, and the tasks that it concerns. */
export const taskReasonSchema = z.object({
  code: z.string(),
  sentence: z.string(),
  tasks: z.array(z.object({ taskId: z.number(), source: z.string() })).default([]),
});
export type TaskReason = z.infer<typeof taskReasonSchema>;

export const attemptViewSchema = z.object({
  id: z.uuid(),
  taskId: z.number(),
  number: z.number().int(),
  fence: z.number(),
  state: attemptStateSchema,
  builder: z.string(),
  buildRelease: z.number(),
  pinnedHistory: z.string().nullable(),
  step: z.string().nullable(),
  dispatchedAt: z.number(),
  startedAt: z.number().nullable(),
  reportedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  logSizeBytes: z.number(),
  logComplete: z.boolean(),
  failure: buildFailureSchema.nullable(),
  collectables: z.array(collectableSchema),
});
export type AttemptView = z.infer<typeof attemptViewSchema>;

export const taskViewSchema = z.object({
  id: z.number(),
  changeSetId: z.uuid(),
  project: z.string(),
  profile: z.string(),
  repository: z.string(),
  source: z.string(),
  version: z.string(),
  sourceRelease: z.number(),
  architecture: architectureSchema,
  commit: z.string(),
  description: z.string(),
  state: taskStateSchema,
  blocked: z.boolean(),
  reason: taskReasonSchema,
  createdAt: z.number(),
  dispatchedAt: z.number().nullable(),
  builtAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  attemptCount: z.number().int(),
  builder: z.string().nullable(),
  publishedHistory: z.string().nullable(),
});
export type TaskView = z.infer<typeof taskViewSchema>;

export const taskDetailSchema = taskViewSchema.extend({
  attempts: z.array(attemptViewSchema),
  dependencies: z.array(
    z.object({ taskId: z.number(), source: z.string(), state: taskStateSchema }),
  ),
  dependants: z.array(z.object({ taskId: z.number(), source: z.string(), state: taskStateSchema })),
});
export type TaskDetail = z.infer<typeof taskDetailSchema>;
