import { expandText, textDefinitions } from '../expand-text.js';
import { type Recipe } from '../recipe.js';
import { PACKAGE_TEMPLATES } from './package-templates.js';
import { compileGlob, escapeGlob, matchesGlobOrBelow, type PathGlob } from './path-glob.js';

interface CompiledRule {
  readonly packageName: string;
  /** The pattern without a trailing slash. */
  readonly text: string;
  readonly glob: PathGlob | null;
}

/** Says which package of a recipe an installed path belongs to. */
export interface PathSplitter {
  /** The package of an absolute path; the last rule that matches decides. */
  packageOf(path: string): string;
}

/** Compiles the rules of a recipe: templates, then the recipe's own paths, then its sub-packages in order. */
export function createPathSplitter(recipe: Recipe): PathSplitter {
  const rules = pathRules(recipe).reverse();
  return {
    packageOf(path) {
      const escaped = escapeGlob(path);
      const rule = rules.find((one) => matches(one, { path, escaped }));
      return rule?.packageName ?? recipe.name;
    },
  };
}

/** Distributes paths over the packages of a recipe; packages that get none are left out. Paths keep their order. */
export function splitPaths({
  recipe,
  paths,
}: {
  readonly recipe: Recipe;
  readonly paths: Iterable<string>;
}): Map<string, string[]> {
  const splitter = createPathSplitter(recipe);
  const split = new Map<string, string[]>();
  for (const path of paths) {
    const name = splitter.packageOf(path);
    const known = split.get(name);
    if (known === undefined) split.set(name, [path]);
    else known.push(path);
  }
  return split;
}

function pathRules(recipe: Recipe): CompiledRule[] {
  const definitions = textDefinitions(recipe);
  const expand = (text: string) => {
    const expanded = expandText(text, definitions);
    return expanded.ok ? expanded.value : text;
  };
  const owners = [
    ...PACKAGE_TEMPLATES,
    { name: recipe.name, paths: recipe.paths.map(({ pattern }) => pattern) },
    ...recipe.packages.map(({ name, paths }) => ({
      name,
      paths: paths.map(({ pattern }) => pattern),
    })),
  ];
  return owners.flatMap(({ name, paths }) => {
    const packageName = expand(name);
    return paths.map((path) => compileRule(packageName, expand(path)));
  });
}

function compileRule(packageName: string, pattern: string): CompiledRule {
  const text = pattern.endsWith('/') ? pattern.slice(0, -1) : pattern;
  return { packageName, text, glob: compileGlob(text) };
}

/** Paths that hold glob characters meet only wildcards, or a rule that is the very path. */
function matches(
  { text, glob }: CompiledRule,
  { path, escaped }: { path: string; escaped: string },
): boolean {
  return text === path || (glob !== null && matchesGlobOrBelow(glob, escaped));
}
