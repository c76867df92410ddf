import { type NatsConnection } from '@nats-io/transport-node';
import { type Logger } from '@cairn/observability';

/** Tells when the connection to the broker is lost and when it is back. */
export class ConnectionWatch {
  readonly #onBack = new Set<() => void>();
  readonly #log: Logger;
  /** Aborted at the next loss: what was asked before it may never be answered. */
  #epoch = new AbortController();
  #isUp = true;

  constructor(connection: NatsConnection, log: Logger) {
    this.#log = log;
    void this.#watch(connection);
  }

  /** What is sent while this is false does not arrive. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Aborted when the present connection is lost. */
  get lost(): AbortSignal {
    return this.#epoch.signal;
  }

  onBack(listener: () => void): void {
    this.#onBack.add(listener);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.#log.warn({ server: status.server }, 'Connection lost');
        this.#isUp = false;
        this.#epoch.abort();
        this.#epoch = new AbortController();
      } else if (status.type === 'reconnect') {
        this.#log.info({ server: status.server }, 'Connection is back');
        this.#isUp = true;
        for (const listener of this.#onBack) listener();
      } else if (status.type === 'error') {
        this.#log.warn({ err: status.error }, 'Broker refused something');
      }
    }
  }
}
