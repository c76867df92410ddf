/** A task that could turn out to provide something, because what it provides is not known yet. */
export interface Candidate {
  readonly taskId: number;
  readonly source: string;
  /** False when it failed and nothing newer came right. */
  readonly isOpen: boolean;
}

export type MissingVerdict =
  /** Everything is there now: it may be tried again. */
  | { readonly kind: 'provided' }
  | {
      readonly kind: 'waits' | 'blocked';
      readonly sentence: string;
      readonly candidates: readonly Candidate[];
    }
  /** Nobody is left who could provide it. */
  | { readonly kind: 'stranded' };

const NAMES_SHOWN_MAX = 4;

/**
 * What becomes of a task whose last build lacked dependencies that no known package provides. A source that was never
 * built may provide anything, so the task waits while there are such.
 */
export function judgeMissing(facts: {
  readonly missing: readonly string[];
  readonly provided: ReadonlySet<string>;
  readonly candidates: readonly Candidate[];
}): MissingVerdict {
  const missing = facts.missing.filter((capability) => !facts.provided.has(capability));
  if (missing.length === 0) return { kind: 'provided' };
  const open = facts.candidates.filter((candidate) => candidate.isOpen);
  const what = listOf(missing);
  if (open.length > 0) {
    const sentence = `Waits for whoever provides ${what}: ${listOf(open.map((each) => each.source))} may.`;
    return { kind: 'waits', sentence, candidates: open };
  }
  if (facts.candidates.length > 0) {
    const sentence = `Blocked: nobody provides ${what}; ${listOf(facts.candidates.map((each) => each.source))} might, but failed.`;
    return { kind: 'blocked', sentence, candidates: facts.candidates };
  }
  return { kind: 'stranded' };
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX
    ? `${shown} and ${names.length - NAMES_SHOWN_MAX} more`
    : shown;
}
