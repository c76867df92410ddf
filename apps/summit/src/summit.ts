import { accessTokenStrategy, createCredentials, parseTrust, tokenSigner } from '@cairn/auth';
import { BODY_SIZE_BYTES_MAX } from '@cairn/contracts';
import { ChoreHost, ChoreQueue, handleChore } from '@cairn/jobs';
import { connectNats, ContractClient, NatsServerStrategy } from '@cairn/messaging';
import { Health, Metrics, NestLogger, type Logger, type Shutdown } from '@cairn/observability';
import { systemClock } from '@cairn/std';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { mkdir } from 'node:fs/promises';
import passport from 'passport';
import { AppModule } from './app.module.js';
import { Broker } from './builders/broker.service.js';
import { type SummitConfig } from './config.js';
import { Leader } from './control/leader.service.js';
import { assertEveryRouteHandled } from './http/route-proof.js';
import { secureHeaders, servePlainRoutes } from './http/plain-routes.js';
import { SummitDatabase } from './persistence/summit-database.js';
import { RefreshRepository } from './repositories/refresh-repository.service.js';
import { RefreshWishes } from './repositories/refresh-wishes.service.js';
import {
  refreshDueChore,
  refreshRepositoryChore,
  REPOSITORY_CHORES,
  REPOSITORY_TIMERS,
} from './repositories/repositories.chores.js';

const APP = 'summit';

interface Given {
  readonly config: SummitConfig;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

/** Starts everything, in an order in which nothing is used before it works; `shutdown` takes it down again. */
export async function startSummit(
  given: Given,
): Promise<{ readonly port: number; readonly url: string }> {
  const { config, log, shutdown } = given;
  await mkdir(config.dataDir, { recursive: true });
  const health = new Health();
  const metrics = new Metrics();
  const trust = parseTrust(config.nats.trust);
  const link = await connectNats({
    url: config.nats.url,
    credentials: await createCredentials(trust, APP, APP),
    senderId: APP,
    name: APP,
    onFault: (reason) => log.warn(reason),
  });
  shutdown.add('broker', () => link.close());
  health.addReadinessCheck('broker', () => link.flush());
  const queue = new ChoreQueue({ app: APP, redisUrl: config.redis.url, log });
  shutdown.add('chore queue', () => queue.close());
  health.addReadinessCheck('redis', () => queue.ping());

  const app = await createApp(given, { ...given, trust, client: new ContractClient(link), queue });
  const refusedReplies = metrics.counter({
    name: 'cairn_reply_subjects_refused_total',
    help: 'Requests that would have been answered to another party.',
  });
  app.connectMicroservice({
    strategy: new NatsServerStrategy({
      connection: link,
      role: APP,
      events: {
        onReplyRefused: (facts) => {
          refusedReplies.increment({});
          log.warn(facts, 'Reply subject refused');
        },
        onDefect: ({ error, ...facts }) => log.error({ ...facts, err: error }, 'Message failed'),
      },
    }),
  });
  void app.get(Broker).tellAfterOutages(link);
  const database = app.get(SummitDatabase);
  health.addReadinessCheck(
    'database',
    async () => void (await database.client.$queryRaw`SELECT 1`),
  );
  servePlainRoutes(app.getHttpAdapter().getInstance(), {
    signer: tokenSigner(config.http.tokenKeyPem),
    health,
    metrics,
    dashboardDir: config.http.dashboardDir,
  });
  await app.startAllMicroservices();
  await app.listen(config.http.port, config.http.host);
  shutdown.add('http', () => app.close());
  startChores(given, app, { queue, metrics });
  const leading = app.get(Leader).run(shutdown.signal);
  shutdown.add('lead', () => leading);
  shutdown.add('readiness', () => health.drain());
  const address = app.getHttpServer().address() as { port: number };
  return {
    port: address.port,
    url: config.http.publicUrl ?? `http://${config.http.host}:${address.port}`,
  };
}

async function createApp(
  given: Given,
  surroundings: Parameters<typeof AppModule.of>[0],
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(surroundings), {
    logger: new NestLogger(given.log),
    abortOnError: false,
    rawBody: true,
    forceCloseConnections: true,
  });
  passport.use('jwt', accessTokenStrategy(tokenSigner(given.config.http.tokenKeyPem).publicKeyPem));
  app.useBodyParser('json', { limit: BODY_SIZE_BYTES_MAX });
  app.useBodyParser('urlencoded', { limit: BODY_SIZE_BYTES_MAX, extended: false });
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(secureHeaders);
  assertEveryRouteHandled(app);
  return app;
}

function startChores(
  given: Given,
  app: NestExpressApplication,
  tools: { readonly queue: ChoreQueue; readonly metrics: Metrics },
): void {
  const refresh = app.get(RefreshRepository);
  const wishes = app.get(RefreshWishes);
  const host = new ChoreHost({
    app: APP,
    redisUrl: given.config.redis.url,
    chores: REPOSITORY_CHORES,
    handlers: [
      handleChore(
        refreshRepositoryChore,
        async ({ project, repository }) => void (await refresh.refresh(project, repository)),
      ),
      handleChore(refreshDueChore, () => wishes.wishDue()),
    ],
    timers: REPOSITORY_TIMERS,
    queue: tools.queue,
    log: given.log,
    metrics: tools.metrics,
    random: Math.random,
    now: () => systemClock.now(),
  });
  given.shutdown.add('chores', () => host.stop());
}
