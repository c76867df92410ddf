import { parseDependency } from '@cairn/stone';

import { booleanOf, FieldReader, shorten } from './field-reader.js';
import { EXCLUSIONS_MAX, LINE_LENGTH_MAX, PATTERN_LENGTH_MAX } from './recipe-limits.js';
import { isCleanLine } from './recipe-names.js';
import {
  PATH_KINDS,
  RECIPE_PHASES,
  type PathRule,
  type RecipePackage,
  type RecipeProfile,
  type RecipeScript,
  type RecipeScripts,
  type SubPackage,
  type Tuning,
} from './recipe.js';
import { scalarType, type YamlMap, type YamlNode } from './yaml-tree.js';

/** The keys that describe one package, at the root and in `packages`. */
export const PACKAGE_KEYS = [
  'summary',
  'description',
  'rundeps',
  'rundeps-exclude',
  'provides-exclude',
  'conflicts',
  'paths',
] as const;

/** The keys of an entry of `packages`. */
export const SUB_PACKAGE_KEYS: ReadonlySet<string> = new Set(PACKAGE_KEYS);
/** The keys of an entry of `profiles`. */
export const PROFILE_KEYS: ReadonlySet<string> = new Set([
  ...RECIPE_PHASES,
  'environment',
  'builddeps',
  'checkdeps',
]);

/** Reads the keys that describe one package. */
export function readPackageFields(fields: FieldReader): RecipePackage {
  return {
    summary: fields.text('summary'),
    description: fields.text('description'),
    runDeps: fields.texts('rundeps', LINE_LENGTH_MAX),
    runDepsExclude: readExclusions(fields, 'rundeps-exclude'),
    providesExclude: readExclusions(fields, 'provides-exclude'),
    conflicts: fields.texts('conflicts', LINE_LENGTH_MAX),
    paths: readPaths(fields),
  };
}

/** Reads one item of `packages`. */
export function readSubPackage(
  fields: FieldReader,
  node: YamlNode,
  path: string,
): SubPackage | null {
  const entry = readNamedEntry(fields, node, { what: 'packages', path });
  if (entry === null) return null;
  entry.inner.noteUnknown(SUB_PACKAGE_KEYS, 'package');
  return { name: entry.name, keys: entry.inner.keys, ...readPackageFields(entry.inner) };
}

/** Reads one item of `profiles`. */
export function readProfile(
  fields: FieldReader,
  node: YamlNode,
  path: string,
): RecipeProfile | null {
  const entry = readNamedEntry(fields, node, { what: 'profiles', path });
  if (entry === null) return null;
  const { inner } = entry;
  inner.noteUnknown(PROFILE_KEYS, 'profile');
  return {
    target: entry.name,
    environment: inner.script('environment'),
    scripts: readScripts(inner),
    buildDeps: readBuildDeps(inner, 'builddeps'),
    checkDeps: readBuildDeps(inner, 'checkdeps'),
    keys: inner.keys,
  };
}

/** Reads the scripts of the phases that a mapping has. */
export function readScripts(fields: FieldReader): RecipeScripts {
  const scripts: Partial<Record<string, RecipeScript>> = {};
  for (const phase of RECIPE_PHASES) {
    const script = fields.script(phase);
    if (script !== null) scripts[phase] = script;
  }
  return scripts;
}

/** Reads dependencies of the build; each must be a name or `kind(name)`. */
export function readBuildDeps(fields: FieldReader, key: string): string[] {
  return fields.list(key).flatMap(({ node }) => {
    const text = fields.textOf(node, key, LINE_LENGTH_MAX);
    if (text === undefined) return [];
    const parsed = parseDependency(text);
    if (parsed.ok && isCleanLine(text) && !/\s/.test(text)) return [text];
    const message = `'${shorten(text)}' in '${key}' is neither a name nor kind(name)`;
    fields.reading.fail('recipe.bad-dependency', message, node.at);
    return [];
  });
}

/** Reads one item of `tuning`: a group, or a group with true, false or an option. */
export function readTuning(fields: FieldReader, node: YamlNode): Tuning | null {
  if (node.kind === 'scalar') {
    const group = fields.textOf(node, 'tuning', LINE_LENGTH_MAX);
    return group === undefined ? null : { group, value: true };
  }
  const entry = fields.singleEntry(node, 'tuning');
  if (entry === undefined) return null;
  const { key, value } = entry;
  if (value.kind !== 'scalar' || scalarType(value) === 'null') {
    const message = `the tuning group '${shorten(key.text)}' needs true, false or an option`;
    fields.reading.fail('recipe.wrong-type', message, value.at);
    return null;
  }
  const flag = booleanOf(value.text, fields.reading.oldSpelling);
  return { group: key.text, value: flag ?? value.text };
}

/** Each is matched against every dependency of the package, so their number has a limit of its own. */
function readExclusions(fields: FieldReader, key: string): string[] {
  const patterns = fields.texts(key, PATTERN_LENGTH_MAX);
  if (patterns.length <= EXCLUSIONS_MAX) return patterns;
  const message = `'${key}' holds more than ${EXCLUSIONS_MAX} items`;
  fields.reading.fail('recipe.too-many-items', message, fields.map.at);
  return [];
}

function readPaths(fields: FieldReader): PathRule[] {
  return fields.list('paths').flatMap(({ node }): PathRule[] => {
    if (node.kind !== 'map') {
      const pattern = fields.textOf(node, 'paths', LINE_LENGTH_MAX);
      return pattern === undefined ? [] : [{ pattern, kind: 'any' }];
    }
    const entry = fields.singleEntry(node, 'paths');
    if (entry === undefined) return [];
    const text = fields.textOf(entry.value, 'paths', LINE_LENGTH_MAX);
    const kind = PATH_KINDS.find((known) => known === text);
    if (kind !== undefined) return [{ pattern: entry.key.text, kind }];
    const message = `the kind of a path must be one of ${PATH_KINDS.join(', ')}`;
    if (text !== undefined) fields.reading.fail('recipe.bad-path-kind', message, entry.value.at);
    return [];
  });
}

interface NamedEntry {
  readonly name: string;
  readonly inner: FieldReader;
}

function readNamedEntry(
  fields: FieldReader,
  node: YamlNode,
  { what, path }: { what: string; path: string },
): NamedEntry | null {
  const entry = fields.singleEntry(node, what);
  if (entry === undefined) return null;
  const { key, value } = entry;
  fields.reading.positions[`${path}.name`] = key.at;
  const isEmpty = value.kind === 'scalar' && scalarType(value) === 'null';
  if (value.kind !== 'map' && !isEmpty) {
    const message = `the entry '${shorten(key.text)}' of '${what}' must be a mapping`;
    fields.reading.fail('recipe.wrong-type', message, value.at);
    return null;
  }
  const map: YamlMap = value.kind === 'map' ? value : { kind: 'map', entries: [], at: value.at };
  return { name: key.text, inner: new FieldReader(fields.reading, map, path) };
}
