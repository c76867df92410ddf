import { readCredentials } from '@cairn/auth';
import { ChoreHost, ChoreQueue, handleChore } from '@cairn/jobs';
import { connectNats, ContractClient, NatsServerStrategy } from '@cairn/messaging';
import { Health, Metrics, NestLogger, type Logger, type Shutdown } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import type { NatsConnection } from '@nats-io/transport-node';
import { NestFactory } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import type { VesselConfig } from '../config.js';
import { runImport } from '../imports/imports.chores.js';
import { indexPlaceOf } from '../package-index/index-shelf.js';
import { renewSignaturesChore, SIGNATURE_TIMERS } from '../package-index/package-index.chores.js';
import { prunePoolChore, PRUNE_TIMERS } from '../prune/prune.chores.js';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { seekWriterLock } from '../persistence/writer-lock.js';
import { DraftNames } from '../pool/domain/draft-name.js';
import { makeDirectoryDurably } from '../pool/durable-files.js';
import { PublicServer } from '../serving/public-server.js';
import { declareMetrics, type VesselMetrics } from '../vessel-metrics.js';
import { openBlobStorage } from './blob-storage.js';
import { lead } from './leader.js';
import { createParts, type VesselParts } from './parts.js';
import { dataFolders } from './repository.js';
import { VesselModule } from './vessel.module.js';

const APP = 'vessel';

/** Where a running vessel can be reached. */
export interface RunningVessel {
  readonly port: number;
  /** Base URL of the public folder. */
  readonly url: string;
}

/** Starts everything, in an order in which nothing is used before it works; `shutdown` takes it down again. */
export async function startVessel(given: {
  readonly config: VesselConfig;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}): Promise<RunningVessel> {
  const { config, log, shutdown } = given;
  const folders = dataFolders(config.dataDir);
  for (const dir of Object.values(folders)) await makeDirectoryDurably(dir);
  const health = new Health();
  const metrics = new Metrics();
  const db = new VesselDatabase(config.databaseUrl);
  shutdown.add('database', () => db.close());
  health.addReadinessCheck('database', () => db.ping());
  const writerId = randomUUID();
  const writerLock = seekWriterLock({
    connectionString: config.databaseUrl,
    writerId,
    onTrouble: (err) => log.warn({ err }, 'Writer lock in trouble'),
  });
  shutdown.add('writer lock', () => writerLock.release());
  const drafts = new DraftNames(writerId);
  const { blobs, pool, close: closeBlobs } = openBlobStorage(config, { db, drafts });
  shutdown.add('blobs', closeBlobs);
  health.addReadinessCheck('blobs', () => blobs.check());
  let started = false;
  health.addReadinessCheck('start', () =>
    started ? Promise.resolve() : Promise.reject(new Error('Still starting')),
  );

  const { host, port: wishedPort } = config.http;
  // The server answers for its health before there is anything to serve.
  const late: { parts?: VesselParts } = {};
  const makeMissing = async (segments: readonly string[]) => {
    const place = indexPlaceOf(segments);
    return place !== undefined && (await late.parts?.shelf.make(place)) === true;
  };
  const serving = { ...folders, host, port: wishedPort, health, metrics, log, makeMissing, pool };
  const http = new PublicServer(serving);
  const port = await http.listen();
  shutdown.add('http', () => http.close());
  const url = config.publicUrl ?? `http://${host}:${port}`;

  const link = await connect(given, 'vessel');
  // Chunks of artefacts on a connection of their own, so that nothing ever waits behind them.
  const artefactLink = await connect(given, 'vessel artefacts');
  health.addReadinessCheck('broker', () => link.flush());
  const queue = new ChoreQueue({ app: APP, redisUrl: config.redisUrl, log });
  shutdown.add('chore queue', () => queue.close());
  health.addReadinessCheck('redis', () => queue.ping());

  await writerLock.held;
  const counters = declareMetrics(metrics);
  const parts = await createParts({
    config,
    publicUrl: url,
    drafts,
    db,
    blobs,
    artefacts: new ContractClient(artefactLink),
    queue,
    clock: systemClock,
    log,
    counters,
  });
  late.parts = parts;
  startChores({ ...given, parts, queue, metrics });
  await answerMessages({ ...given, parts, link, counters });
  const leading = lead({
    connectionString: config.databaseUrl,
    parts,
    client: new ContractClient(link),
    clock: systemClock,
    random: Math.random,
    log,
    signal: shutdown.signal,
  });
  shutdown.add('lead', () => leading);
  started = true;
  shutdown.add('readiness', () => health.drain());
  return { port, url };
}

async function connect(
  given: {
    readonly config: VesselConfig;
    readonly log: Logger;
    readonly shutdown: Shutdown;
  },
  name: string,
): Promise<NatsConnection> {
  const { config, log, shutdown } = given;
  const link = await connectNats({
    url: config.natsUrl,
    credentials: await readCredentials(config.credentialsFile),
    senderId: APP,
    name,
    onFault: (reason) => log.warn({ link: name }, reason),
  });
  shutdown.add(`connection ${name}`, () => link.close());
  return link;
}

function startChores(given: {
  readonly config: VesselConfig;
  readonly parts: VesselParts;
  readonly queue: ChoreQueue;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}): void {
  const { parts, queue, metrics, log } = given;
  const host = new ChoreHost({
    app: APP,
    redisUrl: given.config.redisUrl,
    chores: [runImport, renewSignaturesChore, prunePoolChore],
    handlers: [
      handleChore(runImport, ({ importId }, { signal }) => parts.imports.run(importId, signal)),
      handleChore(renewSignaturesChore, () => parts.files.renewSignatures()),
      handleChore(
        prunePoolChore,
        async () => void (await parts.pruning.prune({ isDryRun: false })),
      ),
    ],
    timers: [...SIGNATURE_TIMERS, ...PRUNE_TIMERS],
    queue,
    log,
    metrics,
    random: Math.random,
    now: () => systemClock.now(),
  });
  given.shutdown.add('chores', () => host.stop());
}

async function answerMessages(given: {
  readonly parts: VesselParts;
  readonly link: NatsConnection;
  readonly counters: VesselMetrics;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}): Promise<void> {
  const { parts, link, log, shutdown, counters } = given;
  const app = await NestFactory.createMicroservice(VesselModule.with(parts), {
    logger: new NestLogger(log),
    abortOnError: false,
    strategy: new NatsServerStrategy({
      connection: link,
      role: APP,
      events: {
        onReplyRefused: (facts) => {
          counters.repliesRefused.increment({});
          log.warn(facts, 'Reply subject refused');
        },
        onDefect: ({ error: err, ...facts }) => log.error({ err, ...facts }, 'Request failed'),
      },
    }),
  });
  await app.listen();
  shutdown.add('messages', () => app.close());
}
