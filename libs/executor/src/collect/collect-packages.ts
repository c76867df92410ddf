import { lstatSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  compileExclusion,
  packageDefinitions,
  splitPaths,
  type BuildPlan,
  type PackageDefinition,
  type Recipe,
} from '@cairn/recipe';
import { err, invariant, ok, type Result } from '@cairn/std';
import { formatDependency } from '@cairn/stone';
import { type BuildFailure, type BuildOutcome } from '../build-outcome.js';
import { type BuildLog } from '../build-log.js';
import { type BuildOrder } from '../build-order.js';
import { failure } from '../failure.js';
import { limitFailure } from '../sandbox/run-phases.js';
import { type Sandbox } from '../sandbox/sandbox.js';
import { type Scratch } from '../sandbox/scratch.js';
import {
  analysePath,
  isIgnored,
  type AnalysedPath,
  type AnalysisContext,
  type Findings,
} from './analyse.js';
import { compressManuals } from './compress-man.js';
import { DEBUG_SPLIT_SCRIPT, debugStep, encodeSteps } from './debug-split.js';
import { dropForeignSetId } from './foreign-set-id.js';
import { hostLibDir } from './host-lib-dir.js';
import { hostPythonVersion } from './host-python.js';
import { listInstallTree, type InstalledPath } from './install-tree.js';
import { linuxMarkerEnvironment } from './python-markers.js';
import { readInstalled } from './read-installed.js';
import { writeArtefacts, type SplitPackage } from './write-artefacts.js';

