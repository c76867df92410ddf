/** One binary package that a source yields. Dependency strings may be bare (`x` means `name(x)`). */
export interface PackageFacts {
  readonly name: string;
  readonly provides: readonly string[];
  readonly depends: readonly string[];
}

/** One source (recipe) with what its build asks for and what it yields. */
export interface SourceNode {
  readonly source: string;
  readonly buildDepends: readonly string[];
  readonly packages: readonly PackageFacts[];
}

/** Compares by code units, so that an order never depends on a locale. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Folds nodes that share a name into one whose lists are the union, whatever their order was. */
export function mergeNodes(left: SourceNode, right: SourceNode): SourceNode {
  return {
    source: left.source,
    buildDepends: union(left.buildDepends, right.buildDepends),
    packages: distinctPackages([...left.packages, ...right.packages]),
  };
}

/** Packages of one name folded into one; a list without repetition is given back as it is. */
export function distinctPackages(packages: readonly PackageFacts[]): readonly PackageFacts[] {
  if (!hasRepetition(packages)) return packages;
  const byName = new Map<string, PackageFacts>();
  for (const each of packages) {
    const known = byName.get(each.name);
    byName.set(each.name, known === undefined ? each : mergePackages(known, each));
  }
  return [...byName.values()].sort((one, other) => compareText(one.name, other.name));
}

/** Lists up to this length are searched faster than a set is made. */
const SHORT_LIST_LENGTH = 12;

function hasRepetition(packages: readonly PackageFacts[]): boolean {
  if (packages.length > SHORT_LIST_LENGTH)
    return new Set(packages.map((each) => each.name)).size < packages.length;
  for (let place = 1; place < packages.length; place += 1) {
    for (let before = 0; before < place; before += 1) {
      if (packages[before]?.name === packages[place]?.name) return true;
    }
  }
  return false;
}

function mergePackages(left: PackageFacts, right: PackageFacts): PackageFacts {
  return {
    name: left.name,
    provides: union(left.provides, right.provides),
    depends: union(left.depends, right.depends),
  };
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])].sort(compareText);
}
