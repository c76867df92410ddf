import { type ServiceRole } from '@cairn/identity';
import { type z } from 'zod';

/** Largest message body, either way; the broker's own limit is the same. */
export const MESSAGE_SIZE_BYTES_MAX = 1_048_576;

/**
 * One request over NATS: both ends import this object. `*` in the subject stands for the id of the builder
 * that speaks or is spoken to. `bytes` says which way a raw body travels; its description is then in a header.
 */
export interface NatsContract<
  Request extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  readonly subject: string;
  /** Who may send it; the broker enforces this, for permissions are generated from it. */
  readonly from: ServiceRole;
  /** Who answers it. */
  readonly to: ServiceRole;
  readonly request: Request;
  readonly reply: Reply;
  readonly bytes: 'none' | 'request' | 'reply';
  readonly timeoutMs: number;
  readonly summary: string;
}

export type RequestOf<C extends NatsContract> = z.output<C['request']>;
export type ReplyOf<C extends NatsContract> = z.output<C['reply']>;

type Definition<Request extends z.ZodType, Reply extends z.ZodType> = Omit<
  NatsContract<Request, Reply>,
  'bytes'
> & { readonly bytes?: 'request' | 'reply' };

/** Declares a contract; without `bytes` both bodies are JSON. */
export function defineContract<Request extends z.ZodType, Reply extends z.ZodType>(
  definition: Definition<Request, Reply>,
): NatsContract<Request, Reply> {
  return { bytes: 'none', ...definition };
}

/** The concrete subject of a contract; builder contracts need the builder's id. */
export function subjectOf(contract: NatsContract, builderId?: string): string {
  if (!contract.subject.includes('*')) return contract.subject;
  if (builderId === undefined) throw new Error(`${contract.subject} needs a builder id`);
  return contract.subject.replace('*', builderId);
}

/** Who sent a message that came in on `subject`: builders are named by it, services by their role. */
export function senderOf(contract: NatsContract, subject: string): string {
  return contract.from === 'builder' ? (subject.split('.')[1] ?? '') : contract.from;
}
