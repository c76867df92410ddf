import { type Logger } from '@cairn/observability';
import { type NatsConnection } from '@nats-io/transport-node';

/** Logs what becomes of the connection to the broker, and tells when it is back. */
export class ConnectionWatch {
  readonly #onBack = new Set<() => void>();
  readonly #log: Logger;

  constructor(connection: NatsConnection, log: Logger) {
    this.#log = log;
    void this.#watch(connection);
  }

  onBack(listener: () => void): void {
    this.#onBack.add(listener);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.#log.warn({ server: status.server }, 'Connection lost');
      } else if (status.type === 'reconnect') {
        this.#log.info({ server: status.server }, 'Connection is back');
        for (const listener of this.#onBack) listener();
      } else if (status.type === 'error') {
        this.#log.warn({ err: status.error }, 'Broker refused something');
      }
    }
  }
}
