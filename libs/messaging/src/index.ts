export { connectNats, type NatsLinkOptions } from './connect-nats.js';
export { ContractClient, type BytesReply, type RequestOptions } from './contract-client.js';
export { Handles, type HandlerReply, type MessageContext } from './handles.decorator.js';
export {
  assertEveryContractHandled,
  NatsServerStrategy,
  type NatsServerEvents,
  type NatsServerStrategyOptions,
} from './nats-server.strategy.js';
export { dialNats } from './dial-nats.js';
export { checkNatsUrl } from './nats-url.js';
export {
  backOffMs,
  OutboxRelay,
  type OutboxMessage,
  type OutboxRelayOptions,
  type OutboxStore,
} from './outbox-relay.js';
