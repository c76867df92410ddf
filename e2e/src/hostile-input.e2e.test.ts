import {
  applyProject,
  getTask,
  listProjects,
  listTasks,
  planProject,
  readLog,
  refreshRepository,
} from '@cairn/contracts';
import { eventually, makeTestFolder } from '@cairn/testing';
import { HubError, Stack, type HubClient } from '@cairn/testing/stack';
import fc from 'fast-check';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostileProject, type HostileProject } from './actions/hostile-values.js';
import { pagesOfChildren } from './assertions/processes.js';

const RUNS = 200;
const folder = makeTestFolder();
const marker = join(folder.dir, 'marker');

let stack: Stack;
let hub: HubClient;
beforeAll(async () => {
  stack = await Stack.start({
    dir: join(folder.dir, 'stack'),
    durable: false,
    // As in production: what is allowed for development is not what is tried here.
    environment: { summit: { SUMMIT_ALLOW_LOCAL_REPOSITORIES: 'false' } },
  });
  hub = await stack.admin();
});
afterAll(async () => {
  await stack.stop();
  folder.remove();
});

/** A document that is fine but for what is changed; YAML reads JSON. */
function documentWith(changes: Partial<Record<HostileProject['field'], string>>): string {
  const { project = 'wild', profile = 'p', channel = 'wild', repository = 'r' } = changes;
  const { url = 'https://127.0.0.1:1/r.git', branch = 'main', subdirectory = '' } = changes;
  return JSON.stringify({
    project,
    profiles: [{ name: profile, architecture: 'x86_64', channel }],
    repositories: [{ name: repository, url, branch, subdirectory }],
  });
}

/** What hostile input would change if anything came of it. */
function traces() {
  const summit = join(folder.dir, 'stack/summit');
  const files = readdirSync(summit, { recursive: true }).map(String).sort();
  return {
    files,
    beside: readdirSync(folder.dir).sort(),
    hasMarker: existsSync(marker),
    pagesOfChildren: pagesOfChildren(stack.apps.get('summit')!.pid),
  };
}

async function refusal(call: Promise<unknown>): Promise<HubError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

it('takes no hostile name, address, branch or folder of a project', async () => {
  const before = traces();
  const property = fc.asyncProperty(hostileProject(marker), async ({ field, value }) => {
    const body = { document: documentWith({ [field]: value }) };
    for (const route of [planProject, applyProject]) {
      const error = await refusal(hub.call(route, { body }));
      expect([error.status, error.code]).toEqual([400, 'project.invalid']);
    }
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(await hub.call(listProjects)).toEqual({ projects: [] });
  expect(traces()).toEqual(before);
});

it('takes no hostile value in an address of the API', async () => {
  const before = traces();
  const property = fc.asyncProperty(hostileProject(marker), async ({ value }) => {
    // A browser, a proxy or fetch would resolve these before they were sent.
    fc.pre(!['.', '..', ''].includes(value));
    const errors = [
      await refusal(hub.call(refreshRepository, { params: { project: value, repository: value } })),
      await refusal(hub.call(getTask, { params: { taskId: value } })),
      await refusal(hub.call(readLog, { params: { attemptId: value } })),
      await refusal(hub.call(listTasks, { query: { project: value, state: value } })),
    ];
    for (const { status } of errors) expect([400, 404]).toContain(status);
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(traces()).toEqual(before);
});

it('would have been seen to run a program: good input does', async () => {
  const before = traces();
  await hub.call(applyProject, { body: { document: documentWith({}) } });
  const params = { project: 'wild', repository: 'r' };
  await hub.call(refreshRepository, { params });
  await eventually(() => expect(traces().pagesOfChildren).toBeGreaterThan(before.pagesOfChildren), {
    timeoutMs: 30_000,
  });
});
