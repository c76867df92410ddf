import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../servers/postgres.js';
import { makeTestFolder } from './test-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    sharedPostgresUrl: string;
  }
}

/** Starts the Postgres that all integration test files of a run share; each makes databases of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeTestFolder();
  const server = await startPostgres({ dir: join(folder.dir, 'postgres'), durable: false });
  project.provide('sharedPostgresUrl', server.url);
  return async () => {
    await server.stop();
    folder.remove();
  };
}
