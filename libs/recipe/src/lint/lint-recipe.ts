import { parseDependency } from '@cairn/stone';

import { expandText, textDefinitions } from '../expand-text.js';
import { compileExclusion } from '../packages/exclusion-pattern.js';
import { compileGlob } from '../packages/path-glob.js';
import { RECIPE_KEYS } from '../parse-recipe.js';
import { PROFILE_KEYS, SUB_PACKAGE_KEYS } from '../read-package.js';
import { GIT_KEYS, PLAIN_KEYS } from '../read-upstream.js';
import { type SourcePosition } from '../recipe-error.js';
import {
  positionOf,
  type Recipe,
  type RecipePackage,
  type UnknownKey,
  type Upstream,
} from '../recipe.js';
import { lintScripts } from './lint-scripts.js';
import { nearName } from './near-name.js';
import { type RecipeWarning, type RecipeWarningCode } from './recipe-warning.js';

const KNOWN_KEYS: Readonly<Record<UnknownKey['within'], ReadonlySet<string>>> = {
  recipe: RECIPE_KEYS,
  'plain-upstream': PLAIN_KEYS,
  'git-upstream': GIT_KEYS,
  package: SUB_PACKAGE_KEYS,
  profile: PROFILE_KEYS,
  item: new Set(),
};

/** What is accepted in a recipe and probably not meant, in the order of the file. */
export function lintRecipe(recipe: Recipe): RecipeWarning[] {
  const linter = new Linter(recipe);
  linter.keys();
  linter.upstreams();
  linter.dependencies(recipe.buildDeps, 'builddeps');
  linter.dependencies(recipe.checkDeps, 'checkdeps');
  linter.package(recipe, '');
  for (const [index, sub] of recipe.packages.entries()) linter.package(sub, `packages[${index}].`);
  if (recipe.summary === null) linter.warn('lint.no-summary', 'the recipe has no summary', 'name');
  const warnings = [...linter.warnings, ...lintScripts(recipe)];
  return warnings.sort((a, b) => a.line - b.line || a.column - b.column);
}

class Linter {
  readonly warnings: RecipeWarning[] = [];

  constructor(private readonly recipe: Recipe) {}

  warn(code: RecipeWarningCode, message: string, where: string | SourcePosition): void {
    const at = typeof where === 'string' ? positionOf(this.recipe, where) : where;
    this.warnings.push({ code, message, file: at.file, line: at.line, column: at.column });
  }

  keys(): void {
    for (const { key, within, at } of this.recipe.unknownKeys) {
      if (within === 'item') {
        this.warn('lint.ignored-entry', `'${key}' is ignored: an item has one key`, at);
        continue;
      }
      const near = nearName(key, KNOWN_KEYS[within]);
      const hint = near === null ? '' : `; did you mean '${near}'?`;
      this.warn('lint.unknown-key', `nobody reads the key '${key}'${hint}`, at);
    }
  }

  upstreams(): void {
    for (const [index, upstream] of this.recipe.upstreams.entries()) {
      const path = `upstreams[${index}]`;
      if (/^(?:http|git):/i.test(upstream.url)) {
        this.warn('lint.insecure-url', `${upstream.url} is fetched without encryption`, path);
      }
      this.#pin(upstream, path);
    }
  }

  #pin(upstream: Upstream, path: string): void {
    switch (upstream.kind) {
      case 'git':
        if (!/^[0-9a-f]{40}$/.test(upstream.ref)) {
          this.warn('lint.unpinned-ref', `'${upstream.ref}' is not a full commit id`, path);
        }
        return;
      case 'plain':
        if (/[A-Z]/.test(upstream.hash)) {
          this.warn('lint.upper-case-hash', 'the hash has upper-case letters', path);
        } else if (!/^[0-9a-f]{64}$/.test(upstream.hash)) {
          this.warn('lint.odd-hash', 'the hash is not a SHA-256', path);
        }
    }
  }

  dependencies(texts: readonly string[], path: string): void {
    const seen = new Set<string>();
    for (const [index, text] of texts.entries()) {
      if (seen.has(text)) {
        const message = `'${text}' is written twice in ${path}`;
        this.warn('lint.repeated-dependency', message, `${path}[${index}]`);
      }
      seen.add(text);
    }
  }

  package(item: RecipePackage, prefix: string): void {
    this.dependencies(item.runDeps, `${prefix}rundeps`);
    this.#capabilities(item.runDeps, `${prefix}rundeps`);
    this.#capabilities(item.conflicts, `${prefix}conflicts`);
    this.#exclusions(item.runDepsExclude, `${prefix}rundeps-exclude`);
    this.#exclusions(item.providesExclude, `${prefix}provides-exclude`);
    for (const [index, { pattern }] of item.paths.entries()) {
      if (compileGlob(pattern) !== null) continue;
      const message = `'${pattern}' is not a valid glob, so it takes only the path it spells`;
      this.warn('lint.path-never-matches', message, `${prefix}paths[${index}]`);
    }
  }

  #capabilities(texts: readonly string[], path: string): void {
    const definitions = textDefinitions(this.recipe);
    for (const [index, text] of texts.entries()) {
      const expanded = expandText(text, definitions);
      if (!expanded.ok || parseDependency(expanded.value).ok) continue;
      const message = `'${text}' is neither a name nor kind(name) and is dropped`;
      this.warn('lint.bad-run-dependency', message, `${path}[${index}]`);
    }
  }

  #exclusions(patterns: readonly string[], path: string): void {
    for (const [index, pattern] of patterns.entries()) {
      if (compileExclusion(pattern) !== null) continue;
      const message = `'${pattern}' is not a supported regular expression and is ignored`;
      this.warn('lint.bad-exclusion', message, `${path}[${index}]`);
    }
  }
}
