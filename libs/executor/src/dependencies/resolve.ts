import { err, ok, type Result } from '@cairn/std';
import { compareText, formatDependency, type Dependency, type StonePackage } from '@cairn/stone';

/** Packages that may be put into the build root; the higher priority wins. */
export interface PackageSource<P extends StonePackage = StonePackage> {
  readonly name: string;
  readonly priority: number;
  readonly packages: readonly P[];
}

/** A package that goes into the build root, and where it comes from. */
export interface ChosenPackage<P extends StonePackage = StonePackage> {
  readonly stonePackage: P;
  readonly source: string;
}

/** What the build root is made of. */
export interface Resolution<P extends StonePackage = StonePackage> {
  /** In the order of their names. */
  readonly packages: readonly ChosenPackage<P>[];
  /** What the host's own `/usr` answers for, as texts in sorted order. */
  readonly fromHost: readonly string[];
}

/** A capability that nobody offers. */
export interface MissingDependency {
  readonly dependency: Dependency;
  /** As recipes write it. */
  readonly capability: string;
  /** The package that needs it at run time; undefined when the recipe itself does. */
  readonly neededBy: string | undefined;
}

// The build runs on the host's C library: a second one over it would break every program of the host.
const C_LIBRARY = /^(?:libc\.so\.6|ld-linux.*)\(/;

/**
 * Finds the packages that satisfy what a build wants, with their run dependencies. Sources are asked in descending priority,
 * the host last; inside a source the package of that name wins, then the highest release. Fails with everything missing.
 */
export function resolveDependencies<P extends StonePackage>(order: {
  readonly wanted: readonly Dependency[];
  readonly sources: readonly PackageSource<P>[];
  readonly hostProvides: (dependency: Dependency) => boolean;
}): Result<Resolution<P>, readonly MissingDependency[]> {
  const providers = order.sources
    .toSorted((a, b) => b.priority - a.priority || compareText(a.name, b.name))
    .map(indexSource);
  const chosen = new Map<string, ChosenPackage<P>>();
  const fromHost = new Set<string>();
  const missing: MissingDependency[] = [];
  const seen = new Set<string>();
  const queue: { dependency: Dependency; neededBy: string | undefined }[] = order.wanted.map(
    (dependency) => ({ dependency, neededBy: undefined }),
  );
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { dependency, neededBy } = next;
    const text = formatDependency(dependency);
    if (seen.has(text)) continue;
    seen.add(text);
    const found =
      [...chosen.values()].find(({ stonePackage }) => offers(stonePackage, text)) ??
      firstProvider(providers, text);
    if (found === undefined) {
      if (order.hostProvides(dependency)) fromHost.add(text);
      else missing.push({ dependency, capability: asWritten(text), neededBy });
      continue;
    }
    const { name, depends } = found.stonePackage;
    if (chosen.has(name)) continue;
    chosen.set(name, found);
    queue.push(...depends.map((needed) => ({ dependency: needed, neededBy: name })));
  }
  if (missing.length > 0) return err(missing);
  const packages = [...chosen.values()].sort((a, b) =>
    compareText(a.stonePackage.name, b.stonePackage.name),
  );
  return ok({ packages, fromHost: [...fromHost].sort(compareText) });
}

/** `name(x)` → `x` */
function asWritten(text: string): string {
  return text.replace(/^name\((.*)\)$/, '$1');
}

type Providers<P extends StonePackage> = ReadonlyMap<string, ChosenPackage<P>>;

function indexSource<P extends StonePackage>(source: PackageSource<P>): Providers<P> {
  const providers = new Map<string, ChosenPackage<P>>();
  const usable = source.packages.filter(
    ({ provides }) => !provides.some(({ kind, name }) => kind === 'soname' && C_LIBRARY.test(name)),
  );
  const best = usable.toSorted(
    (a, b) =>
      b.sourceRelease - a.sourceRelease ||
      b.buildRelease - a.buildRelease ||
      compareText(a.name, b.name),
  );
  for (const stonePackage of best) {
    for (const text of capabilitiesOf(stonePackage)) {
      const isOwnName = text === `name(${stonePackage.name})`;
      const known = providers.get(text);
      if (known === undefined || (isOwnName && known.stonePackage.name !== stonePackage.name)) {
        providers.set(text, { stonePackage, source: source.name });
      }
    }
  }
  return providers;
}

function capabilitiesOf(stonePackage: StonePackage): string[] {
  return [`name(${stonePackage.name})`, ...stonePackage.provides.map(formatDependency)];
}

function offers(stonePackage: StonePackage, text: string): boolean {
  return capabilitiesOf(stonePackage).includes(text);
}

function firstProvider<P extends StonePackage>(
  providers: readonly Providers<P>[],
  text: string,
): ChosenPackage<P> | undefined {
  for (const index of providers) {
    const found = index.get(text);
    if (found !== undefined) return found;
  }
  return undefined;
}
