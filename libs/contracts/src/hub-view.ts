import { z } from 'zod';
import { machineFactsSchema, machineStateSchema } from './machine.js';
import { sizeClassSchema } from './project-document.js';
import { taskStateSchema, taskViewSchema } from './task-view.js';

export const builderViewSchema = z.object({
  id: z.string(),
  state: z.enum(['offline', 'idle', 'building', 'refusing', 'removed']),
  refusing: z.string().nullable(),
  size: sizeClassSchema,
  slots: z.number().int(),
  version: z.string().nullable(),
  features: z.array(z.string()),
  lastSeenAt: z.number().nullable(),
  enrolledAt: z.number(),
  machine: machineFactsSchema.nullable(),
  machineState: machineStateSchema.nullable(),
  attempts: z.array(
    z.object({
      attemptId: z.string(),
      taskId: z.number(),
      source: z.string(),
      step: z.string().nullable(),
    }),
  ),
});
export type BuilderView = z.infer<typeof builderViewSchema>;

/** One thing that happened, for people to follow; ids rise without gaps being meaningful. */
export const eventViewSchema = z.object({
  id: z.number(),
  at: z.number(),
  /** For example `task.completed`, `builder.connected`, `repository.refreshed`. */
  kind: z.string(),
  sentence: z.string(),
  taskId: z.number().nullable(),
  builderId: z.string().nullable(),
});
export type EventView = z.infer<typeof eventViewSchema>;

export const repositoryViewSchema = z.object({
  project: z.string(),
  name: z.string(),
  url: z.string(),
  branch: z.string(),
  subdirectory: z.string(),
  commit: z.string().nullable(),
  refreshedAt: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  recipeCount: z.number().int(),
  /** Recipes that could not be read at this commit; the others are not affected. */
  badRecipes: z.array(
    z.object({
      path: z.string(),
      code: z.string(),
      message: z.string(),
      line: z.number().nullable(),
    }),
  ),
});
export type RepositoryView = z.infer<typeof repositoryViewSchema>;

export const overviewSchema = z.object({
  paused: z.boolean(),
  counts: z.record(taskStateSchema, z.number().int()),
  building: z.array(taskViewSchema),
  queue: z.array(taskViewSchema),
  recent: z.array(taskViewSchema),
  builders: z.array(builderViewSchema),
  repositories: z.array(repositoryViewSchema),
  events: z.array(eventViewSchema),
  repositoryUrl: z.string().nullable(),
});
export type Overview = z.infer<typeof overviewSchema>;
