import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { type Executor } from '@cairn/executor';
import { connectNats, ContractClient } from '@cairn/messaging';
import { type Logger, type Shutdown } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import { type NatsConnection } from '@nats-io/transport-node';
import { ArtefactsModule } from '../artefacts/artefacts.module.js';
import { ArtefactsService } from '../artefacts/artefacts.service.js';
import { AttemptCleaner } from '../builds/attempt-cleaner.js';
import { BuildRunner } from '../builds/build-runner.js';
import { BuildsService } from '../builds/builds.service.js';
import { ResultReporter } from '../builds/result-reporter.js';
import { type AvalancheConfig } from '../config.js';
import { replaceFile } from '../durable-file.js';
import { type BuilderCredentials } from '../enrolment/credentials.store.js';
import { ConnectionWatch } from '../hub-link/connection-watch.js';
import { SessionService } from '../hub-link/session.service.js';
import { SummitClient } from '../hub-link/summit-client.js';
import { AttemptLedger } from '../journal/attempt-ledger.js';
import { AttemptStore } from '../journal/attempt.store.js';
import { LogPusher } from '../log-spool/log-pusher.js';
import { LogShelf } from '../log-spool/log-shelf.js';
import { MachineService } from '../machine/machine.service.js';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { lockStateDirectory } from './instance-lock.js';
import { artefactContracts, mainContracts, serve } from './nats-apps.js';
import { OrdersModule } from './orders.module.js';

/** Builds run under another user id and must be able to pass through; what is secret has its own rights. */
const DIRECTORY_MODE = 0o711;
const RUN_FILE_MODE = 0o644;
/** Results of builds that a shutdown stopped get so long to reach summit. */
const LAST_REPORTS_MS = 3_000;
const CLOSE_CONNECTION_MS = 2_000;

/** What an avalanche is made of. */
export interface AvalancheParts {
  readonly config: AvalancheConfig;
  readonly credentials: BuilderCredentials;
  readonly executor: Executor;
  readonly version: string;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

/** Starts a builder: takes up what its journal holds, connects, serves orders and artefacts. Returns when it is connected. */
export async function startAvalanche(parts: AvalancheParts): Promise<void> {
  const { config, credentials, log, shutdown } = parts;
  const state = stateDirectory(config.stateDir);
  await prepareDirectories(state);
  const lock = await lockStateDirectory(state.root);
  shutdown.add('lock', () => void lock.close());

  const work = await createWork(parts, state);
  const connections = await connectTwice(parts);
  await serveBuilder({ parts, state, work, ...connections });

  const { builderId } = credentials;
  const runFacts = JSON.stringify({ pid: process.pid, builderId });
  await replaceFile(state.runFile, `${runFacts}\n`, { mode: RUN_FILE_MODE });
  shutdown.add('run file', () => rm(state.runFile, { force: true }));
  log.info({ builderId, slots: config.slots }, 'Avalanche ready');
}

async function prepareDirectories(state: StateDirectory): Promise<void> {
  for (const dir of [state.root, state.attempts, state.mirrors, state.downloads]) {
    await mkdir(dir, { recursive: true });
    await chmod(dir, DIRECTORY_MODE);
  }
}

interface Work {
  readonly ledger: AttemptLedger;
  readonly shelf: LogShelf;
  readonly machine: MachineService;
  readonly builds: BuildsService;
}

/** Everything that needs no connection, with what was left behind already recovered. */
async function createWork(parts: AvalancheParts, state: StateDirectory): Promise<Work> {
  const { config, executor, log, shutdown } = parts;
  const clock = systemClock;
  const ledger = new AttemptLedger({ store: new AttemptStore(state), clock, log });
  await ledger.load();
  const shelf = new LogShelf(state);
  const machine = new MachineService({
    stateDir: state.root,
    minFreeBytes: config.minFreeBytes,
    executor: executor.name,
  });
  const workspace = new WorkspaceService({
    state,
    allowLocalRepositories: config.allowLocalRepositories,
    log,
  });
  const settings = {
    lookaside: config.lookaside,
    allowPrivateAddresses: config.allowPrivateAddresses,
    jobs: Math.max(1, Math.floor(machine.facts().cpuCount / config.slots)),
  };
  const runner = new BuildRunner({ state, shelf, workspace, executor, settings, log });
  const { slots } = config;
  const builds = new BuildsService({ state, ledger, shelf, machine, runner, slots, clock, log });
  await builds.recover();
  const cleaner = new AttemptCleaner({ state, ledger, clock, log });
  cleaner.start();
  shutdown.add('cleaner', () => cleaner.stop());
  shutdown.add('journal', () => ledger.close());
  return { ledger, shelf, machine, builds };
}

interface Connections {
  readonly main: NatsConnection;
  readonly artefacts: NatsConnection;
}

/** Orders, logs and reports have a connection of their own, so that they never wait behind artefacts. */
async function connectTwice({
  config,
  credentials,
  log,
  shutdown,
}: AvalancheParts): Promise<Connections> {
  const { builderId, jwt, seed, natsUrl } = credentials;
  const url = config.natsUrl ?? natsUrl;
  log.info({ builderId, host: new URL(url).host }, 'Connecting');
  const link = (purpose: string) =>
    connectNats({
      url,
      credentials: { jwt, seed },
      senderId: builderId,
      name: `avalanche ${builderId} ${purpose}`,
      onFault: (reason) => log.warn({ link: purpose }, reason),
    });
  const [main, artefacts] = await Promise.all([link('main'), link('artefacts')]);
  for (const connection of [main, artefacts]) {
    shutdown.add('connection', () => closeConnection(connection));
  }
  return { main, artefacts };
}

/** A connection that is lost just now never finishes closing. */
async function closeConnection(connection: NatsConnection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_CONNECTION_MS);
  });
  await Promise.race([connection.close(), late]);
  clearTimeout(timer);
}

