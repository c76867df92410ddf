import { type TreeEntry } from '@cairn/exec';

/** Recipes that one repository may hold. */
export const RECIPES_MAX = 50_000;
const RECIPE_FILE = 'stone.yaml';
const DEPTH_MAX = 4;

/** The files of one recipe's folder. */
export interface RecipeFolder {
  /** Path of its `stone.yaml` from the root of the repository. */
  readonly path: string;
  readonly recipe: TreeEntry;
  /** `manifest.<arch>.bin` by architecture. */
  readonly manifests: ReadonlyMap<string, TreeEntry>;
  /** Every file in or below the folder, for telling whether anything changed. */
  readonly entries: readonly TreeEntry[];
}

/** Finds the recipes below a folder (`''` = root): plain files named `stone.yaml`, at most four folders deep. */
export function findRecipes(entries: readonly TreeEntry[], subdirectory: string): RecipeFolder[] {
  const prefix = subdirectory === '' ? '' : `${subdirectory}/`;
  const recipes = entries.filter((entry) => isRecipe(entry, prefix)).slice(0, RECIPES_MAX);
  const folders = new Map(recipes.map((entry) => [folderOf(entry.path), [] as TreeEntry[]]));
  for (const entry of entries) {
    for (let folder = folderOf(entry.path); ; folder = folderOf(folder)) {
      const members = folders.get(folder);
      if (members !== undefined) {
        members.push(entry);
        break;
      }
      if (folder === '') break;
    }
  }
  return recipes.map((recipe) => {
    const members = folders.get(folderOf(recipe.path)) ?? [];
    return {
      path: recipe.path,
      recipe,
      entries: members,
      manifests: manifestsOf(members, folderOf(recipe.path)),
    };
  });
}

/** A text that is equal exactly when nothing in the recipe's folder changed; the shell hashes it. */
export function folderFingerprint(folder: RecipeFolder): string {
  return folder.entries
    .map((entry) => `${entry.kind} ${entry.objectId} ${entry.path}`)
    .sort()
    .join('\n');
}

function isRecipe(entry: TreeEntry, prefix: string): boolean {
  if (entry.kind !== 'file' || !entry.path.startsWith(prefix)) return false;
  const parts = entry.path.slice(prefix.length).split('/');
  return parts.at(-1) === RECIPE_FILE && parts.length <= DEPTH_MAX + 1;
}

function folderOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut === -1 ? '' : path.slice(0, cut);
}

function manifestsOf(
  members: readonly TreeEntry[],
  folder: string,
): ReadonlyMap<string, TreeEntry> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const manifests = new Map<string, TreeEntry>();
  for (const entry of members) {
    const match = /^manifest\.([a-z0-9_]+)\.bin$/.exec(entry.path.slice(prefix.length));
    if (match?.[1] !== undefined && entry.kind === 'file') manifests.set(match[1], entry);
  }
  return manifests;
}
