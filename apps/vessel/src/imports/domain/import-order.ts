import type { Collectable } from '@cairn/contracts';

/** What summit ordered and the builder says it has. */
export interface ImportOrder {
  /** The attempt's id. */
  readonly importId: string;
  readonly changeSetId: string;
  readonly channel: string;
  /** Where the change set is to be published. */
  readonly stream: string;
  readonly builderId: string;
  readonly expected: ExpectedBuild;
  readonly collectables: readonly Collectable[];
}

/** What every package of the attempt must say of itself. */
export interface ExpectedBuild {
  readonly source: string;
  readonly version: string;
  readonly sourceRelease: number;
  readonly buildRelease: number;
  readonly architecture: string;
}
