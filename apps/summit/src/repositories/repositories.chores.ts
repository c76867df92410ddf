import { defineChore, repeatChore } from '@cairn/jobs';
import { z } from 'zod';

/** Looks for new commits of one recipe repository. */
export const refreshRepositoryChore = defineChore({
  name: 'repositories.refresh',
  data: z.strictObject({ project: z.string(), repository: z.string() }),
  id: ({ project, repository }) => `${project}/${repository}`,
  concurrency: 2,
});

/** Asks for every repository whose time has come; the times are in Postgres. */
export const refreshDueChore = defineChore({
  name: 'repositories.refresh-due',
  data: z.strictObject({}),
  id: () => 'all',
});

const REFRESH_DUE_INTERVAL_MS = 2_000;

export const REPOSITORY_CHORES = [refreshRepositoryChore, refreshDueChore];
export const REPOSITORY_TIMERS = [
  repeatChore(refreshDueChore, { data: {}, everyMs: REFRESH_DUE_INTERVAL_MS }),
];
