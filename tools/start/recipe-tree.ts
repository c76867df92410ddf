import { parseRecipe } from '@cairn/recipe';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const RECIPE_FILE = 'stone.yaml';
const DEPTH_MAX = 4;

/** A git repository of recipes that summit watches. */
export interface RecipeTree {
  readonly dir: string;
  /** What its branch points to. */
  readonly commit: string;
  readonly recipes: readonly RecipeFile[];
}

export interface RecipeFile {
  /** The name in the recipe. */
  readonly source: string;
  /** Relative to the repository. */
  readonly path: string;
}

/** The recipe folders below a folder. */
function recipeFolders(dir: string, depth = 0): string[] {
  if (existsSync(join(dir, RECIPE_FILE))) return [dir];
  if (depth === DEPTH_MAX) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap((entry) => recipeFolders(join(dir, entry.name), depth + 1))
    .sort();
}

/** The name in a recipe, or that of its folder when the recipe cannot be read: summit says then what is wrong. */
function sourceName(folder: string): string {
  const parsed = parseRecipe(readFileSync(join(folder, RECIPE_FILE), 'utf8'), {
    fileName: RECIPE_FILE,
  });
  return parsed.ok ? parsed.value.name : basename(folder);
}

/**
 * Makes or updates a git repository with copies of the wanted recipes. The samples are copied once only: afterwards
 * the repository is the user's to change.
 */
export function prepareRecipeTree(order: {
  readonly from: string;
  readonly to: string;
  readonly only: readonly string[] | null;
  readonly keepChanges: boolean;
}): RecipeTree {
  const { from, to, only, keepChanges } = order;
  const isNew = !existsSync(join(to, '.git'));
  if (isNew || !keepChanges) copyRecipes(order);
  if (isNew) git(to, ['init', '--quiet', '--initial-branch=main']);
  commitChanges(to, isNew ? 'recipes: Begin' : 'recipes: Take over changes');
  const recipes = recipeFolders(to).map((folder) => ({
    source: sourceName(folder),
    path: join(relative(to, folder), RECIPE_FILE),
  }));
  if (recipes.length === 0)
    throw new Error(
      `There is no recipe (stone.yaml) below ${from}${only === null ? '' : ` among ${only.join(', ')}`}.`,
    );
  return { dir: to, commit: git(to, ['rev-parse', 'main']), recipes };
}

function copyRecipes({
  from,
  to,
  only,
}: {
  readonly from: string;
  readonly to: string;
  readonly only: readonly string[] | null;
}): void {
  if (!existsSync(from) || !statSync(from).isDirectory())
    throw new Error(`${from} is not a folder.`);
  const wanted = recipeFolders(from).filter(
    (folder) =>
      only === null || only.includes(basename(folder)) || only.includes(sourceName(folder)),
  );
  const missing = (only ?? []).filter(
    (name) => !wanted.some((folder) => [basename(folder), sourceName(folder)].includes(name)),
  );
  if (missing.length > 0) throw new Error(`${from} has no recipe ${missing.join(', ')}.`);
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to))
    if (name !== '.git') rmSync(join(to, name), { recursive: true });
  for (const folder of wanted) {
    const target = join(to, relative(from, folder));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(folder, target, { recursive: true, verbatimSymlinks: true });
  }
}

function commitChanges(dir: string, message: string): void {
  git(dir, ['add', '--all']);
  if (git(dir, ['status', '--porcelain']) === '') return;
  git(dir, ['commit', '--quiet', '--message', message]);
}

function git(dir: string, args: readonly string[]): string {
  const identity = [
    '-c',
    'user.name=Cairn',
    '-c',
    'user.email=cairn@localhost',
    '-c',
    'commit.gpgsign=false',
    '-c',
    'safe.directory=*',
  ];
  return execFileSync('git', [...identity, '-C', dir, ...args], { encoding: 'utf8' }).trim();
}
