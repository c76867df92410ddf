import type { Capability } from '../graph/capability.js';
import type { BootstrapHint } from '../tasks/task-facts.js';
import type { PublishedUse } from '../tasks/task-reason.js';
import type { CutRelief } from './cycle-cuts.js';
import type { FeedbackEffort } from './feedback-search.js';

/** What there is to build and what builds may take from elsewhere. */
export interface PlanRequest {
  /** Absent: every source is affected. Else these and all their transitive dependants. */
  readonly changed?: readonly string[];
  /** Sources of which a published version can serve; default `all`. */
  readonly published?: 'all' | 'none' | ReadonlySet<string>;
  readonly bootstrap?: readonly BootstrapHint[];
  /** Default `thorough`. */
  readonly effort?: FeedbackEffort;
  /** Whether a first build within a cycle waits for what it can, or starts at once; default `fewest-cuts`. */
  readonly relief?: CutRelief;
  /** Sources on cycles that are built twice in any case, to shorten the way through their cycle. */
  readonly builtTwice?: readonly string[];
}

/** One build of one source. */
export interface PlanStep {
  /** `source@stage`. */
  readonly id: string;
  readonly source: string;
  /** 0 for the first build of a source in this plan. */
  readonly stage: number;
  /** Steps that must be built before, sorted. */
  readonly after: readonly string[];
  /** Dependencies on affected sources that the published version serves. */
  readonly published: readonly PublishedUse[];
  /** Capabilities that a bootstrap hint leaves out of this step. */
  readonly without: readonly Capability[];
}

/** An edge that the published version of `from` serves. */
export interface Cut {
  readonly source: string;
  readonly capability: Capability;
  readonly from: string;
}

/** What to build in which order; steps stand in a runnable order. */
export interface BuildPlan {
  readonly affected: readonly string[];
  readonly cuts: readonly Cut[];
  readonly steps: readonly PlanStep[];
  /** The longest chain of steps, first to last, each counted as one unit. */
  readonly criticalPath: readonly string[];
}

/** A plan cannot be made. */
export type PlanError =
  | { readonly code: 'plan.unknown-source'; readonly sources: readonly string[] }
  | {
      /** Neither published nor left out by a hint; served from elsewhere, they would be enough to begin. */
      readonly code: 'plan.seed-missing';
      readonly seeds: readonly Cut[];
    };

/** A step's id. */
export function stepId(source: string, stage: number): string {
  return `${source}@${stage}`;
}