export interface CollectOrder {
  readonly order: BuildOrder;
  readonly recipe: Recipe;
  readonly plan: BuildPlan;
  readonly scratch: Scratch;
  readonly sandbox: Sandbox;
  readonly log: BuildLog;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const PHASE = 'collect';
const BASH = ['/usr/bin/bash', '--noprofile', '--norc'];

/** Turns what was installed into stones and manifests in the output directory. */
export async function collectPackages(order: CollectOrder): Promise<BuildOutcome> {
  const found = await readTree(order);
  if (!found.ok) return found.error;
  const unrefined = await refineTree(order, found.value);
  if (unrefined !== undefined) return unrefined;
  // Debug files and compressed pages are new, and stripping has changed the others.
  const final = await readTree(order);
  if (!final.ok) return final.error;
  const packages = sortIntoPackages(order, final.value);
  if (packages.length === 0)
    return failure({
      code: 'build.nothing-installed',
      phase: PHASE,
      message: 'The build installed nothing below /usr.',
    });
  order.log.enter('package');
  for (const { name, paths } of packages) order.log.note(`${name}: ${paths.length} paths`);
  return writeArtefacts({
    order: order.order,
    recipe: order.recipe,
    packages,
    installRoot: order.scratch.install,
  });
}

async function readTree(order: CollectOrder): Promise<Result<AnalysedPath[], BuildFailure>> {
  const listed = await listTree(order);
  if (!listed.ok) return listed;
  const entries: AnalysedPath[] = [];
  for (const entry of listed.value) entries.push(await readInstalled(order.scratch.install, entry));
  return ok(entries);
}

async function listTree({
  scratch,
  sandbox,
  recipe,
  log,
}: CollectOrder): Promise<Result<InstalledPath[], BuildFailure>> {
  const listed = await listInstallTree(scratch.install);
  if (!listed.ok)
    return err(
      failure({ code: 'build.unsafe-install-tree', phase: PHASE, message: listed.error.message }),
    );
  const kept: InstalledPath[] = [];
  for (const entry of listed.value) {
    if (!isIgnored(entry.path, { dropLibtool: recipe.lastrip })) kept.push(entry);
    else if (!entry.path.startsWith('/usr/')) log.note(`left out, not below /usr: ${entry.path}`);
  }
  const entries = await dropForeignSetId({
    installRoot: scratch.install,
    entries: kept,
    root: sandbox.rootIds,
    note: (line) => log.note(line),
  });
  return ok(entries);
}

/** Does what the recipe wants done to its files: debug information apart, manual pages compressed. */
async function refineTree(
  order: CollectOrder,
  entries: readonly AnalysedPath[],
): Promise<BuildFailure | undefined> {
  const split = await splitDebug(order, entries);
  if (split !== undefined || !order.recipe.compressman) return split;
  const listed = await listTree(order);
  if (!listed.ok) return listed.error;
  await compressManuals(order.scratch.install, listed.value);
  return undefined;
}

async function splitDebug(
  order: CollectOrder,
  entries: readonly AnalysedPath[],
): Promise<BuildFailure | undefined> {
  const { recipe, scratch, sandbox, log } = order;
  const steps = entries.flatMap(({ path: at, elf }) => {
    const step =
      elf === undefined
        ? undefined
        : debugStep({ path: at, elf, split: recipe.debug, strip: recipe.strip });
    return step === undefined ? [] : [step];
  });
  if (steps.length === 0) return undefined;
  await writeFile(path.join(scratch.scripts, 'debug-steps'), encodeSteps(steps));
  await writeFile(path.join(scratch.scripts, 'debug-split.sh'), DEBUG_SPLIT_SCRIPT);
  const outcome = await sandbox.run({
    command: [...BASH, '/mason/scripts/debug-split.sh'],
    cwd: '/mason/install',
    environment: { PATH: '/usr/bin:/usr/sbin', LC_ALL: 'C.UTF-8' },
    network: false,
    timeoutMs: order.deadlineMs - performance.now(),
    outputBytesMax: Math.max(1, order.order.limits.logBytes - log.sizeBytes),
    signal: order.signal,
    onOutput: (chunk) => log.write(chunk),
  });
  return outcome.ok ? undefined : limitFailure({ error: outcome.error, phase: PHASE, log });
}

function sortIntoPackages(order: CollectOrder, entries: readonly AnalysedPath[]): SplitPackage[] {
  const { recipe } = order;
  const context = analysisContext(order);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const definitions = packageDefinitions(recipe);
  return [...splitPaths({ recipe, paths: byPath.keys() })].map(([name, paths]) => {
    const definition = definitions.get(name);
    invariant(definition !== undefined, 'every rule belongs to a package that is defined');
    const findings = paths
      .flatMap((at) => byPath.get(at) ?? [])
      .map((entry) => analysePath(entry, context));
    return finishPackage({ definition, paths, findings });
  });
}

/** Applies what the recipe excludes, and drops needs that the package answers itself. */
function finishPackage(found: {
  readonly definition: PackageDefinition;
  readonly paths: readonly string[];
  readonly findings: readonly Findings[];
}): SplitPackage {
  const { definition, paths, findings } = found;
  const { name, summary, description, conflicts } = definition;
  const isProvided = exclusionFilter(definition.providesExclude);
  const isNeeded = exclusionFilter(definition.runDepsExclude);
  const provides = findings
    .flatMap((finding) => finding.provides)
    .filter((one) => isProvided(formatDependency(one)));
  const offered = new Set(provides.map(formatDependency));
  const depends = findings
    .flatMap((finding) => finding.depends)
    .filter((one) => !offered.has(formatDependency(one)) && isNeeded(formatDependency(one)));
  const writtenDepends = definition.runDeps.filter(({ dependency }) =>
    isNeeded(formatDependency(dependency)),
  );
  return { name, summary, description, paths, provides, depends, writtenDepends, conflicts };
}

/** Keeps the texts that no pattern is found in. A pattern that cannot be read excludes nothing, as with the real tool. */
function exclusionFilter(patterns: readonly string[]): (text: string) => boolean {
  const exclusions = patterns.map(compileExclusion).filter((exclusion) => exclusion !== null);
  return (text) => !exclusions.some((exclusion) => exclusion.matches(text));
}

function analysisContext({ scratch, order: { architecture } }: CollectOrder): AnalysisContext {
  const roots = [scratch.install, scratch.overlay, '/'];
  return {
    exists: (at) =>
      roots.some((root) => lstatSync(path.join(root, at), { throwIfNoEntry: false }) !== undefined),
    hostLibDir: hostLibDir(),
    python: linuxMarkerEnvironment({
      version: hostPythonVersion(),
      machine: architecture,
    }),
  };
}
