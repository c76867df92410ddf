import { applyProject, cancelTask, listTasks, refreshRepository } from '@cairn/contracts';
import { makeTestFolder } from '@cairn/testing';
import { Stack, type HubClient, type RunningApp, type StackOptions } from '@cairn/testing/stack';
import { join } from 'node:path';
import { RecipeRepository } from './recipe-repository.js';
import { type RecipeFields } from './recipe-text.js';

export const PROJECT = 'trial';
export const REPOSITORY = 'recipes';
export const CHANNEL = 'main';
export const STREAM = 'volatile';
export const ARCHITECTURE = 'x86_64';
/** Impatient enough for tests, patient enough for a busy machine. */
const SUMMIT = {
  SUMMIT_LEASE_SECONDS: '8',
  SUMMIT_HEARTBEAT_SECONDS: '0.5',
  SUMMIT_RETRY_FIRST_SECONDS: '0.2',
};
const VESSEL = { VESSEL_STAGNATION_SECONDS: '4' };

/** The whole system, a project and its recipe repository, for one test file. */
export class World {
  private constructor(
    readonly dir: string,
    readonly stack: Stack,
    readonly hub: HubClient,
    readonly recipes: RecipeRepository,
    private readonly removeFolder: () => void,
  ) {}

  /** Starts servers and services with an empty repository; builders are started by name. */
  static async start(
    options: {
      readonly builders?: readonly string[];
      readonly environment?: StackOptions['environment'];
    } = {},
  ): Promise<World> {
    const folder = makeTestFolder();
    const { summit = {}, vessel = {}, avalanche = {} } = options.environment ?? {};
    const stack = await Stack.start({
      dir: folder.dir,
      durable: false,
      environment: {
        summit: { ...SUMMIT, ...summit },
        vessel: { ...VESSEL, ...vessel },
        avalanche,
      },
    });
    const remove = () => {
      if (process.env['CAIRN_KEEP'] === '1') console.log(`kept: ${folder.dir}`);
      else folder.remove();
    };
    try {
      const hub = await stack.admin();
      const recipes = new RecipeRepository(join(folder.dir, 'recipes'));
      const world = new World(folder.dir, stack, hub, recipes, remove);
      await hub.call(applyProject, { body: { document: projectDocument(recipes.dir) } });
      for (const name of options.builders ?? []) await stack.startBuilder(name);
      return world;
    } catch (error) {
      await stack.stop();
      remove();
      throw error;
    }
  }

  /** Commits recipes and asks summit to look. */
  async push(...recipes: readonly RecipeFields[]): Promise<void> {
    this.recipes.commitRecipes(...recipes);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const params = { project: PROJECT, repository: REPOSITORY };
    await this.hub.call(refreshRepository, { params });
  }

  /** Cancels whatever is still open, so that one case leaves nothing to the next. */
  async cancelOpenTasks(): Promise<void> {
    for (const state of ['new', 'building', 'publishing'] as const) {
      const { tasks } = await this.hub.call(listTasks, { query: { state } });
      for (const { id } of tasks)
        await this.hub.call(cancelTask, { params: { taskId: id } }).catch(() => undefined);
    }
  }

  /** A running app by name; it is an error when it does not run. */
  app(name: string): RunningApp {
    const app = this.stack.apps.get(name);
    if (app === undefined) throw new Error(`${name} does not run`);
    return app;
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    this.removeFolder();
  }
}

/** The project of every world, with more lines at its end if need be. */
export function projectDocument(repositoryDir: string, more = ''): string {
  return `project: ${PROJECT}
profiles:
  - name: main-x86-64
    architecture: ${ARCHITECTURE}
    channel: ${CHANNEL}
    stream: ${STREAM}
repositories:
  - name: ${REPOSITORY}
    url: ${repositoryDir}
    refreshSeconds: 5
${more}`;
}
