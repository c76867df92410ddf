export { backoffMs, defineChore, type Backoff, type Chore, type DataSchema } from './chore.js';
export {
  assertEveryChoreHandled,
  handleChore,
  type ChoreContext,
  type ChoreHandler,
} from './chore-handler.js';
export { ChoreHost, type ChoreHostOptions } from './chore-host.js';
export { ChoreQueue, type ChoreCounts } from './chore-queue.js';
export { repeatChore, type ChoreTimer } from './chore-timers.js';
