/** What became of a source of which a build used the published version. */
export interface AwaitedSource {
  readonly source: string;
  /** A task for it is open, so its new version may still come. */
  readonly isOpen: boolean;
  /** Its last two completed builds, newest first. Times are milliseconds. */
  readonly completed: readonly { readonly endedAt: number; readonly exported: string | null }[];
}

export type SecondBuild =
  | { readonly kind: 'wait' | 'spare' }
  | { readonly kind: 'build'; readonly changed: readonly string[] };

/** Builds of one source that follow each other because of cycles; more would not settle either. */
export const STAGES_MAX = 5;

/**
 * Whether a build that used published versions is done once more: when the new ones are there, and one of them exports something else than the
 * version that was used. Nothing new means that nothing was lacking.
 */
export function decideSecondBuild(facts: {
  /** When the build was given away: it used what was published then. */
  readonly usedAt: number;
  readonly stage: number;
  readonly awaited: readonly AwaitedSource[];
}): SecondBuild {
  if (facts.awaited.some((each) => each.isOpen)) return { kind: 'wait' };
  const changed = facts.awaited
    .filter(({ completed: [now, before] }) => {
      if (now === undefined || now.endedAt <= facts.usedAt) return false;
      return before === undefined || before.exported === null || now.exported !== before.exported;
    })
    .map((each) => each.source);
  return changed.length === 0 || facts.stage >= STAGES_MAX
    ? { kind: 'spare' }
    : { kind: 'build', changed };
}
