import { type BuildOrder } from './build-order.js';
import { type BuildOutcome } from './build-outcome.js';

/** Where a build reports while it runs. */
export interface BuildEvents {
  /** The next bytes of the log. */
  log(bytes: Uint8Array): void;
  /** A step begins. */
  phase(name: string): void;
}

/** One finding about this machine, with what to do about it. */
export interface PreflightFinding {
  readonly code: string;
  /** What is wrong and which command or setting mends it, in words. */
  readonly message: string;
}

/** Whether builds can run here. Warnings do not keep them from running. */
export interface PreflightReport {
  readonly ready: boolean;
  readonly problems: readonly PreflightFinding[];
  readonly warnings: readonly PreflightFinding[];
}

/** Builds recipes. Every expected trouble is a `BuildFailure`; a rejected promise is a defect. */
export interface Executor {
  readonly name: 'sandbox' | 'boulder';
  preflight(): Promise<PreflightReport>;
  build(order: BuildOrder, events: BuildEvents, signal: AbortSignal): Promise<BuildOutcome>;
}
