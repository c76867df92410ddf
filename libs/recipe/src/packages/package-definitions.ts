import { formatDependency, parseDependency, type Dependency } from '@cairn/stone';

import { expandText, textDefinitions, type TextDefinitions } from '../expand-text.js';
import { type Recipe, type RecipePackage } from '../recipe.js';
import { PACKAGE_TEMPLATES, type PackageTemplate } from './package-templates.js';

/** A dependency as written in the recipe, macros expanded, and what it means. */
export interface WrittenDependency {
  readonly text: string;
  readonly dependency: Dependency;
}

/** What a recipe says about a package that its build may produce. */
export interface PackageDefinition {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Each once, in the order of writing. Malformed ones are left out. */
  readonly runDeps: readonly WrittenDependency[];
  /** Regular expressions over `kind(name)`; `compileExclusion` reads them. */
  readonly runDepsExclude: readonly string[];
  readonly providesExclude: readonly string[];
  readonly conflicts: readonly Dependency[];
}

type Entry = Omit<RecipePackage, 'paths'>;

/**
 * Every package a recipe can produce by name, templates included. A later entry for a name replaces summary,
 * description, provides-exclude and conflicts, and adds its rundeps and rundeps-exclude. What is missing then comes
 * from the recipe's root.
 */
export function packageDefinitions(recipe: Recipe): Map<string, PackageDefinition> {
  const definitions = textDefinitions(recipe);
  const entries = new Map<string, Entry>();
  const add = (name: string, entry: Entry) => {
    const expanded = expand(name, definitions);
    entries.set(expanded, merged(entries.get(expanded), entry));
  };
  for (const template of PACKAGE_TEMPLATES) add(template.name, templateEntry(template));
  add(recipe.name, recipe);
  for (const sub of recipe.packages) add(sub.name, sub);
  return new Map(
    [...entries].map(([name, entry]) => [name, definitionOf(name, { entry, recipe, definitions })]),
  );
}

function merged(known: Entry | undefined, newer: Entry): Entry {
  if (known === undefined) return newer;
  return {
    summary: newer.summary,
    description: newer.description,
    runDeps: [...known.runDeps, ...newer.runDeps],
    runDepsExclude: [...new Set([...known.runDepsExclude, ...newer.runDepsExclude])],
    providesExclude: newer.providesExclude,
    conflicts: newer.conflicts,
  };
}

function templateEntry({ summary, description, runDeps }: PackageTemplate): Entry {
  return {
    summary,
    description,
    runDeps,
    runDepsExclude: [],
    providesExclude: [],
    conflicts: [],
  };
}

function definitionOf(
  name: string,
  from: {
    readonly entry: Entry;
    readonly recipe: Recipe;
    readonly definitions: TextDefinitions;
  },
): PackageDefinition {
  const { entry, recipe, definitions } = from;
  const read = (texts: readonly string[]) => writtenDependencies(texts, definitions);
  return {
    name,
    summary: expand(entry.summary ?? recipe.summary ?? '', definitions),
    description: expand(entry.description ?? recipe.description ?? '', definitions).trim(),
    runDeps: read(entry.runDeps),
    runDepsExclude: entry.runDepsExclude,
    providesExclude: entry.providesExclude,
    conflicts: read(entry.conflicts).map(({ dependency }) => dependency),
  };
}

function writtenDependencies(
  texts: readonly string[],
  definitions: TextDefinitions,
): WrittenDependency[] {
  const byMeaning = new Map<string, WrittenDependency>();
  for (const raw of texts) {
    const text = expand(raw, definitions);
    const parsed = parseDependency(text);
    if (!parsed.ok) continue;
    const key = formatDependency(parsed.value);
    if (!byMeaning.has(key)) byMeaning.set(key, { text, dependency: parsed.value });
  }
  return [...byMeaning.values()];
}

/** Parsing a recipe has checked these texts; one that cannot be expanded stays as written. */
function expand(text: string, definitions: TextDefinitions): string {
  const expanded = expandText(text, definitions);
  return expanded.ok ? expanded.value : text;
}
