export {
  canonicalCapability,
  nameCapability,
  targetOf,
  type Capability,
} from './graph/capability.js';
export { type PackageFacts, type SourceNode } from './graph/source-node.js';
export {
  buildGraph,
  DependencyGraph,
  type Edge,
  type GraphReading,
  type Unresolved,
} from './graph/dependency-graph.js';
export { type Adjacency } from './graph/adjacency.js';
export { condense, cyclesOf, levelSizes, type Condensation } from './graph/components.js';
export { feedbackSet, type CuttableDigraph, type UncuttableCycle } from './plan/feedback-set.js';
export { type FeedbackEffort } from './plan/feedback-search.js';
export {
  type BootstrapHint,
  type PublishedSource,
  type RecipeFacts,
  type TaskFacts,
  type TaskKey,
  type TaskStatus,
} from './tasks/task-facts.js';
export {
  sentenceOf,
  type PublishedUse,
  type TaskReason,
  type WaitLink,
} from './tasks/task-reason.js';
export {
  explainTasks,
  type ExplainFacts,
  type Readiness,
  type TaskExplanation,
} from './tasks/explain-tasks.js';
export { explainSteps, type StepTask } from './tasks/explain-steps.js';
export { BASE_ROOT, withImplied, type ImpliedDepends } from './graph/implied-depends.js';
export {
  SIZE_CLASSES,
  unmetNeeds,
  type BuilderFacts,
  type BuilderNeeds,
  type NeedName,
  type SizeClass,
} from './allocation/builder-fit.js';
export { type ProjectShare, type ReadyTask } from './allocation/ready-task.js';
export {
  allocate,
  type AllocationFacts,
  type Assignment,
  type IdleSlot,
} from './allocation/allocate.js';
export {
  allocationSentence,
  explainAllocation,
  type AllocationExplanation,
  type AllocationReason,
  type ExplainAllocationFacts,
} from './allocation/explain-allocation.js';
export {
  stepId,
  type BuildPlan,
  type Cut,
  type PlanError,
  type PlanRequest,
  type PlanStep,
} from './plan/build-plan.js';
export { makePlan } from './plan/make-plan.js';
export { publicationStages } from './plan/publication-stages.js';
export { inRunnableOrder, longestChain, tailsMs } from './plan/step-order.js';
export {
  nextRound,
  type FinishedBuild,
  type InterfaceFingerprint,
  type NextRound,
} from './plan/next-round.js';
export { sparedSteps, type CutOffFacts } from './plan/early-cut-off.js';
export { affectedBy } from './plan/affected.js';
export {
  DurationModel,
  type DurationPrediction,
  type DurationQuestion,
  type DurationSample,
} from './durations/duration-model.js';
export {
  simulate,
  type AllocationWitness,
  type SimulatedBuild,
  type SimulationFacts,
  type SimulationResult,
} from './simulation/simulate.js';
export { logNormalDurationsMs } from './simulation/workload.js';
export { DecisionHash } from './simulation/decision-hash.js';
export { type CutRelief } from './plan/cycle-cuts.js';
export { parseGraphLines, parseImpliedLines, type GraphLineError } from './graph/graph-lines.js';
export { DecisionRecorder, type DecisionLogEntry, type FactTable } from './replay/decision-log.js';
export {
  parseDecisionLine,
  replayDecisions,
  type DecisionLogError,
  type ReplayDifference,
  type ReplayResult,
} from './replay/replay-decisions.js';
export { planBoundMs } from './plan/plan-bound.js';
export { makeShortPlan, type PlanWorkload } from './plan/short-plan.js';
export {
  PackageLayers,
  type IndexedPackage,
  type LayeredPackage,
  type RepositoryLayer,
} from './resolution/package-layers.js';
export {
  resolvePackages,
  type Request as PackageRequest,
  type ResolutionError,
  type ResolvedPackage,
} from './resolution/resolve-packages.js';
export {
  decideBuilds,
  type BuildDecision,
  type BuildWish,
  type DecisionFacts,
  type TaskVerdict,
} from './decision/decide-builds.js';
export { taskTailsMs } from './decision/task-tails.js';
export { forecastPlan, type PlanForecast } from './plan/plan-forecast.js';
