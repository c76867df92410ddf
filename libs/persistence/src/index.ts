export { postgresAdapter } from './adapter.js';
export { isStatementTimeout, isTransactionConflict, isUniqueViolation } from './conflict.js';
export { holdLeadership, type LeadershipOptions, type Term } from './leadership.js';
export { listen, type ListenOptions } from './listen.js';
export { migrateDeploy } from './migrate-deploy.js';
export { CONFLICT_RETRY, retryDelayMs, withRetry, type RetryPolicy } from './retry.js';
export {
  inTransaction,
  type IsolationLevel,
  type TransactionHost,
  type TransactionOptions,
} from './transaction.js';