async function serveBuilder(service: {
  readonly parts: AvalancheParts;
  readonly state: StateDirectory;
  readonly work: Work;
  readonly main: NatsConnection;
  readonly artefacts: NatsConnection;
}): Promise<void> {
  const { parts, state, work, main, artefacts } = service;
  const { config, credentials, version, log, shutdown } = parts;
  const { ledger, shelf, machine, builds } = work;
  const { builderId } = credentials;
  const random = Math.random;
  // Before the watch, so that it knows of a new connection before whoever is told to use it.
  const summit = new SummitClient(new ContractClient(main), builderId);
  const watch = new ConnectionWatch(main, log);
  const pusher = new LogPusher({ ledger, shelf, summit, log, random });
  const reporter = new ResultReporter({ ledger, shelf, summit, log, random });
  const identity = { version, instanceId: randomUUID(), slots: config.slots };
  const wakeSenders = (): void => {
    reporter.wake();
    pusher.wake();
  };
  const session = new SessionService({
    summit,
    builds,
    machine,
    clock: systemClock,
    log,
    random,
    onAnsweredAgain: wakeSenders,
    identity,
  });

  const orders = await serve({
    module: OrdersModule.of(builds),
    contracts: mainContracts(),
    connection: main,
    builderId,
    log,
  });
  const files = await serve({
    module: ArtefactsModule.of(new ArtefactsService({ state, ledger, log })),
    contracts: artefactContracts(),
    connection: artefacts,
    builderId,
    log,
  });
  shutdown.add('artefacts', () => files.close());
  shutdown.add('logs', () => pusher.stop());
  shutdown.add('reports', () => reporter.stop(LAST_REPORTS_MS));
  shutdown.add('session', () => session.stop());
  shutdown.add('orders', () => orders.close());
  shutdown.add('builds', async () => {
    const stopped = builds.stop();
    await session.farewell();
    await stopped;
  });

  watch.onBack(() => {
    session.reconnected();
    wakeSenders();
  });
  reporter.start();
  pusher.start();
  session.start();
}
