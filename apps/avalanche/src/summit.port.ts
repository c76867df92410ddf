import { type NatsContract, type ReplyOf } from '@cairn/contracts';
import { type z } from 'zod';

type InputOf<C extends NatsContract> = z.input<C['request']>;

/** How this builder speaks to summit. Every failure is an `AppError`; a lost connection is a retryable one. */
export interface SummitPort {
  request<C extends NatsContract>(contract: C, body: InputOf<C>): Promise<ReplyOf<C>>;
  requestWithBytes<C extends NatsContract>(
    contract: C,
    meta: InputOf<C>,
    bytes: Uint8Array,
  ): Promise<ReplyOf<C>>;
}
