import { type Profile } from '../../projects/project.store.js';
import { type RecipeRepository, type StoredRecipe } from '../../repositories/recipe.store.js';
import { isForArchitecture } from '../../tasks/domain/missing-builds.js';

/** The recipes that are built for a profile, one a source: of several repositories the alphabetically first counts. */
export function recipesOfProfile(
  recipes: readonly StoredRecipe[],
  repositories: readonly Pick<RecipeRepository, 'name' | 'project' | 'profiles'>[],
  profile: Pick<Profile, 'project' | 'name' | 'architecture'>,
): ReadonlyMap<string, StoredRecipe> {
  const isBuilt = new Set(
    repositories
      .filter((each) => each.profiles?.includes(profile.name) ?? true)
      .map((each) => each.name),
  );
  const found = new Map<string, StoredRecipe>();
  for (const recipe of recipes) {
    if (recipe.project !== profile.project || !isBuilt.has(recipe.repository)) continue;
    if (!isForArchitecture(recipe.architectures, profile.architecture)) continue;
    const known = found.get(recipe.source);
    if (known === undefined || recipe.repository < known.repository)
      found.set(recipe.source, recipe);
  }
  return found;
}
