import { parseDependency } from '@cairn/stone';
import { err, ok, type Result } from '@cairn/std';

import { checkTexts } from '../check-texts.js';
import { RecipeReading } from '../field-reader.js';
import { recipeError, type RecipeError } from '../recipe-error.js';
import {
  RECIPE_PHASES,
  type Recipe,
  type RecipeProfile,
  type RecipeScript,
  type RecipeScripts,
  type SubPackage,
} from '../recipe.js';
import {
  CONTROL_VERBS,
  readControlFile,
  type ControlEdits,
  type ControlSection,
  type ControlVerb,
  type ListKey,
  type ScriptKey,
} from './control-file.js';

/**
 * Edits a recipe as the control.kdl beside it says: prepended and appended texts first, overriding ones last.
 * Profiles and packages it names must be in the recipe.
 */
export function applyControl(
  recipe: Recipe,
  control: { readonly text: string; readonly fileName: string },
): Result<Recipe, RecipeError[]> {
  const read = readControlFile(control.text, control.fileName);
  if (!read.ok) return read;
  const missing = read.value.flatMap((section) => missingEntries(recipe, section));
  if (missing.length > 0) return err(missing);
  const sections = CONTROL_VERBS.flatMap((verb) =>
    read.value.filter((section) => section.verb === verb),
  );
  const edited = sections.reduce(applySection, recipe);
  const errors = [...badBuildDeps(edited, control.fileName), ...badTexts(edited)];
  return errors.length > 0 ? err(errors) : ok(edited);
}

function missingEntries(recipe: Recipe, section: ControlSection): RecipeError[] {
  const targets = new Set(recipe.profiles.map(({ target }) => target));
  const names = new Set(recipe.packages.map(({ name }) => name));
  const missing = [
    ...[...section.profiles.keys()].filter((key) => !targets.has(key)),
    ...[...section.packages.keys()].filter((key) => !names.has(key)),
  ];
  return missing.map((key) =>
    recipeError('recipe.bad-control-file', `the recipe has no entry '${key}'`, section.node.at),
  );
}

function applySection(recipe: Recipe, section: ControlSection): Recipe {
  const { verb } = section;
  const list = (key: ListKey, known: readonly string[]) =>
    joinLists(verb, known, section.lists.get(key));
  return {
    ...recipe,
    ...editScripts(verb, section, { environment: recipe.environment, scripts: recipe.phases }),
    phases: editPhases(verb, section, recipe.phases),
    buildDeps: list('builddeps', recipe.buildDeps),
    checkDeps: list('checkdeps', recipe.checkDeps),
    runDeps: list('rundeps', recipe.runDeps),
    runDepsExclude: list('rundeps-exclude', recipe.runDepsExclude),
    conflicts: list('conflicts', recipe.conflicts),
    profiles: recipe.profiles.map((profile) =>
      editProfile(verb, profile, section.profiles.get(profile.target)),
    ),
    packages: recipe.packages.map((sub) => editPackage(verb, sub, section.packages.get(sub.name))),
  };
}

function editProfile(
  verb: ControlVerb,
  profile: RecipeProfile,
  edits: ControlEdits | undefined,
): RecipeProfile {
  if (edits === undefined) return profile;
  return {
    ...profile,
    ...editScripts(verb, edits, profile),
    scripts: editPhases(verb, edits, profile.scripts),
    buildDeps: joinLists(verb, profile.buildDeps, edits.lists.get('builddeps')),
    checkDeps: joinLists(verb, profile.checkDeps, edits.lists.get('checkdeps')),
  };
}

function editPackage(
  verb: ControlVerb,
  sub: SubPackage,
  edits: ControlEdits | undefined,
): SubPackage {
  if (edits === undefined) return sub;
  return {
    ...sub,
    runDeps: joinLists(verb, sub.runDeps, edits.lists.get('rundeps')),
    runDepsExclude: joinLists(verb, sub.runDepsExclude, edits.lists.get('rundeps-exclude')),
    conflicts: joinLists(verb, sub.conflicts, edits.lists.get('conflicts')),
  };
}

function editScripts(
  verb: ControlVerb,
  edits: ControlEdits,
  owner: { readonly environment: RecipeScript | null; readonly scripts: RecipeScripts },
): { environment: RecipeScript | null } {
  const change = edits.scripts.get('environment');
  return { environment: joinScripts(verb, owner.environment ?? undefined, change) ?? null };
}

function editPhases(verb: ControlVerb, edits: ControlEdits, scripts: RecipeScripts): RecipeScripts {
  const edited: Partial<Record<ScriptKey, RecipeScript>> = {};
  for (const phase of RECIPE_PHASES) {
    const script = joinScripts(verb, scripts[phase], edits.scripts.get(phase));
    if (script !== undefined) edited[phase] = script;
  }
  return edited;
}

/** A joined text stands in two files, so its lines can no longer be followed one by one. */
function joinScripts(
  verb: ControlVerb,
  known: RecipeScript | undefined,
  change: RecipeScript | undefined,
): RecipeScript | undefined {
  if (change === undefined) return known;
  if (known === undefined || verb === 'override') return change;
  const texts = verb === 'prepend' ? [change.text, known.text] : [known.text, change.text];
  return { text: texts.join('\n'), at: known.at, isLineExact: false };
}

function joinLists(
  verb: ControlVerb,
  known: readonly string[],
  change: readonly string[] | undefined,
): readonly string[] {
  if (change === undefined) return known;
  switch (verb) {
    case 'prepend':
      return [...change, ...known];
    case 'append':
      return [...known, ...change];
    case 'override':
      return change;
  }
}

function badBuildDeps(recipe: Recipe, fileName: string): RecipeError[] {
  const texts = [recipe, ...recipe.profiles].flatMap((owner) => [
    ...owner.buildDeps,
    ...owner.checkDeps,
  ]);
  return texts
    .filter((text) => !parseDependency(text).ok)
    .map((text) =>
      recipeError('recipe.bad-dependency', `'${text}' is neither a name nor kind(name)`, {
        file: fileName,
        line: 1,
        column: 1,
      }),
    );
}

function badTexts(recipe: Recipe): RecipeError[] {
  const reading = new RecipeReading(recipe.fileName, false);
  checkTexts(recipe, reading);
  return reading.errors;
}
