import { z } from 'zod';
import { taskReasonSchema, taskStateSchema } from './task-view.js';
import { nameSchema, sourceNameSchema } from './values.js';

/** Sources named in one request. */
export const CHANGED_SOURCES_MAX = 10_000;

/** What is to be planned or rebuilt; without `changed` everything, with it these sources and all that depends on them. */
export const planRequestSchema = z.strictObject({
  project: nameSchema,
  profile: nameSchema,
  changed: z.array(sourceNameSchema).min(1).max(CHANGED_SOURCES_MAX).optional(),
});

/** A rebuild to be started. */
export const rebuildRequestSchema = planRequestSchema.extend({
  /** With `changed`: spare dependants when nothing that they depend on exports anything else; default true. */
  cutOff: z.boolean().optional(),
  /** Publish each stage when it is built, instead of everything at the end; default false. */
  byStage: z.boolean().optional(),
});

const usedSchema = z.object({ source: z.string(), capability: z.string() });

export const planStepSchema = z.object({
  /** `source@stage`. */
  id: z.string(),
  source: z.string(),
  /** 0 for the first build of a source. */
  stage: z.number().int(),
  /** Steps that must be built before. */
  after: z.array(z.string()),
  /** Dependencies that a published package serves. */
  published: z.array(usedSchema),
  /** Capabilities that a bootstrap hint leaves out. */
  without: z.array(z.string()),
});

const forecastSchema = z.object({
  builderHours: z.number(),
  /** Time until the last build, and the bounds that about eight of ten keep. */
  remainingMs: z.number(),
  remainingLowMs: z.number(),
  remainingHighMs: z.number(),
});

/** What a change rebuilds, in which order and at what cost. */
export const planViewSchema = z.object({
  project: z.string(),
  profile: z.string(),
  affected: z.array(z.string()),
  steps: z.array(planStepSchema),
  cuts: z.array(z.object({ source: z.string(), capability: z.string(), from: z.string() })),
  /** Cycles that affected sources stand on, largest first. */
  cycles: z.array(z.array(z.string())),
  criticalPath: z.array(z.string()),
  forecast: forecastSchema,
});
export type PlanView = z.infer<typeof planViewSchema>;

export const REBUILD_STATES = [
  'running',
  'paused',
  'publishing',
  'published',
  'refused',
  'cancelled',
] as const;
export const rebuildStateSchema = z.enum(REBUILD_STATES);
export type RebuildStateView = z.infer<typeof rebuildStateSchema>;

/** A rebuild and how far it is. Times are milliseconds since 1970. */
export const rebuildViewSchema = z.object({
  id: z.uuid(),
  project: z.string(),
  profile: z.string(),
  changeSetId: z.uuid(),
  state: rebuildStateSchema,
  /** Null means everything. */
  changed: z.array(z.string()).nullable(),
  cutOff: z.boolean(),
  /** Whether each stage is published when it is built. */
  byStage: z.boolean(),
  /** 1 for the plan, one more for each round that results asked for. */
  round: z.number().int(),
  account: z.string(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
  publishedHistory: z.string().nullable(),
  refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Steps by what they are doing; together they are all of them. */
  steps: z.object({
    total: z.number().int(),
    waiting: z.number().int(),
    ready: z.number().int(),
    blocked: z.number().int(),
    building: z.number().int(),
    built: z.number().int(),
    failed: z.number().int(),
    /** Not built, since nothing that they depend on exports anything else. */
    spared: z.number().int(),
    cancelled: z.number().int(),
  }),
  /** Of what is left; null once it has ended. */
  forecast: forecastSchema.nullable(),
});
export type RebuildView = z.infer<typeof rebuildViewSchema>;

export const rebuildStepViewSchema = planStepSchema.extend({
  taskId: z.number(),
  state: taskStateSchema,
  standing: z.enum([
    'waiting',
    'ready',
    'blocked',
    'building',
    'built',
    'failed',
    'spared',
    'cancelled',
  ]),
  reason: taskReasonSchema,
});
export type RebuildStepView = z.infer<typeof rebuildStepViewSchema>;

export const rebuildDetailSchema = z.object({
  rebuild: rebuildViewSchema,
  /** In a runnable order; later rounds follow. */
  graph: z.array(rebuildStepViewSchema),
});
export type RebuildDetail = z.infer<typeof rebuildDetailSchema>;
