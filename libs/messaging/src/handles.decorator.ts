import { type NatsContract, type ReplyOf, type RequestOf } from '@cairn/contracts';
import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';

/** What a handler knows of a message beside its content. */
export interface MessageContext {
  /** Who sent it, vouched for by the broker: a builder's id, `summit` or `vessel`. */
  readonly senderId: string;
  /** The sender's name for the message: only the pair of both is unique. */
  readonly messageId: string;
  readonly traceparent: string | null;
  /** The raw body of contracts whose request carries bytes. */
  readonly bytes: Uint8Array | null;
}

/** What a handler returns: the reply, with bytes where the contract says so. */
export type HandlerReply<C extends NatsContract> =
  ReplyOf<C> | { readonly reply: ReplyOf<C>; readonly bytes: Uint8Array };

type Handler<C extends NatsContract> = (
  request: RequestOf<C>,
  context: MessageContext,
) => Promise<HandlerReply<C>>;

/** Lets errors reach the strategy as they are; Nest would hide what it does not know. */
@Catch()
class PassErrorsOn implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

/** Marks the method that answers a contract. The compiler checks its shape, start-up that none is missing. */
export function Handles<C extends NatsContract>(contract: C) {
  return <T extends Handler<C>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    MessagePattern<string>(contract.subject)(
      target,
      key,
      descriptor as TypedPropertyDescriptor<unknown>,
    );
    UseFilters(new PassErrorsOn())(target, key, descriptor as TypedPropertyDescriptor<unknown>);
  };
}
