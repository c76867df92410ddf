import { type PlanStep } from '@cairn/solver';
import { type ProfilePlanFacts } from '../../planning/profile-facts.service.js';
import { type Rebuild } from '../../tasks/rebuild.store.js';
import { type NewTask } from '../../tasks/task.store.js';

/** The tasks of a plan's steps at the commits that the repositories have now; sources without a recipe have none. */
export function rebuildTasks(
  rebuild: Rebuild,
  steps: readonly PlanStep[],
  facts: Pick<ProfilePlanFacts, 'recipes' | 'repositories' | 'profile'>,
): NewTask[] {
  return steps.flatMap((step): NewTask[] => {
    const recipe = facts.recipes.get(step.source);
    const repository = facts.repositories.get(recipe?.repository ?? '');
    if (recipe === undefined || typeof repository?.commit !== 'string') return [];
    return [
      {
        changeSetId: rebuild.changeSetId,
        project: rebuild.project,
        profile: rebuild.profile,
        repository: recipe.repository,
        source: recipe.source,
        architecture: facts.profile.architecture,
        version: recipe.version,
        sourceRelease: recipe.sourceRelease,
        commit: repository.commit,
        commitAt: repository.commitAt ?? rebuild.createdAt,
        treeId: recipe.treeId,
        recipePath: recipe.path,
        description: `Rebuild ${recipe.source} (${recipe.version}-${recipe.sourceRelease}), build ${step.stage + 1}`,
        createdAt: rebuild.createdAt,
        rebuildId: rebuild.id,
        stage: step.stage,
        without: step.without,
      },
    ];
  });
}
