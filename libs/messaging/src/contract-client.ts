import { AppError, subjectOf, type NatsContract, type ReplyOf } from '@cairn/contracts';
import { headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { type z } from 'zod';
import { LinkWatch } from './link-watch.js';
import {
  decodeJson,
  decodeMeta,
  encodeJson,
  errorOf,
  MESSAGE_ID_HEADER,
  META_HEADER,
  TRACE_HEADER,
} from './wire.js';

export interface RequestOptions {
  /** The builder that is spoken to, or that we are; needed by contracts with a builder in their subject. */
  readonly builderId?: string;
  /** Names the message, so that sending it again has no second effect; made up when left out. */
  readonly messageId?: string;
  /** Instead of the contract's own limit. */
  readonly timeoutMs?: number;
  readonly traceparent?: string;
}

/** A reply whose body is raw bytes. */
export interface BytesReply<C extends NatsContract> {
  readonly reply: ReplyOf<C>;
  readonly bytes: Uint8Array;
}

type InputOf<C extends NatsContract> = z.input<C['request']>;

/** Sends requests by their contracts. Every failure is an `AppError`; what can help to try again is retryable. */
export class ContractClient {
  private readonly watch: LinkWatch;

  constructor(private readonly connection: NatsConnection) {
    this.watch = LinkWatch.of(connection);
  }

  /** Sends a JSON request and checks the reply. */
  async request<C extends NatsContract>(
    contract: C,
    body: InputOf<C>,
    options: RequestOptions = {},
  ): Promise<ReplyOf<C>> {
    const reply = await this.send(contract, encodeJson(body), requestHeaders(options), options);
    return parseReply(contract, decodeJson(reply.data));
  }

  /** Sends raw bytes with their description in a header. */
  async requestWithBytes<C extends NatsContract>(
    contract: C,
    meta: InputOf<C>,
    bytes: Uint8Array,
    options: RequestOptions = {},
  ): Promise<ReplyOf<C>> {
    const messageHeaders = requestHeaders(options);
    messageHeaders.set(META_HEADER, JSON.stringify(meta));
    const reply = await this.send(contract, bytes, messageHeaders, options);
    return parseReply(contract, decodeJson(reply.data));
  }

  /** Sends a JSON request that is answered with raw bytes. */
  async requestBytes<C extends NatsContract>(
    contract: C,
    body: InputOf<C>,
    options: RequestOptions = {},
  ): Promise<BytesReply<C>> {
    const reply = await this.send(contract, encodeJson(body), requestHeaders(options), options);
    return { reply: parseReply(contract, decodeMeta(reply.headers)), bytes: reply.data };
  }

  private async send(
    contract: NatsContract,
    data: Uint8Array,
    messageHeaders: MsgHdrs,
    options: RequestOptions,
  ): Promise<Msg> {
    const subject = subjectOf(contract, options.builderId);
    const timeout = options.timeoutMs ?? contract.timeoutMs;
    let reply: Msg;
    try {
      reply = await this.watch.orLost(subject, () =>
        this.connection.request(subject, data, { timeout, headers: messageHeaders }),
      );
    } catch (cause) {
      throw cause instanceof AppError ? cause : transportError(subject, cause);
    }
    const error = errorOf(reply);
    if (error !== null) throw error;
    return reply;
  }
}

function requestHeaders(options: RequestOptions): MsgHdrs {
  const messageHeaders = headers();
  messageHeaders.set(MESSAGE_ID_HEADER, options.messageId ?? randomUUID());
  if (options.traceparent !== undefined) messageHeaders.set(TRACE_HEADER, options.traceparent);
  return messageHeaders;
}

function parseReply<C extends NatsContract>(contract: C, value: unknown): ReplyOf<C> {
  const parsed = contract.reply.safeParse(value);
  if (parsed.success) return parsed.data as ReplyOf<C>;
  throw new AppError(
    'contract.invalid-reply',
    `The reply to ${contract.subject} has the wrong shape.`,
    {
      problem: parsed.error.issues[0]?.message,
      at: parsed.error.issues[0]?.path.join('.'),
    },
  );
}

function transportError(subject: string, cause: unknown): AppError {
  const name = cause instanceof Error ? cause.name : '';
  const text = cause instanceof Error ? `${cause.name} ${cause.message}` : String(cause);
  if (/permission/i.test(text)) {
    return new AppError(
      'permission.missing',
      `The broker does not let us send to ${subject}.`,
      {},
      { cause },
    );
  }
  if (name === 'TimeoutError' || /timeout/i.test(text)) {
    return new AppError('peer.timeout', `No answer to ${subject} in time.`, {}, { cause });
  }
  return new AppError('peer.unreachable', `Nobody can be reached at ${subject}.`, {}, { cause });
}
