import { err, ok, type Result } from '@cairn/std';

import { checkTexts } from './check-texts.js';
import { FieldReader, RecipeReading, shorten } from './field-reader.js';
import {
  PACKAGE_KEYS,
  readBuildDeps,
  readPackageFields,
  readProfile,
  readScripts,
  readSubPackage,
  readTuning,
} from './read-package.js';
import { readUpstream } from './read-upstream.js';
import { recipeError, type RecipeError } from './recipe-error.js';
import { LINE_LENGTH_MAX, URL_LENGTH_MAX } from './recipe-limits.js';
import { isCleanLine, isPackageName, isVersion } from './recipe-names.js';
import { RECIPE_PHASES, TOOLCHAINS, type Recipe, type Toolchain } from './recipe.js';
import { typeName, type YamlNode } from './yaml-tree.js';
import { readYaml } from './yaml-document.js';

/** How a recipe is to be read. */
export interface ParseOptions {
  /** The name used in errors; nothing is opened. */
  readonly fileName: string;
  /** Accepts yes, no, on and off as switches, as the recipes of early 2025 wrote them. */
  readonly oldSpelling?: boolean;
}

/** A recipe as far as it could be read, with everything that is wrong with it. */
export interface RecipeDraft {
  readonly recipe: Recipe;
  readonly errors: readonly RecipeError[];
  /** Switches of the recipe that are neither true nor false, as written; the recipe holds their defaults. */
  readonly badSwitches: Readonly<Record<string, string>>;
}

const SWITCHES = [
  'emul32',
  'networking',
  'strip',
  'debug',
  'lastrip',
  'cspgo',
  'samplepgo',
  'compressman',
  'mold',
] as const;

/** The keys of a recipe. */
export const RECIPE_KEYS: ReadonlySet<string> = new Set([
  ...PACKAGE_KEYS,
  ...RECIPE_PHASES,
  ...SWITCHES,
  'name',
  'version',
  'release',
  'homepage',
  'license',
  'upstreams',
  'environment',
  'builddeps',
  'checkdeps',
  'packages',
  'profiles',
  'architectures',
  'tuning',
  'toolchain',
]);

/**
 * Reads a recipe under limits. Returns every fault with its place; unknown keys are no fault, they are listed in the
 * recipe. Scripts and tuning are checked by `planBuild`.
 */
export function parseRecipe(text: string, options: ParseOptions): Result<Recipe, RecipeError[]> {
  const draft = draftRecipe(text, options);
  if (!draft.ok) return draft;
  const { recipe, errors } = draft.value;
  return errors.length > 0 ? err([...errors]) : ok(recipe);
}

/** Reads as much of a recipe as can be read; fails only when the file is not one YAML mapping. */
export function draftRecipe(
  text: string,
  { fileName, oldSpelling = false }: ParseOptions,
): Result<RecipeDraft, RecipeError[]> {
  const document = readYaml(text, fileName);
  if (!document.ok) return document;
  const root = document.value;
  if (root.kind !== 'map') {
    const message = `a recipe must be a mapping, not ${typeName(root)}`;
    return err([recipeError('recipe.wrong-type', message, root.at)]);
  }
  const reading = new RecipeReading(fileName, oldSpelling);
  const fields = new FieldReader(reading, root, '');
  fields.noteUnknown(RECIPE_KEYS, 'recipe');
  const recipe = readRecipe(fields);
  checkTexts(recipe, reading);
  return ok({ recipe, errors: reading.errors, badSwitches: reading.badSwitches });
}

function readRecipe(fields: FieldReader): Recipe {
  const { reading } = fields;
  return {
    fileName: reading.fileName,
    name: readName(fields),
    version: readVersion(fields),
    sourceRelease: readRelease(fields),
    homepage: fields.requiredText('homepage', URL_LENGTH_MAX)?.text ?? '',
    licenses: readLicenses(fields),
    ...readPackageFields(fields),
    ...readScriptFields(fields),
    upstreams: items(fields, 'upstreams', (node, path) => readUpstream(fields, node, path)),
    packages: items(fields, 'packages', (node, path) => readSubPackage(fields, node, path)),
    profiles: items(fields, 'profiles', (node, path) => readProfile(fields, node, path)),
    architectures: fields.texts('architectures', LINE_LENGTH_MAX),
    tuning: items(fields, 'tuning', (node) => readTuning(fields, node)),
    toolchain: readToolchain(fields),
    ...readSwitches(fields),
    unknownKeys: reading.unknownKeys,
    positions: reading.positions,
  };
}

