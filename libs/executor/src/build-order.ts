import { type Dependency } from '@cairn/stone';

/** A repository whose packages may satisfy build dependencies; the higher priority wins. */
export interface DependencyRepository {
  readonly name: string;
  readonly priority: number;
  /** `http(s)://…/stone.index` or `file:///…/stone.index`. Package addresses in it are relative to this one. */
  readonly indexUrl: string;
}

/** A stone on this machine that may satisfy build dependencies; asked before every repository. */
export interface DependencyStone {
  /** Absolute path of the `.stone` file. */
  readonly path: string;
}

/** Limits of one build; each one stops it with a code of its own. */
export interface BuildLimits {
  /** Longest time for all phases together. */
  readonly timeMs: number;
  /** Longest time without a byte of log. */
  readonly silenceMs: number;
  /** Memory of all processes together where control groups are writable, else of each one. */
  readonly memoryBytes: number;
  readonly processes: number;
  readonly logBytes: number;
  /** Size of the work directory; also of the largest single file. */
  readonly diskBytes: number;
}

/** Whether a recipe with `networking: true` gets a network. Everything else never does. */
export type NetworkPolicy = 'deny' | 'allow-if-asked';

/** How upstream addresses are treated. */
export interface UpstreamPolicy {
  /** Allows upstreams on loopback, private and link-local addresses and by `file:`. */
  readonly allowPrivateTargets: boolean;
  /** False answers from the caches and lookasides only. */
  readonly allowNetwork: boolean;
}

/** Everything an executor needs to build one recipe once. All paths are absolute paths on the host. */
export interface BuildOrder {
  /** The checked-out tree that holds the recipe. */
  readonly recipeDir: string;
  /** Path of `stone.yaml` inside `recipeDir`. */
  readonly recipeFile: string;
  /** `x86_64`, `aarch64` … */
  readonly architecture: string;
  /** At least 1; part of the file names. */
  readonly buildRelease: number;
  /** Seconds since 1970 for everything that writes a time into its output. */
  readonly sourceDateEpoch: number;
  /** Own directory of this build; emptied by the caller. */
  readonly workDir: string;
  /** Where the artefacts are put; must exist. */
  readonly outDir: string;
  readonly dependencies: {
    readonly stones?: readonly DependencyStone[];
    readonly repositories?: readonly DependencyRepository[];
    /** Wanted in the root besides what the recipe asks for. */
    readonly extra?: readonly Dependency[];
    /** Of the recipe's own, those that this build does without, as texts; `x` means `name(x)`. */
    readonly without?: readonly string[];
  };
  /** Folders, or addresses of folders, with files named by their SHA-256; asked before the network. */
  readonly lookaside: readonly string[];
  /** Content-addressed cache of upstreams and stones; shared between builds. */
  readonly downloadCacheDir: string;
  readonly networkPolicy: NetworkPolicy;
  readonly upstreamPolicy: UpstreamPolicy;
  readonly limits: BuildLimits;
  /** Processors that the recipe may use. */
  readonly jobs: number;
  /** Number of the slot; as root it decides the user id that the build runs under. */
  readonly slot: number;
}
