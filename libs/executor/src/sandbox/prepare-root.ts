import path from 'node:path';
import { type BuildPlan } from '@cairn/recipe';
import { err, ok, type Result } from '@cairn/std';
import { formatDependency, parseDependency, type Dependency } from '@cairn/stone';
import { type BuildFailure } from '../build-outcome.js';
import { type BuildLog } from '../build-log.js';
import { type BuildOrder } from '../build-order.js';
import { type HostProbe } from '../dependencies/host-probe.js';
import { layOutPackages } from '../dependencies/lay-out.js';
import {
  localSource,
  repositorySource,
  type LocatedPackage,
  type PackageSourceError,
} from '../dependencies/package-sources.js';
import { debianPackagesFor } from '../dependencies/debian-names.js';
import {
  resolveDependencies,
  type MissingDependency,
  type PackageSource,
  type Resolution,
} from '../dependencies/resolve.js';
import { failure } from '../failure.js';
import { type ContentStore } from '../upstreams/content-store.js';

const PHASE = 'dependencies';

/** Finds what the build wants in the repositories and on the host; fails before any phase when something is missing. */
export async function resolveRoot(
  order: BuildOrder,
  facts: {
    readonly plan: BuildPlan;
    readonly host: HostProbe;
    readonly log: BuildLog;
    readonly signal: AbortSignal;
  },
): Promise<Result<Resolution<LocatedPackage>, BuildFailure>> {
  const sources = await loadSources(order, facts.signal);
  if (!sources.ok) return err(sourceFailure(sources.error));
  const { dependencies } = facts.plan;
  // The base and the toolchain are the host's own here: a second C library over it would break every program.
  const left = new Set((order.dependencies.without ?? []).flatMap(canonicalText));
  if (left.size > 0) facts.log.note(`left out of this first build: ${[...left].join(' ')}`);
  const wanted: Dependency[] = [
    ...dependencies.recipe.filter((wish) => !left.has(formatDependency(wish))),
    ...dependencies.actions,
    ...dependencies.upstreams,
    ...(order.dependencies.extra ?? []),
  ];
  const resolved = resolveDependencies({
    wanted,
    sources: sources.value,
    hostProvides: (wish) => facts.host.provides(wish),
  });
  if (!resolved.ok) return err(missingFailure(resolved.error, facts.log));
  for (const { stonePackage, source } of resolved.value.packages) {
    facts.log.note(
      `from ${source}: ${stonePackage.name} ${stonePackage.version}-${stonePackage.sourceRelease}-${stonePackage.buildRelease}`,
    );
  }
  if (resolved.value.fromHost.length > 0)
    facts.log.note(`from this machine: ${resolved.value.fromHost.join(' ')}`);
  return resolved;
}

/** The long form of a dependency text; nothing when it is none. */
function canonicalText(text: string): string[] {
  const parsed = parseDependency(text);
  return parsed.ok ? [formatDependency(parsed.value)] : [];
}

async function loadSources(
  order: BuildOrder,
  signal: AbortSignal,
): Promise<Result<PackageSource<LocatedPackage>[], PackageSourceError>> {
  const sources: PackageSource<LocatedPackage>[] = [];
  const local = await localSource(order.dependencies.stones ?? []);
  if (!local.ok) return local;
  sources.push(local.value);
  for (const repository of order.dependencies.repositories ?? []) {
    const source = await repositorySource(repository, {
      scratchDir: path.join(order.downloadCacheDir, 'indexes'),
      signal,
    });
    if (!source.ok) return source;
    sources.push(source.value);
  }
  return ok(sources);
}

/** Lays the resolved packages out below the overlay directory. */
export async function fillRoot(order: {
  readonly resolution: Resolution<LocatedPackage>;
  readonly store: ContentStore;
  readonly dir: string;
  readonly signal: AbortSignal;
}): Promise<BuildFailure | undefined> {
  const laidOut = await layOutPackages({
    packages: order.resolution.packages,
    store: order.store,
    dir: order.dir,
    signal: order.signal,
  });
  if (laidOut.ok) return undefined;
  const code =
    laidOut.error.code === 'lay-out.cancelled' ? 'build.cancelled' : 'build.dependency-unavailable';
  return failure({ code, phase: PHASE, message: laidOut.error.message });
}

function sourceFailure(error: PackageSourceError): BuildFailure {
  const code =
    error.code === 'source.cancelled' ? 'build.cancelled' : 'build.dependency-unavailable';
  return failure({ code, phase: PHASE, message: error.message });
}

function missingFailure(missing: readonly MissingDependency[], log: BuildLog): BuildFailure {
  const lines = missing.map(
    ({ capability, neededBy }) =>
      `missing: ${capability}${neededBy === undefined ? '' : ` (needed by ${neededBy})`}`,
  );
  for (const line of lines) log.note(line);
  const names = missing.map(({ capability }) => capability);
  const packages = debianPackagesFor(missing.map(({ dependency }) => dependency));
  const cure =
    packages.length === 0
      ? ''
      : ` On a builder with Debian or Ubuntu: apt-get install ${packages.join(' ')}`;
  return failure({
    code: 'build.missing-build-dependency',
    phase: PHASE,
    message: `No repository and nothing on this machine provides ${names.join(', ')}.${cure}`,
    missingDependencies: names,
    excerpt: lines.join('\n'),
    errorLine: names.toSorted().join(' '),
  });
}
