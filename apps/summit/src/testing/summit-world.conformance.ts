// What summit's integration tests share: real servers, the real app in this process, and peers on the wire.
import 'reflect-metadata';
import { createTokenKey, createTrustFile, natsServerConfig, parseTrust } from '@cairn/auth';
import {
  applyProject,
  cancelTask,
  createLoginCode,
  createSession,
  getTask,
  listBuilders,
  listRepositories,
  listTasks,
  refreshRepository,
  type TaskDetail,
  type TaskView,
} from '@cairn/contracts';
import { type AccountRole } from '@cairn/identity';
import { createLogger, Shutdown } from '@cairn/observability';
import { migrateDeploy } from '@cairn/persistence';
import {
  eventually,
  makeTestFolder,
  migratedDatabase,
  startNats,
  startRedis,
  type PostgresAddress,
  type RunningServer,
} from '@cairn/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { makeLoginCode } from '../commands/login-code.js';
import { type SummitConfig } from '../config.js';
import { startSummit } from '../summit.js';
import { ApiClient } from './api-client.conformance.js';
import { RecipeSource } from './recipe-source.conformance.js';
import { SimulatedBuilder } from './simulated-builder.conformance.js';
import { SimulatedVessel } from './simulated-vessel.conformance.js';

const MIGRATIONS_DIR = join(import.meta.dirname, '../../../../prisma/summit/migrations');
const MIB = 1_048_576;
/** Time enough for anything on a busy machine. */
const PATIENCE_MS = 15_000;

export const WEBHOOK_SECRETS = ['first secret', 'second secret'] as const;

/** What a test wants otherwise than usual. */
export interface WorldOptions {
  readonly attempts?: Partial<Omit<SummitConfig['attempts'], 'limits'>> & {
    readonly logSizeBytes?: number;
  };
  readonly isPublicRead?: boolean;
}

/** A summit that runs in this process. */
export interface RunningSummit {
  readonly api: ApiClient;
  stop(): Promise<void>;
}

/** The servers, peers and (usually) one summit of a test. */
export class SummitWorld {
  readonly builders: SimulatedBuilder[] = [];
  /** Log lines of level `error` and above: each is a defect. */
  readonly defects: string[] = [];
  /** Log lines of level `warn`: what it met and lives with. */
  readonly warnings: string[] = [];
  summit: RunningSummit;
  private adminToken = '';
  private readonly running = new Set<RunningSummit>();

  private constructor(
    readonly dir: string,
    readonly config: SummitConfig,
    public nats: RunningServer,
    readonly redis: RunningServer,
    readonly vessel: SimulatedVessel,
    readonly recipes: RecipeSource,
    readonly db: pg.Pool,
    private readonly removeFolder: () => void,
  ) {
    this.summit = { api: new ApiClient(''), stop: () => Promise.resolve() };
  }

  static async create(postgres: PostgresAddress, options: WorldOptions = {}): Promise<SummitWorld> {
    const folder = makeTestFolder();
    const trustFile = JSON.stringify(createTrustFile());
    const trust = parseTrust(trustFile);
    const natsConfig = await natsServerConfig(trust, { revocations: [] });
    const [redis, nats, databaseUrl] = await Promise.all([
      startRedis({ dir: join(folder.dir, 'redis'), durable: false }),
      startNats({
        dir: join(folder.dir, 'nats'),
        config: ({ dir }) => natsConfig(join(dir, 'resolver')),
      }),
      migratedDatabase(postgres, { dir: MIGRATIONS_DIR, migrate: migrateDeploy }),
    ]);
    const config = configOf({
      options,
      databaseUrl,
      redisUrl: redis.url,
      natsUrl: nats.url,
      trustFile,
      dataDir: join(folder.dir, 'data'),
    });
    const world = new SummitWorld(
      folder.dir,
      config,
      nats,
      redis,
      await SimulatedVessel.start(nats.url, trust),
      new RecipeSource(join(folder.dir, 'recipes')),
      new pg.Pool({ connectionString: databaseUrl, max: 4 }),
      () => folder.remove(),
    );
    world.summit = await world.start();
    world.adminToken = await world.logIn('ada', 'admin');
    return world;
  }

