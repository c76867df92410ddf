import { getOverview, getTask, listTasks, type TaskView } from '@cairn/contracts';
import { type HubClient } from '@cairn/testing/stack';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 400;
const TASKS_PER_PAGE = 500;
const STATES: Readonly<Record<TaskView['state'], string>> = {
  new: 'waits',
  building: 'is being built',
  publishing: 'is built; its packages are being published',
  completed: 'is installable',
  failed: 'FAILED',
  cancelled: 'was cancelled',
  superseded: 'gave way to a newer version',
};

/** The newest task of each source. */
export type Outcome = ReadonlyMap<string, TaskView>;

/** What summit has read of the recipe repository. */
export interface RepositoryStand {
  readonly commit: string | null;
  /** Why the repository could not be read, in words. */
  readonly error: string | null;
  /** What is wrong with a recipe, by its path. */
  readonly badRecipes: ReadonlyMap<string, string>;
}

export class Follower {
  readonly #told = new Map<string, string>();
  readonly #hub: HubClient;
  readonly #say: (line: string) => void;

  constructor(hub: HubClient, say: (line: string) => void) {
    this.#hub = hub;
    this.#say = say;
  }

  /** Tells each change of state once, in words, until `isDone` says so or time is up. */
  async follow(options: {
    readonly isDone: (outcome: Outcome) => boolean;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  }): Promise<Outcome | null> {
    const deadline = performance.now() + options.timeoutMs;
    while (performance.now() < deadline && !options.signal.aborted) {
      const outcome = await this.look();
      if (options.isDone(outcome)) return outcome;
      await sleep(POLL_INTERVAL_MS);
    }
    return null;
  }

  async look(): Promise<Outcome> {
    const newest = new Map<string, TaskView>();
    let before: number | undefined;
    do {
      const query = { limit: TASKS_PER_PAGE, ...(before === undefined ? {} : { before }) };
      const { tasks } = await this.#hub.call(listTasks, { query });
      for (const task of tasks) if (!newest.has(task.source)) newest.set(task.source, task);
      before = tasks.length === TASKS_PER_PAGE ? tasks.at(-1)?.id : undefined;
    } while (before !== undefined);
    for (const task of [...newest.values()].reverse()) this.tell(task);
    return newest;
  }

  async repositoryStand(): Promise<RepositoryStand> {
    const { repositories } = await this.#hub.call(getOverview);
    const [repository] = repositories;
    if (repository === undefined) return { commit: null, error: null, badRecipes: new Map() };
    const { commit, error } = repository;
    const badRecipes = repository.badRecipes.map(({ path, line, message, code }) => {
      const place = line === null ? path : `${path}:${line}`;
      return [path, `${place}: ${message} (${code})`] as const;
    });
    return {
      commit,
      error: error === null ? null : `${repository.name}: ${error.message} (${error.code})`,
      badRecipes: new Map(badRecipes),
    };
  }

  /** Why a task failed, with the end of its log. */
  async failureOf(task: TaskView): Promise<string[]> {
    const detail = await this.#hub.call(getTask, { params: { taskId: task.id } });
    const failure = detail.attempts.findLast((attempt) => attempt.failure !== null)?.failure;
    return [
      `${task.source}: ${task.reason.sentence} (${task.reason.code})`,
      ...(failure?.command === undefined ? [] : [`  command: ${failure.command}`]),
      ...(failure?.exitCode === undefined ? [] : [`  exit code: ${failure.exitCode}`]),
      ...(failure?.excerpt?.split('\n').map((line) => `  | ${line}`) ?? []),
    ];
  }

  private tell(task: TaskView): void {
    const where = task.state === 'building' && task.builder !== null ? ` on ${task.builder}` : '';
    const why = task.state === 'new' || task.state === 'failed' ? reasonOf(task) : '';
    const line = `${task.source} ${task.version}-${task.sourceRelease} ${STATES[task.state]}${where}${why}`;
    if (this.#told.get(task.source) === line) return;
    this.#told.set(task.source, line);
    this.#say(`  ${line}`);
  }
}

function reasonOf({ reason }: TaskView): string {
  return reason.code === 'ready' ? ' for a free builder' : `: ${reason.sentence}`;
}
