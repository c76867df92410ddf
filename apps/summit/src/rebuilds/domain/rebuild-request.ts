import { type PlanRequest } from '@cairn/solver';
import { type ProfilePlanFacts } from '../../planning/profile-facts.service.js';

/** What the solver is asked: the changed sources, or all that have a recipe, over what is published. */
export function planRequest(
  facts: Pick<ProfilePlanFacts, 'recipes' | 'published' | 'document'>,
  changed: readonly string[] | undefined,
): PlanRequest {
  return {
    changed: changed ?? [...facts.recipes.keys()],
    published: facts.published,
    bootstrap: facts.document.bootstrap,
  };
}
