import { err, ok, type Result } from '@cairn/std';
import { canonicalCapability, type Capability } from '../graph/capability.js';
import { compareText } from '../graph/source-node.js';
import { capabilitiesOf, type LayeredPackage, type PackageLayers } from './package-layers.js';

/** Packages in one closure. */
export const PACKAGES_MAX = 100_000;
/** Choices that are given up because of a conflict before the resolution gives up as a whole. */
const RETRIES_MAX = 64;
const NEAREST_MAX = 3;

/** A package of the closure, and the chain of requests that brought it in, the wish first. */
export interface ResolvedPackage extends LayeredPackage {
  readonly because: readonly Request[];
}

/** Who asked for what: the wish itself (`package` is null), or a package that is already in the closure. */
export interface Request {
  readonly package: string | null;
  readonly capability: Capability;
}

/** There is no closure, and what a packager needs to know about it. */
export type ResolutionError =
  | {
      readonly code: 'resolution.nothing-provides';
      readonly capability: Capability;
      readonly chain: readonly Request[];
      /** Provided capabilities that look alike. */
      readonly nearest: readonly Capability[];
      readonly message: string;
    }
  | {
      readonly code: 'resolution.conflict';
      readonly capability: Capability;
      /** The package that forbids, and how it came in. */
      readonly forbidding: ResolvedPackage;
      readonly forbidden: ResolvedPackage;
      readonly message: string;
    }
  | {
      readonly code: 'resolution.too-many-packages';
      readonly limit: number;
      readonly message: string;
    };

/**
 * Everything that has to be installed for a set of dependency strings. What is already chosen serves first, then the best candidate of the
 * highest layer; when two chosen packages conflict the later choice is given up and its next candidate tried.
 */
export function resolvePackages(
  layers: PackageLayers,
  wanted: readonly string[],
): Result<readonly ResolvedPackage[], ResolutionError> {
  const refused = new Set<LayeredPackage['stonePackage']>();
  let firstConflict: Result<never, ResolutionError> | undefined;
  for (let attempt = 0; attempt <= RETRIES_MAX; attempt += 1) {
    const closure = new Closure(layers, refused);
    const error = closure.fill([...new Set(wanted.map(canonicalCapability))].sort(compareText));
    if (error === undefined) return ok(closure.packages());
    if (error.code !== 'resolution.conflict') return firstConflict ?? err(error);
    firstConflict ??= err(error);
    const given = closure.replaceable(error.forbidding, error.forbidden);
    if (given === undefined) return firstConflict;
    refused.add(given.stonePackage);
  }
  return firstConflict ?? ok([]);
}

class Closure {
  readonly #layers: PackageLayers;
  readonly #refused: ReadonlySet<LayeredPackage['stonePackage']>;
  readonly #chosen = new Map<string, ResolvedPackage>();
  readonly #provided = new Map<Capability, ResolvedPackage>();
  readonly #forbidden = new Map<Capability, ResolvedPackage>();

  constructor(layers: PackageLayers, refused: ReadonlySet<LayeredPackage['stonePackage']>) {
    this.#layers = layers;
    this.#refused = refused;
  }

  packages(): ResolvedPackage[] {
    return [...this.#chosen.values()].sort((left, right) =>
      compareText(left.stonePackage.name, right.stonePackage.name),
    );
  }

  fill(wanted: readonly Capability[]): ResolutionError | undefined {
    const queue: (readonly Request[])[] = wanted.map((capability) => [
      { package: null, capability },
    ]);
    for (const chain of queue) {
      const capability = chain.at(-1)?.capability ?? '';
      if (this.#provided.has(capability)) continue;
      const candidate = this.#best(capability);
      if (candidate === undefined) return this.#nothingProvides(capability, chain);
      if (this.#chosen.size >= PACKAGES_MAX) return tooMany();
      const resolved = { ...candidate, because: chain };
      const conflict = this.#add(resolved);
      if (conflict !== undefined) return conflict;
      for (const depend of [...candidate.stonePackage.depends].sort(compareText)) {
        queue.push([
          ...chain,
          { package: candidate.stonePackage.name, capability: canonicalCapability(depend) },
        ]);
      }
    }
    return undefined;
  }

  /** Of two packages in conflict the later one whose place another candidate could take. */
  replaceable(
    forbidding: ResolvedPackage,
    forbidden: ResolvedPackage,
  ): ResolvedPackage | undefined {
    const byLateness = [forbidding, forbidden].sort(
      (left, right) => right.because.length - left.because.length,
    );
    return byLateness.find((each) => {
      const asked = each.because.at(-1)?.capability ?? '';
      return this.#layers
        .candidates(asked)
        .some((other) => other.stonePackage !== each.stonePackage && !this.#isRefused(other));
    });
  }

  #best(capability: Capability): LayeredPackage | undefined {
    const candidates = this.#layers.candidates(capability).filter((each) => !this.#isRefused(each));
    return candidates.find((each) => !this.#chosen.has(each.stonePackage.name));
  }

  #isRefused(candidate: LayeredPackage): boolean {
    return this.#refused.has(candidate.stonePackage);
  }

  #add(resolved: ResolvedPackage): ResolutionError | undefined {
    const { stonePackage } = resolved;
    const own = capabilitiesOf(stonePackage);
    for (const capability of own) {
      const forbidding = this.#forbidden.get(capability);
      if (forbidding !== undefined) return conflictOf(capability, forbidding, resolved);
    }
    const forbids = (stonePackage.conflicts ?? []).map(canonicalCapability);
    for (const capability of forbids) {
      const other = this.#provided.get(capability);
      if (other !== undefined) return conflictOf(capability, resolved, other);
    }
    this.#chosen.set(stonePackage.name, resolved);
    for (const capability of own)
      if (!this.#provided.has(capability)) this.#provided.set(capability, resolved);
    for (const capability of forbids) {
      if (!own.has(capability)) this.#forbidden.set(capability, resolved);
    }
    return undefined;
  }

  #nothingProvides(capability: Capability, chain: readonly Request[]): ResolutionError {
    const nearest = this.#layers.nearest(capability, NEAREST_MAX);
    const hint = nearest.length === 0 ? '' : ` Nearest: ${nearest.join(', ')}.`;
    return {
      code: 'resolution.nothing-provides',
      capability,
      chain,
      nearest,
      message: `Nothing provides ${capability}, ${chainText(chain)}.${hint}`,
    };
  }
}

function conflictOf(
  capability: Capability,
  forbidding: ResolvedPackage,
  forbidden: ResolvedPackage,
): ResolutionError {
  const one = `${forbidding.stonePackage.name} (${chainText(forbidding.because)})`;
  const other = `${forbidden.stonePackage.name} (${chainText(forbidden.because)})`;
  return {
    code: 'resolution.conflict',
    capability,
    forbidding,
    forbidden,
    message: `${one} conflicts with ${other} through ${capability}.`,
  };
}

function tooMany(): ResolutionError {
  const message = `The closure has more than ${PACKAGES_MAX} packages.`;
  return { code: 'resolution.too-many-packages', limit: PACKAGES_MAX, message };
}

/** `needed by cairo, needed by gtk-4, wanted as name(gtk-4)` */
function chainText(chain: readonly Request[]): string {
  const [wish] = chain;
  const through = chain.slice(1).map((request) => request.package);
  const asked = `wanted as ${wish?.capability ?? '?'}`;
  return through.length === 0
    ? asked
    : `needed by ${through.reverse().join(', needed by ')}, ${asked}`;
}
