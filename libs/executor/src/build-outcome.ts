import { type StonePackage } from '@cairn/stone';

/** One file that a build left in the output directory. */
export interface Collectable {
  readonly kind: 'package' | 'manifest-bin' | 'manifest-jsonc';
  readonly name: string;
  /** Absolute path in the output directory. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Whose fault a failure is: this machine's, the recipe's, the upstream's, or nobody's. */
export type FailureClass = 'infrastructure' | 'recipe' | 'upstream' | 'cancelled';

/** The facts of a build that did not end well. */
export interface BuildFailure {
  readonly outcome: 'failure';
  readonly class: FailureClass;
  /** Documented code, such as `build.phase-failed`. */
  readonly code: FailureCode;
  /** The step that failed: `prepare`, `setup`, `build`, … or one of the executor's own. */
  readonly phase: string;
  /** The shell command that failed, as far as it is known. */
  readonly command?: string;
  /** Line of `stone.yaml`, counted from 1. */
  readonly recipeLine?: number;
  readonly exitCode?: number;
  readonly signal?: string;
  /** What nobody provides, as canonical texts `kind(name)`. */
  readonly missingDependencies?: readonly string[];
  /** The first error line and the last lines of the log. */
  readonly excerpt: string;
  /** One sentence for people. */
  readonly message: string;
  /** Equal for equal failures: 16 hexadecimal digits. */
  readonly fingerprint: string;
}

export type FailureCode =
  | 'recipe.unreadable'
  | 'recipe.invalid'
  | 'build.cancelled'
  | 'build.breakpoint'
  | 'build.missing-build-dependency'
  | 'build.dependency-unavailable'
  | 'build.networking-denied'
  | 'build.network-unavailable'
  | 'build.phase-failed'
  | 'build.time-limit'
  | 'build.silence-limit'
  | 'build.log-limit'
  | 'build.disk-limit'
  | 'build.out-of-memory'
  | 'build.needs-id-range'
  | 'build.nothing-installed'
  | 'build.unsafe-install-tree'
  | 'build.collect-failed'
  | 'build.work-dir'
  | 'sandbox.unavailable'
  | 'sandbox.failed'
  | 'boulder.failed'
  | 'boulder.unavailable'
  | 'upstream.unreachable'
  | 'upstream.hash-mismatch'
  | 'upstream.refused'
  | 'upstream.too-large'
  | 'upstream.bad-archive'
  | 'upstream.unpinned';

/** The files and the package facts of a build that ended well. */
export interface BuildSuccess {
  readonly outcome: 'success';
  readonly collectables: readonly Collectable[];
  /** The metadata of every package, in the order of their names. */
  readonly packages: readonly StonePackage[];
}

export type BuildOutcome = BuildSuccess | BuildFailure;
