export { AppError, type ErrorBody, type ErrorDetails } from './app-error.js';
export { buildFailureSchema, failureClassSchema, type BuildFailure } from './build-failure.js';
export * from './channel-change.js';
export * from './channel-view.js';
export {
  collectableSchema,
  COLLECTABLES_MAX,
  COLLECTABLES_SIZE_BYTES_MAX,
  type Collectable,
} from './collectable.js';
export {
  IS_RETRYABLE,
  isErrorCode,
  KIND_OF,
  STATUS_OF,
  type ErrorCode,
  type ErrorKind,
} from './error-codes.js';
export * from './hub-view.js';
export {
  BODY_SIZE_BYTES_MAX,
  defineRoute,
  emptySchema,
  urlOf,
  type HttpRoute,
  type RoutePolicy,
} from './http/http-route.js';
export * from './http/browse.routes.js';
export * from './http/hub.routes.js';
export { openApiDocument } from './http/openapi.js';
export { HTTP_ROUTES } from './http/registry.js';
export * from './http/rebuild.routes.js';
export * from './http/session.routes.js';
export {
  machineFactsSchema,
  machineStateSchema,
  type MachineFacts,
  type MachineState,
} from './machine.js';
export * from './nats/attempt.contract.js';
export * from './nats/browse.contract.js';
export * from './nats/channel.contract.js';
export * from './nats/import.contract.js';
export {
  defineContract,
  MESSAGE_SIZE_BYTES_MAX,
  senderOf,
  subjectOf,
  type NatsContract,
  type ReplyOf,
  type RequestOf,
} from './nats/nats-contract.js';
export { permissionsOf, type NatsPermissions } from './nats/nats-permissions.js';
export * from './nats/order.contract.js';
export { contractsTo, NATS_CONTRACTS } from './nats/registry.js';
export * from './nats/session.contract.js';
export * from './package-view.js';
export * from './project-document.js';
export * from './rebuild-view.js';
export * from './repository-files.js';
export * from './task-view.js';
export * from './values.js';