  /** The broker's chain of trust, as the file that an installation keeps. */
  get trustFile(): string {
    const path = join(this.dir, 'trust.json');
    writeFileSync(path, this.config.nats.trust, { mode: 0o600 });
    return path;
  }

  /** Starts a summit on the world's database; several may run at once. */
  async start(change: Partial<SummitConfig> = {}): Promise<RunningSummit> {
    const log = createLogger({
      name: 'summit',
      level: 'warn',
      destination: { write: (line) => this.keep(line) },
    });
    const shutdown = new Shutdown({ log, exit: () => undefined });
    const { url } = await startSummit({ config: { ...this.config, ...change }, log, shutdown });
    const summit: RunningSummit = {
      api: new ApiClient(url),
      stop: async () => {
        this.running.delete(summit);
        await shutdown.stop('test');
      },
    };
    this.running.add(summit);
    return summit;
  }

  /** Stops the summit and starts it again with the same data. */
  async restartSummit(): Promise<void> {
    await this.summit.stop();
    this.summit = await this.start();
  }

  /** Headers that prove the admin, for requests made by hand. */
  get adminHeaders(): Record<string, string> {
    return { authorization: `Bearer ${this.adminToken}` };
  }

  /** Kills the broker and starts one without its files at the same address. */
  async restartBroker(): Promise<void> {
    await this.nats.kill('SIGKILL');
    const config = await natsServerConfig(parseTrust(this.config.nats.trust), { revocations: [] });
    this.nats = await startNats({
      dir: join(this.dir, 'nats-fresh'),
      port: this.nats.port,
      config: ({ dir }) => config(join(dir, 'resolver')),
    });
  }

  get admin(): ApiClient {
    return this.as(this.adminToken);
  }

  as(token: string): ApiClient {
    return this.summit.api.with({ authorization: `Bearer ${token}` });
  }

  /** Logs an account in, made if need be, and returns its access token. */
  async logIn(name: string, role: AccountRole): Promise<string> {
    const { code } = await this.loginCode(name, role);
    return (await this.summit.api.call(createSession, { body: { code } })).accessToken;
  }

  loginCode(name: string, role: AccountRole): Promise<{ code: string }> {
    return this.adminToken === ''
      ? makeLoginCode(this.config.database.url, { name, role })
      : this.admin.call(createLoginCode, { body: { account: name, role } });
  }

  /** Applies the usual project over the world's recipes, or another document. */
  async applyProject(document = this.projectText()): Promise<void> {
    await this.admin.call(applyProject, { body: { document } });
    await this.eventually(() => {
      if (this.vessel.channels.length === 0) throw new Error('vessel was not asked for a channel');
    });
  }

  /** Applies the usual project and waits until its recipes were read for the first time. */
  async refreshProject(): Promise<void> {
    const commit = this.recipes.commit({});
    await this.applyProject();
    await this.refresh(commit);
  }

  /** The usual project; `settings` are further lines of its document. */
  projectText(
    more: { readonly url?: string; readonly branch?: string; readonly settings?: string } = {},
  ): string {
    return `project: main
profiles:
  - { name: default, architecture: x86_64, channel: main }
repositories:
  - name: recipes
    url: ${JSON.stringify(more.url ?? this.recipes.dir)}
    branch: ${more.branch ?? 'main'}
    refreshSeconds: 86400
${more.settings ?? ''}
`;
  }

  /** Has summit look at the recipes and waits until it has read this commit. */
  async refresh(commit: string): Promise<void> {
    await this.admin.call(refreshRepository, {
      params: { project: 'main', repository: 'recipes' },
    });
    await this.eventually(async () => {
      const { repositories } = await this.admin.call(listRepositories);
      const found = repositories.find(
        ({ project, name }) => project === 'main' && name === 'recipes',
      );
      if (found?.commit !== commit) throw new Error(`stands at ${JSON.stringify(found)}`);
    });
  }

  /** The newest task of a source. */
  async task(source: string): Promise<TaskView> {
    const { tasks } = await this.admin.call(listTasks, { query: { source } });
    const [newest] = tasks;
    if (newest === undefined) throw new Error(`there is no task for ${source}`);
    return newest;
  }

