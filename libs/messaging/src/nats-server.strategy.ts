import {
  AppError,
  contractsTo,
  MESSAGE_SIZE_BYTES_MAX,
  senderOf,
  type NatsContract,
} from '@cairn/contracts';
import { isReplySubjectOf, type ServiceRole } from '@cairn/identity';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { lastValueFrom } from 'rxjs';
import { type MessageContext } from './handles.decorator.js';
import {
  decodeJson,
  decodeMeta,
  encodeError,
  encodeJson,
  MESSAGE_ID_HEADER,
  META_HEADER,
  TRACE_HEADER,
} from './wire.js';

/** Requests that one process handles at once; further ones are told to come back. */
const IN_FLIGHT_MAX = 1_024;

/** How long a stopping server waits for the requests it has begun. */
const DRAIN_TIMEOUT_MS = 5_000;

export interface NatsServerEvents {
  /** A request whose reply would have gone to a subject that is not the sender's: not answered. */
  onReplyRefused(facts: { readonly subject: string; readonly senderId: string }): void;
  /** An error that is ours; the peer sees only the id. */
  onDefect(facts: {
    readonly subject: string;
    readonly errorId: string;
    readonly error: unknown;
  }): void;
}

export interface NatsServerStrategyOptions {
  readonly connection: NatsConnection;
  readonly role: ServiceRole;
  /** Our builder id; stands for `*` in the subjects of a builder. */
  readonly builderId?: string;
  /** The contracts that this connection serves; all that are addressed to the role when left out. */
  readonly contracts?: readonly NatsContract[];
  readonly events: NatsServerEvents;
}

/** Answers contracts over plain NATS: JSON in, JSON out, errors in headers, so that any NATS client can talk to us. */
export class NatsServerStrategy extends Server implements CustomTransportStrategy {
  private readonly subscriptions: Subscription[] = [];
  private readonly inFlight = new Set<Promise<void>>();

  constructor(private readonly options: NatsServerStrategyOptions) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  private async start(): Promise<void> {
    const { connection, role, builderId } = this.options;
    const served = this.options.contracts ?? contractsTo(role);
    assertEveryContractHandled({ role, served, handled: [...this.messageHandlers.keys()] });
    for (const contract of served) {
      const handler = this.messageHandlers.get(contract.subject);
      if (handler === undefined) continue;
      const subject =
        role === 'builder' ? contract.subject.replace('*', builderId ?? '') : contract.subject;
      this.subscriptions.push(
        connection.subscribe(subject, {
          queue: builderId ?? role,
          callback: (error, message) => {
            if (error === null) this.accept(contract, handler, message);
          },
        }),
      );
    }
    if (!connection.isClosed()) await connection.flush().catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    const timeout = new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS).unref());
    await Promise.race([Promise.allSettled(this.inFlight), timeout]);
  }

  on(): void {
    // There are no transport events to listen to: the connection has its own.
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  unwrap<T>(): T {
    return this.options.connection as T;
  }

  private accept(contract: NatsContract, handler: MessageHandler, message: Msg): void {
    const senderId = senderOf(contract, message.subject);
    if (message.reply === undefined || !isReplySubjectOf(senderId, message.reply)) {
      this.options.events.onReplyRefused({ subject: message.subject, senderId });
      return;
    }
    const work = this.answer(contract, handler, message, senderId).finally(() =>
      this.inFlight.delete(work),
    );
    this.inFlight.add(work);
  }

  private async answer(
    contract: NatsContract,
    handler: MessageHandler,
    message: Msg,
    senderId: string,
  ): Promise<void> {
    try {
      if (this.inFlight.size >= IN_FLIGHT_MAX)
        throw new AppError('limit.rate', 'Too many requests at once.');
      const { request, context } = read(contract, message, senderId);
      const result: unknown = await lastValueFrom(
        this.transformToObservable(await handler(request, context)),
      );
      respond(contract, message, result);
    } catch (error) {
      this.respondError(message, error);
    }
  }

  private respondError(message: Msg, error: unknown): void {
    if (error instanceof AppError && error.kind !== 'defect') {
      const { code, message: text, details } = error;
      const encoded = encodeError(error.status, { code, message: text, details });
      message.respond(encoded.body, { headers: encoded.headers });
      return;
    }
    const errorId = randomUUID();
    this.options.events.onDefect({ subject: message.subject, errorId, error });
    const encoded = encodeError(500, {
      code: 'internal',
      message: 'Something went wrong here.',
      errorId,
    });
    message.respond(encoded.body, { headers: encoded.headers });
  }
}

function read(
  contract: NatsContract,
  message: Msg,
  senderId: string,
): { request: unknown; context: MessageContext } {
  if (message.data.byteLength > MESSAGE_SIZE_BYTES_MAX) {
    throw new AppError('contract.too-large', 'The message is too large.', {
      sizeBytesMax: MESSAGE_SIZE_BYTES_MAX,
    });
  }
  const hasBytes = contract.bytes === 'request';
  const parsed = contract.request.safeParse(
    hasBytes ? decodeMeta(message.headers) : decodeJson(message.data),
  );
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError('contract.invalid-payload', issue?.message ?? 'wrong shape', {
      at: issue?.path.join('.'),
    });
  }
  const header = (name: string) => message.headers?.get(name) ?? '';
  return {
    request: parsed.data,
    context: {
      senderId,
      messageId: header(MESSAGE_ID_HEADER).slice(0, 128) || randomUUID(),
      traceparent: header(TRACE_HEADER) || null,
      bytes: hasBytes ? message.data : null,
    },
  };
}

function respond(contract: NatsContract, message: Msg, result: unknown): void {
  if (contract.bytes !== 'reply') {
    message.respond(encodeJson(contract.reply.parse(result)));
    return;
  }
  const { reply, bytes } = result as { reply: unknown; bytes: Uint8Array };
  const messageHeaders = headers();
  messageHeaders.set(META_HEADER, JSON.stringify(contract.reply.parse(reply)));
  message.respond(bytes, { headers: messageHeaders });
}

/** Proof at start-up that contracts and handlers match; throws with what to do. */
export function assertEveryContractHandled(facts: {
  readonly role: ServiceRole;
  readonly served: readonly NatsContract[];
  readonly handled: readonly string[];
}): void {
  const { role, served, handled } = facts;
  const missing = served.filter((contract) => !handled.includes(contract.subject));
  const known = new Set(contractsTo(role).map((contract) => contract.subject));
  const unknown = handled.filter((subject) => !known.has(subject));
  if (missing.length === 0 && unknown.length === 0) return;
  const lines = [
    ...missing.map((contract) => `no handler for ${contract.subject}: declare one with @Handles`),
    ...unknown.map(
      (subject) => `a handler for ${subject}, which is no contract addressed to ${role}`,
    ),
  ];
  throw new Error(`${role} cannot start: ${lines.join('; ')}.`);
}
