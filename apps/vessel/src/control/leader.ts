import { OutboxRelay, type ContractClient } from '@cairn/messaging';
import type { Logger } from '@cairn/observability';
import { holdLeadership, listen } from '@cairn/persistence';
import { SECOND_MS, SingleFlight, type Clock } from '@cairn/std';
import { WORK_CHANNEL } from '../persistence/work-signal.js';
import type { VesselParts } from './parts.js';

/** How often the leader looks for work that no signal told it of. */
const RECONCILE_INTERVAL_MS = SECOND_MS;

export interface LeaderOptions {
  readonly connectionString: string;
  readonly parts: VesselParts;
  readonly client: ContractClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Holds the lead among replicas and, while it is held, sends what the outbox has, decides publications, completes
 * files and asks for imports that are due. What it does is guarded by the database besides.
 */
export async function lead(options: LeaderOptions): Promise<void> {
  const { log } = options;
  await holdLeadership({
    connectionString: options.connectionString,
    key: 'vessel.leader',
    signal: options.signal,
    onGained: ({ signal }) => reign(options, signal),
    onLost: () => log.info('Lead given up'),
    onTrouble: (err) => log.warn({ err }, 'Lead in trouble'),
  });
}

async function reign(options: LeaderOptions, signal: AbortSignal): Promise<void> {
  const { parts, client, clock, random, log } = options;
  log.info('Lead gained');
  const relay = new OutboxRelay({
    store: parts.outbox,
    client,
    clock,
    random,
    onError: (err) => log.error({ err }, 'Announcement failed'),
  });
  const publish = new SingleFlight(
    () => parts.publications.runAll(signal),
    (err) => log.error({ err }, 'Publishing failed'),
  );
  const reconcile = new SingleFlight(
    async () => {
      publish.wake();
      await parts.files.completeAll().finally(() => parts.imports.wishDue());
    },
    (err) => log.error({ err }, 'Reconciling failed'),
  );
  await takeUp(options, signal);
  relay.start();
  const listening = listen({
    connectionString: options.connectionString,
    channel: WORK_CHANNEL,
    signal,
    onNotify: (work) => (work === 'publication' ? publish.wake() : relay.wake()),
    onListening: () => {
      relay.wake();
      reconcile.wake();
    },
    onTrouble: (err) => log.warn({ err }, 'Signals interrupted'),
  });
  const timer = setInterval(() => reconcile.wake(), RECONCILE_INTERVAL_MS);
  await listening;
  clearInterval(timer);
  await Promise.all([relay.stop(), publish.idle(), reconcile.idle()]);
}

/** What a predecessor left undone, without waiting for anybody's timer. */
async function takeUp({ parts, log }: LeaderOptions, signal: AbortSignal): Promise<void> {
  await parts.files
    .completeAll()
    .catch((err: unknown) => log.error({ err }, 'Files not completed yet'));
  await parts.importStore.restartPatience();
  await parts.imports.tidy();
  // Nobody waits for it: thousands of folders are looked through.
  parts.draftSweeper.sweep().catch((err: unknown) => log.error({ err }, 'Drafts not swept'));
  for (const importId of await parts.importStore.due()) {
    // Not by way of the job queue: it may still believe that a killed process is at work on it.
    parts.imports
      .run(importId, signal)
      .catch((err: unknown) => log.error({ importId, err }, 'Import not taken up'));
  }
}
