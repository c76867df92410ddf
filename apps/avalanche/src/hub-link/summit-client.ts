import { AppError, type NatsContract, type ReplyOf } from '@cairn/contracts';
import { type BuilderId } from '@cairn/identity';
import { type ContractClient } from '@cairn/messaging';
import { type SummitPort } from '../summit.port.js';
import { type ConnectionWatch } from './connection-watch.js';

/** Speaks to summit as this builder, and stops waiting for an answer as soon as the connection is lost. */
export class SummitClient implements SummitPort {
  readonly #client: ContractClient;
  readonly #builderId: BuilderId;
  readonly #watch: ConnectionWatch;

  constructor(parts: {
    readonly client: ContractClient;
    readonly builderId: BuilderId;
    readonly watch: ConnectionWatch;
  }) {
    this.#client = parts.client;
    this.#builderId = parts.builderId;
    this.#watch = parts.watch;
  }

  request: SummitPort['request'] = (contract, body) =>
    this.#orLost(contract, () =>
      this.#client.request(contract, body, { builderId: this.#builderId }),
    );

  requestWithBytes: SummitPort['requestWithBytes'] = (contract, meta, bytes) =>
    this.#orLost(contract, () =>
      this.#client.requestWithBytes(contract, meta, bytes, { builderId: this.#builderId }),
    );

  async #orLost<C extends NatsContract>(
    contract: C,
    ask: () => Promise<ReplyOf<C>>,
  ): Promise<ReplyOf<C>> {
    const lostError = () =>
      new AppError('peer.unreachable', `No connection for ${contract.subject}.`);
    if (!this.#watch.isUp) throw lostError();
    const { lost } = this.#watch;
    const answer = ask();
    let onLost: (() => void) | undefined;
    const loss = new Promise<never>((_, reject) => {
      onLost = () => reject(lostError());
      lost.addEventListener('abort', onLost, { once: true });
    });
    try {
      return await Promise.race([answer, loss]);
    } finally {
      if (onLost !== undefined) lost.removeEventListener('abort', onLost);
      // After a loss nobody waits for the answer any more, but it may still fail.
      answer.catch(() => undefined);
    }
  }
}
