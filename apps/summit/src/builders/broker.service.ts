import { accountJwt, createSystemCredentials, type NatsTrust } from '@cairn/auth';
import { dialNats } from '@cairn/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { jwtAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { CONFIG, type SummitConfig } from '../config.js';
import { LOGGER, type Logger } from '../logger.js';
import { BuilderStore } from './builder.store.js';

/** Injection token of the broker's chain of trust. */
export const NATS_TRUST = Symbol('nats trust');

const CONNECT_TIMEOUT_MS = 5_000;
const UPDATE_TIMEOUT_MS = 5_000;

/** Tells the running broker who is revoked. At its start it knows from its configuration, which is made from the same table. */
@Injectable()
export class Broker {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'nats'>,
    @Inject(NATS_TRUST) private readonly trust: NatsTrust,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly builders: BuilderStore,
  ) {}

  /**
   * A broker that was away may have begun again with the configuration of an earlier start, so it is told again at each
   * return. Ends with the connection.
   */
  async tellAfterOutages(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'reconnect') await this.publishAccount();
    }
  }

  /** Sends the account as it is now. A broker that cannot be reached learns it at its next start or our next connection. */
  async publishAccount(): Promise<void> {
    const jwt = await accountJwt(this.trust, await this.builders.revocations());
    const credentials = await createSystemCredentials(this.trust);
    try {
      const connection = await dialNats(this.config.nats.url, {
        authenticator: jwtAuthenticator(
          credentials.jwt,
          new TextEncoder().encode(credentials.seed),
        ),
        timeout: CONNECT_TIMEOUT_MS,
        reconnect: false,
      });
      try {
        await connection.request('$SYS.REQ.CLAIMS.UPDATE', jwt, { timeout: UPDATE_TIMEOUT_MS });
      } finally {
        await connection.close();
      }
    } catch (error) {
      this.log.warn({ err: error }, 'Broker account not updated');
    }
  }
}
