import { AppError } from '@cairn/contracts';
import { type NatsConnection } from '@nats-io/transport-node';

const watches = new WeakMap<NatsConnection, LinkWatch>();

/** Knows whether a connection is up. What is asked while it is not, or just before it is lost, is never answered. */
export class LinkWatch {
  private isUp = true;
  private readonly losses = new Set<() => void>();

  private constructor(connection: NatsConnection) {
    void this.follow(connection);
  }

  /** One for each connection; take it before the connection can be lost. */
  static of(connection: NatsConnection): LinkWatch {
    const known = watches.get(connection);
    if (known !== undefined) return known;
    const watch = new LinkWatch(connection);
    watches.set(connection, watch);
    return watch;
  }

  /** What was asked for, or `peer.unreachable` at once when the connection is down or is lost meanwhile. */
  async orLost<T>(subject: string, ask: () => Promise<T>): Promise<T> {
    const lostError = () => new AppError('peer.unreachable', `No connection for ${subject}.`);
    if (!this.isUp) throw lostError();
    let onLost: () => void = () => undefined;
    const loss = new Promise<never>((_, reject) => {
      onLost = () => reject(lostError());
    });
    this.losses.add(onLost);
    const answer = ask();
    try {
      return await Promise.race([answer, loss]);
    } finally {
      this.losses.delete(onLost);
      // After a loss nobody waits for the answer any more, but it may still fail.
      answer.catch(() => undefined);
    }
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'reconnect') this.isUp = true;
      if (type !== 'disconnect') continue;
      this.isUp = false;
      for (const onLost of this.losses) onLost();
    }
  }
}