  async detail(source: string): Promise<TaskDetail> {
    const { id } = await this.task(source);
    return this.admin.call(getTask, { params: { taskId: id } });
  }

  /** Waits until the newest task of a source looks like this. */
  taskBecomes(source: string, wanted: Partial<TaskView>): Promise<TaskDetail> {
    return this.eventually(async () => {
      const detail = await this.detail(source);
      const differs = Object.entries(wanted).some(
        ([key, value]) => detail[key as keyof TaskDetail] !== value,
      );
      if (differs)
        throw new Error(`${source} is ${detail.state}, not as wanted: ${detail.reason.sentence}`);
      return detail;
    });
  }

  /** A new builder that has said hello. */
  async builder(id: string, options: { readonly slots?: number } = {}): Promise<SimulatedBuilder> {
    const builder = await SimulatedBuilder.enrol(this.admin, { id, ...options });
    this.builders.push(builder);
    await builder.hello();
    return builder;
  }

  /** Ends what a test left: open tasks are cancelled, builders go. */
  async settle(): Promise<void> {
    const { tasks } = await this.admin.call(listTasks, { query: { limit: 500 } });
    const open = tasks.filter(({ state }) => ['new', 'building', 'publishing'].includes(state));
    for (const { id } of open) await this.admin.send(cancelTask, { params: { taskId: id } });
    const { builders } = await this.admin.call(listBuilders);
    const removed = builders.filter(({ state }) => state === 'removed').map(({ id }) => id);
    const present = new Map(this.builders.map((builder) => [builder.id, builder]));
    for (const builder of this.builders.splice(0)) {
      const isPresent = present.get(builder.id) === builder && !removed.includes(builder.id);
      if (isPresent) await builder.beat([], 'draining').catch(() => undefined);
      await builder.leave();
    }
  }

  /** Makes an attempt's lease run out now. */
  async expireLease(attemptId: string): Promise<void> {
    await this.db.query(
      `UPDATE attempt SET lease_expires_at = now() - interval '1 second' WHERE id = $1`,
      [attemptId],
    );
  }

  eventually<T>(check: () => T | Promise<T>): Promise<T> {
    return eventually(check, { timeoutMs: PATIENCE_MS, intervalMs: 40 });
  }

  private keep(line: string): void {
    const { level } = JSON.parse(line) as { level: string };
    (level === 'warn' ? this.warnings : this.defects).push(line);
  }

  async stop(): Promise<void> {
    await Promise.all(this.builders.map((builder) => builder.leave().catch(() => undefined)));
    for (const summit of this.running) await summit.stop();
    await this.vessel.stop();
    await Promise.all([this.db.end(), this.nats.stop(), this.redis.stop()]);
    this.removeFolder();
  }
}

function configOf(facts: {
  readonly options: WorldOptions;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly natsUrl: string;
  readonly trustFile: string;
  readonly dataDir: string;
}): SummitConfig {
  const { options } = facts;
  const { logSizeBytes = MIB, ...attempts } = options.attempts ?? {};
  return {
    database: { url: facts.databaseUrl },
    redis: { url: facts.redisUrl },
    nats: { url: facts.natsUrl, publicUrl: facts.natsUrl, trust: facts.trustFile },
    http: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: null,
      dashboardDir: null,
      isPublicRead: options.isPublicRead ?? true,
      tokenKeyPem: createTokenKey(),
      webhookSecrets: [...WEBHOOK_SECRETS],
    },
    dataDir: facts.dataDir,
    areLocalRepositoriesAllowed: true,
    attempts: {
      leaseMs: 90_000,
      heartbeatMs: 60_000,
      retryFirstMs: 100,
      retryMax: 2,
      ...attempts,
      limits: {
        timeMs: 3_600_000,
        silenceMs: 600_000,
        memoryBytes: 1_024 * MIB,
        processes: 512,
        logSizeBytes,
        diskBytes: 1_024 * MIB,
      },
    },
    logLevel: 'error',
  };
}
