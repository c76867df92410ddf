import {
  DEPENDENCY_KINDS,
  dependencyKindId,
  sortedDependencies,
  type Dependency,
} from './dependency.js';
import { compareText } from './compare-text.js';
import type { MetaValue } from './encode-meta.js';
import { META_TAG, META_TYPE } from './meta-record.js';
import type { StonePackage } from './stone-package.js';

/** Which lists a file carries: a package none of the extras, an index entry its location, a manifest its build needs. */
export type MetaPurpose = 'package' | 'index-entry' | 'manifest-entry';

/**
 * The records of a package in the writer’s order, lists sorted, capabilities unique, providers of kind name left out. Build
 * dependencies keep their order: it is that of the recipe’s texts, which cannot be known from the parsed ones.
 */
export function recordsOfPackage(stonePackage: StonePackage, purpose: MetaPurpose): MetaValue[] {
  const isManifest = purpose === 'manifest-entry';
  const buildRelease = isManifest ? 0 : stonePackage.buildRelease;
  return [
    text('name', stonePackage.name),
    text('version', stonePackage.version),
    integer('release', stonePackage.sourceRelease),
    integer('build-release', buildRelease),
    text('architecture', stonePackage.architecture),
    text('summary', stonePackage.summary),
    text('description', stonePackage.description),
    text('source-id', stonePackage.sourceId),
    text('homepage', stonePackage.homepage),
    ...(purpose === 'index-entry' ? locationRecords(stonePackage) : []),
    ...stonePackage.licenses.toSorted(compareText).map((license) => text('license', license)),
    ...capabilities('depends', META_TYPE.dependency, stonePackage.depends),
    ...capabilities('provides', META_TYPE.provider, writtenProvides(stonePackage)),
    ...capabilities('conflicts', META_TYPE.provider, stonePackage.conflicts),
    ...(isManifest ? buildDepends(stonePackage) : []),
  ];
}

/** Every package provides its own name; the format leaves that out, and every other `name(…)` with it. */
export function writtenProvides(stonePackage: StonePackage): Dependency[] {
  return stonePackage.provides.filter((provider) => provider.kind !== 'name');
}

/** The capability that a kind number and a name stand for; undefined when the kind is unknown. */
export function capabilityOf(kindId: number, name: string): Dependency | undefined {
  const kind = DEPENDENCY_KINDS[kindId];
  return kind === undefined ? undefined : { kind, name };
}

function locationRecords({ uri, hash, sizeBytes }: StonePackage): MetaValue[] {
  return [
    ...(uri === undefined ? [] : [text('package-uri', uri)]),
    ...(hash === undefined ? [] : [text('package-hash', hash)]),
    ...(sizeBytes === undefined ? [] : [integer('package-size', sizeBytes)]),
  ];
}

function text(tag: keyof typeof META_TAG, value: string): MetaValue {
  return { form: 'text', tagId: META_TAG[tag], text: value };
}

function integer(tag: keyof typeof META_TAG, value: number): MetaValue {
  return { form: 'integer', tagId: META_TAG[tag], integer: BigInt(value) };
}

function capabilities(
  tag: keyof typeof META_TAG,
  typeId: number,
  dependencies: Iterable<Dependency>,
): MetaValue[] {
  return sortedDependencies(dependencies).map((each) => capability(META_TAG[tag], typeId, each));
}

function buildDepends(stonePackage: StonePackage): MetaValue[] {
  return stonePackage.buildDepends.map((each) =>
    capability(META_TAG['build-depends'], META_TYPE.dependency, each),
  );
}

function capability(tagId: number, typeId: number, { kind, name }: Dependency): MetaValue {
  return { form: 'capability', tagId, typeId, kindId: dependencyKindId(kind), name };
}
