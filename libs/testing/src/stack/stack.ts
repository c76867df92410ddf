import { inviteBuilder, removeBuilder } from '@cairn/contracts';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase, databaseUrl } from '../databases/database.js';
import { awaitForeignNats } from '../servers/foreign-nats.js';
import { startNats } from '../servers/nats.js';
import { portLike } from '../servers/port.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { type RunningServer } from '../servers/running-server.js';
import { startApp, type RunningApp } from './app-process.js';
import { HubClient, HubError } from './hub-client.js';

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../../..');
const DATABASES = ['summit', 'vessel'] as const;
const COMMAND_TIMEOUT_MS = 120_000;

export interface StackOptions {
  /** Folder of everything; a second start continues with what is in it. */
  readonly dir: string;
  /** True: what was acknowledged survives a power cut. */
  readonly durable: boolean;
  /** Further variables for the apps, such as shorter leases in tests. */
  readonly environment?: {
    readonly summit?: Readonly<Record<string, string>>;
    readonly vessel?: Readonly<Record<string, string>>;
    readonly avalanche?: Readonly<Record<string, string>>;
  };
  /** Servers that run already, instead of private ones. */
  readonly servers?: {
    readonly postgresUrl?: string;
    readonly redisUrl?: string;
    /** A broker that runs, or will, with the configuration that is written to `DIR/nats/nats.conf`. */
    readonly natsUrl?: string;
  };
  readonly onProgress?: (sentence: string) => void;
}

/** The whole system as child processes: private servers, summit, vessel and builders, in one folder. */
export class Stack {
  readonly apps = new Map<string, RunningApp>();
  readonly servers = new Map<string, RunningServer>();
  private urls = { postgres: '', redis: '', nats: '' };
  private latestAdmin: HubClient | undefined;

  private constructor(private readonly options: StackOptions) {}

