import { artefactRead, contractsTo, type NatsContract } from '@cairn/contracts';
import { type BuilderId } from '@cairn/identity';
import { NatsServerStrategy } from '@cairn/messaging';
import { NestLogger, type Logger } from '@cairn/observability';
import { type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NatsConnection } from '@nats-io/transport-node';

/** Contracts that are served on the artefact connection; every other one is on the main connection. */
const ARTEFACT_CONTRACTS: readonly NatsContract[] = [artefactRead];

/** What is served on the main connection. */
export function mainContracts(): readonly NatsContract[] {
  return contractsTo('builder').filter((contract) => !ARTEFACT_CONTRACTS.includes(contract));
}

/** What is served on the artefact connection. */
export function artefactContracts(): readonly NatsContract[] {
  return ARTEFACT_CONTRACTS;
}

/** Serves contracts on one connection. Throws when one of them has no handler in the module. */
export async function serve(options: {
  readonly module: DynamicModule;
  readonly contracts: readonly NatsContract[];
  readonly connection: NatsConnection;
  readonly builderId: BuilderId;
  readonly log: Logger;
}): Promise<INestMicroservice> {
  const { module, contracts, connection, builderId, log } = options;
  const strategy = new NatsServerStrategy({
    connection,
    role: 'builder',
    builderId,
    contracts,
    events: {
      onReplyRefused: (facts) => log.warn(facts, 'Request with a foreign reply subject'),
      onDefect: ({ subject, errorId, error }) =>
        log.error({ subject, errorId, err: error }, 'Request failed'),
    },
  });
  const app = await NestFactory.createMicroservice(module, {
    strategy,
    logger: new NestLogger(log),
    abortOnError: false,
  });
  await app.listen();
  return app;
}
