import { subjectOf, type NatsContract, type ReplyOf } from '@cairn/contracts';
import { inboxPrefix } from '@cairn/identity';
import { connect, headers, jwtAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type z } from 'zod';
import { type World } from './world.js';

const REQUEST_TIMEOUT_MS = 10_000;

export interface PeerCredentials {
  readonly builderId: string;
  readonly jwt: string;
  readonly seed: string;
}

/** An error that a service answered with. */
export class PeerError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A plain NATS client with the credentials of a builder, bound to no good manners. */
export class NatsPeer {
  private constructor(
    readonly builderId: string,
    readonly connection: NatsConnection,
  ) {}

  /** Connects once; a broker that turns it away makes this fail. */
  static async connect(natsUrl: string, credentials: PeerCredentials): Promise<NatsPeer> {
    const { builderId, jwt, seed } = credentials;
    const connection = await connect({
      servers: natsUrl,
      authenticator: jwtAuthenticator(jwt, new TextEncoder().encode(seed)),
      inboxPrefix: inboxPrefix(builderId),
      reconnect: false,
    });
    return new NatsPeer(builderId, connection);
  }

  /** Connects with what a builder of the world keeps in its state directory. */
  static ofBuilder(world: World, builderId: string): Promise<NatsPeer> {
    return NatsPeer.connect(world.stack.natsUrl, credentialsOf(world, builderId));
  }

  /** Sends a request of a contract, as `builderId` when told so. Throws `PeerError` for an answer that is an error. */
  async request<C extends NatsContract>(
    contract: C,
    body: z.input<C['request']>,
    options: { readonly as?: string; readonly messageId?: string } = {},
  ): Promise<ReplyOf<C>> {
    const messageHeaders = headers();
    if (options.messageId !== undefined) messageHeaders.set('Cairn-Message-Id', options.messageId);
    const subject = subjectOf(contract, options.as ?? this.builderId);
    const reply = await this.connection.request(subject, JSON.stringify(body), {
      timeout: REQUEST_TIMEOUT_MS,
      headers: messageHeaders,
    });
    const answer = reply.json<{ code?: string; message?: string }>();
    if ((reply.headers?.get('Nats-Service-Error-Code') ?? '') !== '')
      throw new PeerError(answer.code ?? '', answer.message ?? '');
    return contract.reply.parse(answer) as ReplyOf<C>;
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** The credentials in a builder's state directory. */
export function credentialsOf(world: World, builderId: string): PeerCredentials {
  const file = join(world.dir, 'builders', builderId, 'credentials.json');
  return JSON.parse(readFileSync(file, 'utf8')) as PeerCredentials;
}