  /** Starts servers and services; builders are added with `startBuilder`. What was begun is stopped when a start fails. */
  static async start(options: StackOptions): Promise<Stack> {
    mkdirSync(options.dir, { recursive: true });
    const stack = new Stack(options);
    try {
      await stack.startServers();
      await stack.startServices();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get summitUrl(): string {
    return `http://127.0.0.1:${this.ports.summit}`;
  }

  get vesselUrl(): string {
    return `http://127.0.0.1:${this.ports.vessel}`;
  }

  /** Folder of a part, made when it is not there. */
  folder(...names: string[]): string {
    const path = join(resolve(this.options.dir), ...names);
    mkdirSync(path, { recursive: true });
    return path;
  }

  databaseUrl(name: (typeof DATABASES)[number]): string {
    return databaseUrl({ url: this.urls.postgres }, name);
  }

  get redisUrl(): string {
    return this.urls.redis;
  }

  get natsUrl(): string {
    return this.urls.nats;
  }

  /** Logs in as an administrator; every client gets a session of its own. */
  async admin(): Promise<HubClient> {
    const client = new HubClient(this.summitUrl);
    await client.login(await this.loginCode('launcher', 'admin'));
    this.latestAdmin = client;
    return client;
  }

  async loginCode(account: string, role: string): Promise<string> {
    const output = await this.summitCommand(['login-code', '--account', account, '--role', role]);
    return (JSON.parse(output) as { code: string }).code;
  }

  /** Starts summit; under another name and on another port (0: any free one) a further replica on the same data. */
  async startSummit(name = 'summit', port = this.ports.summit): Promise<RunningApp> {
    const dataDir = this.folder('summit');
    return this.run(name, {
      main: this.mainOf('summit'),
      readyFile: join(dataDir, 'summit.json'),
      env: { ...this.summitEnvironment(), SUMMIT_HTTP_PORT: String(port) },
    });
  }

  async startVessel(): Promise<RunningApp> {
    const dataDir = this.folder('vessel');
    return this.run('vessel', {
      main: this.mainOf('vessel'),
      readyFile: join(dataDir, 'vessel.json'),
      env: {
        VESSEL_DATABASE_URL: this.databaseUrl('vessel'),
        VESSEL_REDIS_URL: this.urls.redis,
        VESSEL_NATS_URL: this.urls.nats,
        VESSEL_CREDENTIALS_FILE: join(this.secretsDir, 'vessel-credentials.json'),
        VESSEL_DATA_DIR: dataDir,
        VESSEL_HTTP_PORT: String(this.ports.vessel),
        VESSEL_PUBLIC_URL: this.vesselUrl,
        ...this.options.environment?.vessel,
      },
    });
  }

  /** Enrols a builder when it is not enrolled yet, and starts it. */
  async startBuilder(
    builderId: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RunningApp> {
    const stateDir = this.folder('builders', builderId);
    const env = {
      AVALANCHE_STATE_DIR: stateDir,
      AVALANCHE_ALLOW_LOCAL_REPOSITORIES: 'true',
      AVALANCHE_ALLOW_PRIVATE_ADDRESSES: 'true',
      AVALANCHE_NATS_URL: this.urls.nats,
      ...this.options.environment?.avalanche,
      ...environment,
    };
    if (!existsSync(join(stateDir, 'credentials.json'))) await this.enrol(builderId, stateDir);
    return this.run(builderId, {
      main: this.mainOf('avalanche'),
      readyFile: join(stateDir, 'avalanche.json'),
      env,
    });
  }

  async startNats(): Promise<RunningServer> {
    const dir = this.folder('nats');
    const { config, resolver } = await this.natsConfig();
    const { port } = this.servers.get('nats') ?? {};
    const server = await startNats({
      dir,
      // Whoever is connected to an earlier one looks for it there, even when that one's files are lost.
      ...(port === undefined ? {} : { port }),
      config: (seen) => config.replaceAll(resolver, `${seen.dir}/resolver`),
    });
    this.servers.set('nats', server);
    this.urls.nats = server.url;
    return server;
  }

  private async useNats(url: string): Promise<void> {
    const { config, resolver } = await this.natsConfig();
    await awaitForeignNats({
      url,
      dir: this.folder('nats'),
      config: (seen) => config.replaceAll(resolver, `${seen.dir}/resolver`),
      onProgress: (sentence) => this.say(sentence),
    });
    this.urls.nats = url;
  }

  async startRedis(): Promise<RunningServer> {
    const server = await startRedis({ dir: this.folder('redis'), durable: this.options.durable });
    this.servers.set('redis', server);
    this.urls.redis = server.url;
    return server;
  }

  /** Stops everything in the reverse order of its start. */
  async stop(): Promise<void> {
    const apps = [...this.apps.values()];
    const builders = apps.filter((app) => !['summit', 'vessel'].includes(app.name));
    await Promise.allSettled(builders.map((app) => app.stop()));
    await Promise.allSettled(apps.map((app) => app.stop()));
    await Promise.allSettled([...this.servers.values()].map((server) => server.stop()));
    this.apps.clear();
    this.servers.clear();
  }

  private async startServers(): Promise<void> {
    this.say('Starting Postgres, Redis and NATS');
    const given = this.options.servers;
    // Alone: where the folder is in use already, Postgres says so before anything else is touched.
    if (given?.postgresUrl === undefined) await this.startPostgres();
    else this.urls.postgres = given.postgresUrl;
    await this.nodeCommand('summit', ['setup', '--secrets', this.secretsDir], {});
    for (const name of DATABASES) await ensureDatabase(this.urls.postgres, name);
    this.say('Bringing the databases up to date');
    // The broker is told of every revocation before it starts: they are in summit's database.
    const broker = async () => {
      await this.summitCommand(['migrate']);
      if (given?.natsUrl === undefined) await this.startNats();
      else await this.useNats(given.natsUrl);
    };
    const redis = async () => {
      if (given?.redisUrl === undefined) await this.startRedis();
      else this.urls.redis = given.redisUrl;
    };
    await allDone([broker(), redis(), this.migrateVessel()]);
  }

  private async startServices(): Promise<void> {
    this.say('Starting vessel (publishes packages) and summit (decides what is built)');
    await this.choosePorts();
    await allDone([this.startVessel(), this.startSummit()]);
  }

  private async startPostgres(): Promise<void> {
    const server = await startPostgres({
      dir: this.folder('postgres'),
      durable: this.options.durable,
    });
    this.servers.set('postgres', server);
    this.urls.postgres = server.url;
  }

  private async run(
    name: string,
    order: {
      readonly main: string;
      readonly readyFile: string;
      readonly env: Readonly<Record<string, string>>;
    },
  ): Promise<RunningApp> {
    const app = await startApp({ ...order, name, logDir: this.folder('logs') });
    this.apps.set(name, app);
    void app.exited.then(() => {
      if (this.apps.get(name) === app) this.apps.delete(name);
    });
    return app;
  }

  private async enrol(builderId: string, stateDir: string): Promise<void> {
    const admin = this.latestAdmin ?? (await this.admin());
    const invite = () => admin.call(inviteBuilder, { body: { builderId } });
    const { enrolmentCode } = await invite().catch(async (error: unknown) => {
      if (!(error instanceof HubError) || error.code !== 'builder.name-taken') throw error;
      // Its credentials are lost with its folder: it is not that builder any more.
      await admin.call(removeBuilder, { params: { builderId } });
      return invite();
    });
    await this.nodeCommand(
      'avalanche',
      ['enrol', '--summit', this.summitUrl, '--code', enrolmentCode, '--state', stateDir],
      {},
    );
  }

  private async natsConfig(): Promise<{ config: string; resolver: string }> {
    const resolver = '/resolver-folder-as-seen-by-the-server';
    return { config: await this.summitCommand(['nats-config', '--resolver', resolver]), resolver };
  }

  private get secretsDir(): string {
    return join(resolve(this.options.dir), 'secrets');
  }

  private summitEnvironment(): Record<string, string> {
    return {
      SUMMIT_DATABASE_URL: this.databaseUrl('summit'),
      SUMMIT_REDIS_URL: this.urls.redis,
      SUMMIT_NATS_URL: this.urls.nats,
      SUMMIT_TRUST_FILE: join(this.secretsDir, 'trust.json'),
      SUMMIT_TOKEN_KEY_FILE: join(this.secretsDir, 'token-key.pem'),
      SUMMIT_DATA_DIR: this.folder('summit'),
      SUMMIT_DASHBOARD_DIR: join(ROOT, 'apps/dashboard/dist'),
      SUMMIT_ALLOW_LOCAL_REPOSITORIES: 'true',
      ...this.options.environment?.summit,
    };
  }

  private summitCommand(args: readonly string[]): Promise<string> {
    return this.nodeCommand('summit', args, this.summitEnvironment());
  }

  private async migrateVessel(): Promise<void> {
    const env = { VESSEL_DATABASE_URL: this.databaseUrl('vessel') };
    await execute(process.execPath, [join(ROOT, 'apps/vessel/dist/migrate.js')], {
      env: { ...process.env, ...env },
      timeout: COMMAND_TIMEOUT_MS,
    });
  }

  private async nodeCommand(
    app: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { stdout } = await execute(process.execPath, [this.mainOf(app), ...args], {
      env: { ...process.env, ...env },
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: 16 * 1_048_576,
    });
    return stdout;
  }

  private mainOf(app: string): string {
    return join(ROOT, 'apps', app, 'dist/main.js');
  }

  private get ports(): { summit: number; vessel: number } {
    return JSON.parse(readFileSync(this.portsFile, 'utf8')) as { summit: number; vessel: number };
  }

  private get portsFile(): string {
    return join(resolve(this.options.dir), 'ports.json');
  }

  private async choosePorts(): Promise<void> {
    const before = existsSync(this.portsFile) ? this.ports : undefined;
    const summit = await portLike(before?.summit);
    const vessel = await portLike(before?.vessel);
    writeFileSync(this.portsFile, JSON.stringify({ summit, vessel }));
  }

  private say(sentence: string): void {
    this.options.onProgress?.(sentence);
  }
}

async function ensureDatabase(postgresUrl: string, name: string): Promise<void> {
  try {
    await createDatabase({ url: postgresUrl }, name);
  } catch (error) {
    const DUPLICATE_DATABASE = '42P04';
    if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
  }
}

/** Waits for all, also when one fails: what the others have started by then must be stopped as well. */
async function allDone(works: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
