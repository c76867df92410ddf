import { AppError, NATS_CONTRACTS, type NatsContract } from '@cairn/contracts';
import { type Clock } from '@cairn/std';
import { type ContractClient } from './contract-client.js';

/** A request that was stored together with the change it announces. */
export interface OutboxMessage {
  readonly id: bigint;
  readonly messageId: string;
  /** The contract's subject. */
  readonly subject: string;
  readonly builderId: string | null;
  readonly body: unknown;
  /** How often it was sent without success. */
  readonly tries: number;
}

/** Where the messages wait, and what becomes of them. Each outcome is one transaction that ends the message or postpones it. */
export interface OutboxStore {
  /** Messages whose time has come, oldest first, without those in `except`. */
  due(limit: number, except: readonly bigint[]): Promise<readonly OutboxMessage[]>;
  /** The receiver has committed it. */
  delivered(message: OutboxMessage, reply: unknown): Promise<void>;
  /** The receiver will never take it. */
  refused(message: OutboxMessage, error: AppError): Promise<void>;
  /** Nobody answered, or not now. */
  postponed(message: OutboxMessage, retryAtMs: number, error: AppError): Promise<void>;
}

export interface OutboxRelayOptions {
  readonly store: OutboxStore;
  readonly client: ContractClient;
  readonly clock: Clock;
  /** Between 0 and 1, spreads the retries. */
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
}

const IN_FLIGHT_MAX = 32;
const POLL_INTERVAL_MS = 1_000;
/** A receiver that is away must not keep a successor from taking over. */
const STOP_GRACE_MS = 1_000;
const BACK_OFF_FIRST_MS = 200;
const BACK_OFF_MAX_MS = 15_000;

/** Milliseconds to wait after a number of failed tries: doubling, capped, spread by a quarter. */
export function backOffMs(tries: number, random: number): number {
  const base = Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** Math.min(tries, 20));
  return Math.round(base * (0.75 + random * 0.5));
}

/** Sends what waits in the outbox until each message is answered. Exactly one process may run it at a time. */
export class OutboxRelay {
  private readonly inFlight = new Map<bigint, Promise<void>>();
  private timer: NodeJS.Timeout | null = null;
  private isRunning = false;
  private isSweeping = false;
  private isWanted = false;

  constructor(private readonly options: OutboxRelayOptions) {}

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.timer = setInterval(() => this.wake(), POLL_INTERVAL_MS);
    this.wake();
  }

  /** Stops, waiting a moment for what is under way; nothing is lost, for unanswered messages stay stored. */
  async stop(): Promise<void> {
    this.isRunning = false;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    const late = new Promise((resolve) => setTimeout(resolve, STOP_GRACE_MS).unref());
    await Promise.race([Promise.allSettled(this.inFlight.values()), late]);
  }

  /** Something may have been stored: look now rather than at the next tick. */
  wake(): void {
    if (!this.isRunning) return;
    this.isWanted = true;
    if (!this.isSweeping) void this.sweep();
  }

  private async sweep(): Promise<void> {
    this.isSweeping = true;
    try {
      while (this.isWanted && this.isRunning) {
        this.isWanted = false;
        const room = IN_FLIGHT_MAX - this.inFlight.size;
        if (room <= 0) break;
        const messages = await this.options.store.due(room, [...this.inFlight.keys()]);
        for (const message of messages) this.dispatch(message);
      }
    } catch (error) {
      this.options.onError(error);
    } finally {
      this.isSweeping = false;
    }
  }

  private dispatch(message: OutboxMessage): void {
    const work = this.deliver(message)
      .catch(this.options.onError)
      .finally(() => {
        this.inFlight.delete(message.id);
        this.wake();
      });
    this.inFlight.set(message.id, work);
  }

  private async deliver(message: OutboxMessage): Promise<void> {
    const { store, client, clock, random } = this.options;
    const contract = contractOf(message.subject);
    try {
      const reply = await client.request(contract, message.body, {
        messageId: message.messageId,
        ...(message.builderId === null ? {} : { builderId: message.builderId }),
      });
      await store.delivered(message, reply);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!error.isRetryable) await store.refused(message, error);
      else await store.postponed(message, clock.now() + backOffMs(message.tries, random()), error);
    }
  }
}

function contractOf(subject: string): NatsContract {
  const contract = NATS_CONTRACTS.find((candidate) => candidate.subject === subject);
  if (contract === undefined) throw new Error(`There is no contract ${subject}.`);
  return contract;
}