function readScriptFields(
  fields: FieldReader,
): Pick<Recipe, 'environment' | 'phases' | 'buildDeps' | 'checkDeps'> {
  return {
    environment: fields.script('environment'),
    phases: readScripts(fields),
    buildDeps: readBuildDeps(fields, 'builddeps'),
    checkDeps: readBuildDeps(fields, 'checkdeps'),
  };
}

function readSwitches(fields: FieldReader): Pick<Recipe, (typeof SWITCHES)[number]> {
  return {
    emul32: fields.switch('emul32', false),
    networking: fields.switch('networking', false),
    strip: fields.switch('strip', true),
    debug: fields.switch('debug', true),
    lastrip: fields.switch('lastrip', true),
    cspgo: fields.switch('cspgo', false),
    samplepgo: fields.switch('samplepgo', false),
    compressman: fields.switch('compressman', false),
    mold: fields.switch('mold', false),
  };
}

function items<T>(
  fields: FieldReader,
  key: string,
  read: (node: YamlNode, path: string) => T | null,
): T[] {
  return fields
    .list(key)
    .map(({ node, path }) => read(node, path))
    .filter((item) => item !== null);
}

function readName(fields: FieldReader): string {
  const name = fields.requiredText('name', LINE_LENGTH_MAX);
  if (name === undefined) return '';
  if (!isPackageName(name.text)) {
    const message = `'${shorten(name.text)}' cannot be a package name`;
    fields.reading.fail('recipe.bad-name', message, name.at);
  }
  return name.text;
}

function readVersion(fields: FieldReader): string {
  const node = fields.required('version');
  if (node === undefined) return '';
  if (node.kind !== 'scalar' || /^(?:true|false)$/.test(node.isPlain ? node.text : '')) {
    const message = `'version' must be a text or a number, not ${typeName(node)}`;
    fields.reading.fail('recipe.wrong-type', message, node.at);
    return '';
  }
  if (!isVersion(node.text)) {
    const reason = /^[0-9]/.test(node.text)
      ? 'is too long or holds a refused character'
      : 'does not begin with a digit';
    const message = `the version '${shorten(node.text)}' ${reason}`;
    fields.reading.fail('recipe.bad-version', message, node.at);
  }
  return node.text;
}

function readRelease(fields: FieldReader): number {
  if (fields.required('release') === undefined) return 0;
  const release = fields.wholeNumber('release', Number.MAX_SAFE_INTEGER);
  if (release === 0) {
    const at = fields.node('release')?.at ?? fields.map.at;
    fields.reading.fail('recipe.bad-release', `'release' must be above zero`, at);
  }
  return release ?? 0;
}

function readLicenses(fields: FieldReader): string[] {
  const node = fields.required('license');
  if (node === undefined) return [];
  const licenses =
    node.kind === 'list'
      ? fields.texts('license', LINE_LENGTH_MAX)
      : [fields.textOf(node, 'license', LINE_LENGTH_MAX)].filter((text) => text !== undefined);
  for (const license of licenses.filter((text) => !isCleanLine(text))) {
    const message = `the license '${shorten(license)}' holds a control character`;
    fields.reading.fail('recipe.not-text', message, node.at);
  }
  return licenses;
}

function readToolchain(fields: FieldReader): Toolchain {
  const node = fields.node('toolchain');
  if (node === undefined) return 'llvm';
  const text = fields.textOf(node, 'toolchain', LINE_LENGTH_MAX);
  const toolchain = TOOLCHAINS.find((known) => known === text);
  if (toolchain === undefined && text !== undefined) {
    const message = `the toolchain must be llvm or gnu, not '${shorten(text)}'`;
    fields.reading.fail('recipe.bad-toolchain', message, node.at);
  }
  return toolchain ?? 'llvm';
}
