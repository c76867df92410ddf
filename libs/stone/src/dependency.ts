import { err, ok, type Result } from '@cairn/std';
import { compareText, sortedUnique } from './compare-text.js';

/** The kinds in the order of their numbers in the format. */
export const DEPENDENCY_KINDS = [
  'name',
  'soname',
  'pkgconfig',
  'interpreter',
  'cmake',
  'python',
  'binary',
  'sysbinary',
  'pkgconfig32',
] as const;

/** What a capability is. */
export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** A capability that a package needs, provides or excludes. */
export interface Dependency {
  readonly kind: DependencyKind;
  readonly name: string;
}

/** Why a text is no dependency. */
export interface DependencyError {
  readonly code: 'dependency.malformed';
  readonly text: string;
  readonly message: string;
}

const KIND_SET: ReadonlySet<string> = new Set(DEPENDENCY_KINDS);

/** Reads `kind(name)`, or a bare name, which is of kind `name`. */
export function parseDependency(text: string): Result<Dependency, DependencyError> {
  const open = text.indexOf('(');
  if (open === -1) {
    return text === '' ? malformed(text, 'it is empty') : ok({ kind: 'name', name: text });
  }
  const kind = text.slice(0, open);
  if (!isDependencyKind(kind)) return malformed(text, `“${kind}” is no kind`);
  if (!text.endsWith(')')) return malformed(text, 'the closing parenthesis is missing');
  const name = text.slice(open + 1, -1);
  return name === '' ? malformed(text, 'the name is empty') : ok({ kind, name });
}

/**
 * The build dependencies of a manifest out of the texts of a recipe, in the order in which a manifest has them: sorted as
 * texts, each text once, so a bare name sorts by its name. A text that is no dependency is left out.
 */
export function parseBuildDepends(texts: Iterable<string>): Dependency[] {
  return sortedUnique(texts).flatMap((text) => {
    const parsed = parseDependency(text);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** Always the long form, `kind(name)`. */
export function formatDependency(dependency: Dependency): string {
  return `${dependency.kind}(${dependency.name})`;
}

/** The number of a kind in the format. */
export function dependencyKindId(kind: DependencyKind): number {
  return DEPENDENCY_KINDS.indexOf(kind);
}

/** Sorted by full text, each capability once. */
export function sortedDependencies(dependencies: Iterable<Dependency>): Dependency[] {
  const byText = new Map<string, Dependency>();
  for (const dependency of dependencies) byText.set(formatDependency(dependency), dependency);
  return [...byText].sort(([a], [b]) => compareText(a, b)).map(([, dependency]) => dependency);
}

function isDependencyKind(text: string): text is DependencyKind {
  return KIND_SET.has(text);
}

function malformed(text: string, reason: string): Result<never, DependencyError> {
  return err({
    code: 'dependency.malformed',
    text,
    message: `“${text}” is no dependency: ${reason}.`,
  });
}
