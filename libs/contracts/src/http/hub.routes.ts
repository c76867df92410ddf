import { z } from 'zod';
import { channelChangeSchema, channelPlanSchema, pruneReportSchema } from '../channel-change.js';
import {
  builderViewSchema,
  eventViewSchema,
  overviewSchema,
  repositoryViewSchema,
} from '../hub-view.js';
import { projectChangeSchema } from '../project-document.js';
import { taskDetailSchema, taskStateSchema, taskViewSchema } from '../task-view.js';
import { builderIdSchema, nameSchema, uuidSchema } from '../values.js';
import { defineRoute } from './http-route.js';

const taskParams = z.strictObject({ taskId: z.coerce.number().int().positive() });
const nothing = z.object({});

export const getOverview = defineRoute({
  method: 'GET',
  path: '/api/v1/overview',
  policy: 'public-read',
  summary: 'What is building, the queue, the builders, the repositories and the latest events.',
  reply: overviewSchema,
});

export const streamEvents = defineRoute({
  method: 'GET',
  path: '/api/v1/events',
  policy: 'public-read',
  summary: 'Server-sent events as things happen; resumes after the id in Last-Event-ID.',
  reply: eventViewSchema,
  replyType: 'events',
});

export const listTasks = defineRoute({
  method: 'GET',
  path: '/api/v1/tasks',
  policy: 'public-read',
  summary: 'Tasks, newest first.',
  query: z.strictObject({
    state: taskStateSchema.optional(),
    source: z.string().max(128).optional(),
    project: nameSchema.optional(),
    before: z.coerce.number().int().positive().optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  reply: z.object({ tasks: z.array(taskViewSchema) }),
});

export const getTask = defineRoute({
  method: 'GET',
  path: '/api/v1/tasks/:taskId',
  policy: 'public-read',
  summary: 'One task with its attempts, dependencies and dependants.',
  params: taskParams,
  reply: taskDetailSchema,
});

export const retryTask = defineRoute({
  method: 'POST',
  path: '/api/v1/tasks/:taskId/retry',
  policy: 'task:retry',
  summary: 'Offer a failed or cancelled task again.',
  params: taskParams,
  reply: taskDetailSchema,
});

export const cancelTask = defineRoute({
  method: 'POST',
  path: '/api/v1/tasks/:taskId/cancel',
  policy: 'task:cancel',
  summary: 'Cancel an open task; a running build is stopped.',
  params: taskParams,
  reply: taskDetailSchema,
});

export const holdTask = defineRoute({
  method: 'POST',
  path: '/api/v1/tasks/:taskId/hold',
  policy: 'task:hold',
  summary: 'Give a waiting task to no builder until it is released.',
  params: taskParams,
  reply: taskDetailSchema,
});

export const releaseTask = defineRoute({
  method: 'POST',
  path: '/api/v1/tasks/:taskId/release',
  policy: 'task:hold',
  summary: 'Let a task that is held be built again.',
  params: taskParams,
  reply: taskDetailSchema,
});

/** Farthest that an operator can move a task forwards or backwards. */
export const BUMP_MAX = 1_000;

export const bumpTask = defineRoute({
  method: 'POST',
  path: '/api/v1/tasks/:taskId/bump',
  policy: 'task:bump',
  summary:
    'Let a waiting task go before (or, below 0, after) all others; 0 makes it ordinary again.',
  params: taskParams,
  body: z.strictObject({ bump: z.number().int().min(-BUMP_MAX).max(BUMP_MAX) }),
  reply: taskDetailSchema,
});

export const readLog = defineRoute({
  method: 'GET',
  path: '/api/v1/attempts/:attemptId/log',
  policy: 'public-read',
  summary:
    'Log bytes from an offset on, as far as they have arrived (at most 1 MiB a call). Header Cairn-Log-State says `growing` or `complete`.',
  params: z.strictObject({ attemptId: uuidSchema }),
  query: z.strictObject({ offset: z.coerce.number().int().min(0).default(0) }),
  reply: z.string(),
  replyType: 'bytes',
});

export const followLog = defineRoute({
  method: 'GET',
  path: '/api/v1/attempts/:attemptId/log/follow',
  policy: 'public-read',
  summary:
    'Server-sent events with base64 log bytes; the event id is the offset after them, so a reconnect loses nothing.',
  params: z.strictObject({ attemptId: uuidSchema }),
  query: z.strictObject({ offset: z.coerce.number().int().min(0).default(0) }),
  reply: z.object({ offset: z.number(), bytes: z.string(), complete: z.boolean() }),
  replyType: 'events',
});

export const listBuilders = defineRoute({
  method: 'GET',
  path: '/api/v1/builders',
  policy: 'public-read',
  summary: 'All builders with the state of their machines.',
  reply: z.object({ builders: z.array(builderViewSchema) }),
});

export const inviteBuilder = defineRoute({
  method: 'POST',
  path: '/api/v1/builders',
  policy: 'builder:enrol',
  summary: 'Reserve a builder id and make the one-time code with which that builder enrols.',
  body: z.strictObject({ builderId: builderIdSchema }),
  reply: z.object({ builderId: z.string(), enrolmentCode: z.string(), expiresAt: z.number() }),
});

export const enrolBuilder = defineRoute({
  method: 'POST',
  path: '/api/v1/enrolments',
  policy: 'public',
  summary:
    'A builder gives its code and public nkey, and gets its credentials and where to connect.',
  body: z.strictObject({
    enrolmentCode: z.string().min(1).max(200),
    publicKey: z.string().regex(/^U[A-Z2-7]{55}$/, 'a public user nkey'),
  }),
  reply: z.object({ builderId: z.string(), jwt: z.string(), natsUrl: z.string() }),
});

export const removeBuilder = defineRoute({
  method: 'DELETE',
  path: '/api/v1/builders/:builderId',
  policy: 'builder:remove',
  summary:
    'Remove a builder for good: its credentials are revoked at the broker and its attempts are lost.',
  params: z.strictObject({ builderId: builderIdSchema }),
  reply: nothing,
});

export const listRepositories = defineRoute({
  method: 'GET',
  path: '/api/v1/repositories',
  policy: 'public-read',
  summary: 'Recipe repositories with their commit and the recipes that could not be read.',
  reply: z.object({ repositories: z.array(repositoryViewSchema) }),
});

export const refreshRepository = defineRoute({
  method: 'POST',
  path: '/api/v1/repositories/:project/:repository/refresh',
  policy: 'repository:refresh',
  summary: 'Look for new commits now.',
  params: z.strictObject({ project: nameSchema, repository: nameSchema }),
  reply: z.object({ queued: z.boolean() }),
});

const documentBody = z.strictObject({ document: z.string().max(262_144) });
const planReply = z.object({ project: z.string(), changes: z.array(projectChangeSchema) });

export const planProject = defineRoute({
  method: 'POST',
  path: '/api/v1/projects/plan',
  policy: 'project:apply',
  summary: 'What applying this YAML document would change.',
  body: documentBody,
  reply: planReply,
});

export const applyProject = defineRoute({
  method: 'POST',
  path: '/api/v1/projects/apply',
  policy: 'project:apply',
  summary: 'Make the stored project equal to this YAML document.',
  body: documentBody,
  reply: planReply,
});

export const listProjects = defineRoute({
  method: 'GET',
  path: '/api/v1/projects',
  policy: 'public-read',
  summary: 'Projects with their profiles.',
  reply: z.object({
    projects: z.array(
      z.object({
        name: z.string(),
        summary: z.string(),
        profiles: z.array(
          z.object({
            name: z.string(),
            architecture: z.string(),
            channel: z.string(),
            stream: z.string(),
          }),
        ),
      }),
    ),
  }),
});

export const pauseAllocation = defineRoute({
  method: 'POST',
  path: '/api/v1/allocation/pause',
  policy: 'allocation:pause',
  summary: 'Give out no further builds; running ones go on. Holds over restarts.',
  reply: z.object({ paused: z.boolean() }),
});

export const resumeAllocation = defineRoute({
  method: 'POST',
  path: '/api/v1/allocation/resume',
  policy: 'allocation:pause',
  summary: 'Give out builds again.',
  reply: z.object({ paused: z.boolean() }),
});

export const changeChannels = defineRoute({
  method: 'POST',
  path: '/api/v1/channels/changes',
  policy: 'channel:change',
  summary:
    'Promote, roll back, tag, remove, yank or pin. A dry run says what it would change and changes nothing.',
  body: channelChangeSchema,
  reply: channelPlanSchema,
});

export const prunePool = defineRoute({
  method: 'POST',
  path: '/api/v1/channels/prune',
  policy: 'channel:change',
  summary:
    'Remove versions and packages that nothing needs any more. A dry run lists them and removes nothing.',
  body: z.strictObject({ isDryRun: z.boolean().default(false) }),
  reply: pruneReportSchema,
});

export const receiveGithubWebhook = defineRoute({
  method: 'POST',
  path: '/api/v1/webhooks/github',
  policy: 'public',
  summary: 'GitHub push event, signed with HMAC-SHA-256 (X-Hub-Signature-256).',
  body: z.unknown(),
  reply: z.object({ status: z.enum(['queued', 'ignored', 'duplicate']) }),
});

export const hubRoutes = [
  getOverview,
  streamEvents,
  listTasks,
  getTask,
  retryTask,
  cancelTask,
  holdTask,
  releaseTask,
  bumpTask,
  readLog,
  followLog,
  listBuilders,
  inviteBuilder,
  enrolBuilder,
  removeBuilder,
  listRepositories,
  refreshRepository,
  planProject,
  applyProject,
  listProjects,
  pauseAllocation,
  resumeAllocation,
  changeChannels,
  prunePool,
  receiveGithubWebhook,
];
