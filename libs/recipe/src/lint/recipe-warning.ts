import { type SourcePosition } from '../recipe-error.js';

/** Every code a recipe can be warned about with, and the sentence that explains it. */
export const RECIPE_WARNINGS = {
  'lint.unknown-key': 'Nobody reads this key, so it has no effect.',
  'lint.ignored-entry': 'Only the first key of a list item counts.',
  'lint.upper-case-hash':
    'Hashes are compared as text, so one with upper-case letters never matches.',
  'lint.odd-hash': 'The hash is not a SHA-256 of 64 hexadecimal digits.',
  'lint.unpinned-ref': 'The git ref is not a full commit id, so what is built can change.',
  'lint.insecure-url': 'The upstream is fetched without encryption.',
  'lint.bad-run-dependency': 'A malformed run dependency or conflict is dropped from the package.',
  'lint.bad-exclusion': 'An exclusion that is not a supported regular expression is ignored.',
  'lint.path-never-matches': 'The path rule is not a valid glob and takes only the path it spells.',
  'lint.breakpoint': 'Breakpoints wait for somebody at a terminal; build farms refuse them.',
  'lint.no-install': 'No target has an install phase.',
  'lint.no-summary': 'The recipe has no summary.',
  'lint.unused-profile': 'The profile applies to no target of the recipe.',
  'lint.hidden-workload': 'The profile has no workload and so hides the one of the recipe.',
  'lint.repeated-dependency': 'A dependency is written twice in one list.',
} as const satisfies Readonly<Record<string, string>>;

export type RecipeWarningCode = keyof typeof RECIPE_WARNINGS;

/** Something in a recipe that is accepted and probably not meant. */
export interface RecipeWarning extends SourcePosition {
  readonly code: RecipeWarningCode;
  readonly message: string;
}
