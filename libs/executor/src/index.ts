export {
  type BuildLimits,
  type BuildOrder,
  type DependencyRepository,
  type DependencyStone,
  type NetworkPolicy,
  type UpstreamPolicy,
} from './build-order.js';
export {
  type BuildFailure,
  type BuildOutcome,
  type BuildSuccess,
  type Collectable,
  type FailureClass,
  type FailureCode,
} from './build-outcome.js';
export { phaseMark, phaseOfLogLine } from './build-log.js';
export {
  type BuildEvents,
  type Executor,
  type PreflightFinding,
  type PreflightReport,
} from './executor.js';
export { sandboxExecutor, type SandboxExecutorOptions } from './sandbox/sandbox-executor.js';
export { boulderExecutor, type BoulderExecutorOptions } from './boulder/boulder-executor.js';
export { chooseExecutor, EXECUTOR_CHOICES, type ExecutorChoice } from './choose-executor.js';
