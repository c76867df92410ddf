import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Recipe, type WrittenDependency } from '@cairn/recipe';
import {
  compareText,
  encodeManifest,
  formatDependency,
  manifestJsonc,
  manifestReportPackage,
  packageFileName,
  parseBuildDepends,
  type Dependency,
  type StonePackage,
} from '@cairn/stone';
import { createStone, loadCodec, sha256OfFile } from '@cairn/stone-files';
import { type BuildOrder } from '../build-order.js';
import { type BuildFailure, type BuildOutcome, type Collectable } from '../build-outcome.js';
import { failure } from '../failure.js';

/** One package before it is written: its texts, its paths and what the analysers found in them. */
export interface SplitPackage {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** `/usr/…`, sorted. */
  readonly paths: readonly string[];
  /** Automatic ones, exclusions applied. */
  readonly provides: readonly Dependency[];
  readonly depends: readonly Dependency[];
  /** Run dependencies that the recipe writes, exclusions applied. */
  readonly writtenDepends: readonly WrittenDependency[];
  readonly conflicts: readonly Dependency[];
}

const PHASE = 'package';
const USR = '/usr/';
const DEBUG_SUFFIX = '-dbginfo';

/** Writes one stone for each package, and both manifests. */
export async function writeArtefacts(facts: {
  readonly order: BuildOrder;
  readonly recipe: Recipe;
  readonly packages: readonly SplitPackage[];
  readonly installRoot: string;
}): Promise<BuildOutcome> {
  const { order, recipe, installRoot } = facts;
  const packages = facts.packages.toSorted((a, b) => compareText(a.name, b.name));
  await mkdir(order.outDir, { recursive: true });
  const collectables: Collectable[] = [];
  const written: StonePackage[] = [];
  for (const split of packages) {
    const stonePackage = describe(split, { order, recipe });
    const out = path.join(order.outDir, packageFileName(stonePackage));
    const files = split.paths.map((at) => at.slice(USR.length));
    const created = await createStone({ package: stonePackage, root: installRoot, files, out });
    if (!created.ok)
      return collectFailure(`${split.name}: ${created.error.code} ${created.error.message}`);
    const { sizeBytes, sha256 } = created.value;
    collectables.push({ kind: 'package', name: path.basename(out), path: out, sizeBytes, sha256 });
    written.push(stonePackage);
  }
  const manifests = await writeManifests({ order, recipe, packages, written });
  return 'outcome' in manifests
    ? manifests
    : { outcome: 'success', collectables: [...collectables, ...manifests], packages: written };
}

function describe(
  split: SplitPackage,
  { order, recipe }: { readonly order: BuildOrder; readonly recipe: Recipe },
): StonePackage {
  return {
    name: split.name,
    version: recipe.version,
    sourceRelease: recipe.sourceRelease,
    buildRelease: order.buildRelease,
    architecture: order.architecture,
    summary: split.summary,
    description: split.description,
    sourceId: recipe.name,
    homepage: recipe.homepage,
    licenses: recipe.licenses,
    depends: unique([
      ...split.depends,
      ...split.writtenDepends.map(({ dependency }) => dependency),
    ]),
    provides: unique(split.provides),
    conflicts: unique(split.conflicts),
    buildDepends: [],
  };
}

async function writeManifests(facts: {
  readonly order: BuildOrder;
  readonly recipe: Recipe;
  readonly packages: readonly SplitPackage[];
  readonly written: readonly StonePackage[];
}): Promise<Collectable[] | BuildFailure> {
  const { order, recipe, packages, written } = facts;
  const buildDeps = [...recipe.buildDeps, ...recipe.checkDeps];
  const listed = written.map((stonePackage) => ({
    ...stonePackage,
    buildDepends: parseBuildDepends(buildDeps),
  }));
  const binary = encodeManifest(listed, await loadCodec());
  if (!binary.ok) return collectFailure(`The manifest cannot be written: ${binary.error.code}`);
  const reports = packages.flatMap((split, index) => {
    const stonePackage = listed[index];
    if (stonePackage === undefined || split.name.endsWith(DEBUG_SUFFIX)) return [];
    const depends = [
      ...split.depends.map(formatDependency),
      ...split.writtenDepends.map(({ text }) => text),
    ];
    return [
      manifestReportPackage(stonePackage, {
        files: split.paths.map((at) => at.slice(USR.length)),
        buildDepends: buildDeps,
        depends,
      }),
    ];
  });
  const text = manifestJsonc({
    sourceName: recipe.name,
    sourceRelease: recipe.sourceRelease,
    sourceVersion: recipe.version,
    packages: reports,
  });
  return [
    await writeManifest(order, { kind: 'manifest-bin', ending: 'bin', content: binary.value }),
    await writeManifest(order, { kind: 'manifest-jsonc', ending: 'jsonc', content: text }),
  ];
}

async function writeManifest(
  order: BuildOrder,
  manifest: {
    readonly kind: 'manifest-bin' | 'manifest-jsonc';
    readonly ending: string;
    readonly content: string | Uint8Array;
  },
): Promise<Collectable> {
  const name = `manifest.${order.architecture}.${manifest.ending}`;
  const file = path.join(order.outDir, name);
  await writeFile(file, manifest.content);
  return {
    kind: manifest.kind,
    name,
    path: file,
    sizeBytes: (await stat(file)).size,
    sha256: await sha256OfFile(file),
  };
}

function unique(dependencies: readonly Dependency[]): Dependency[] {
  return [
    ...new Map(
      dependencies.map((dependency) => [formatDependency(dependency), dependency]),
    ).values(),
  ];
}

function collectFailure(message: string): BuildFailure {
  return failure({ code: 'build.collect-failed', phase: PHASE, message });
}
