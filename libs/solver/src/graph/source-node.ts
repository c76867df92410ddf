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
  const packages = new Map<string, PackageFacts>();
  for (const each of [...left.packages, ...right.packages]) {
    const known = packages.get(each.name);
    packages.set(each.name, known === undefined ? each : mergePackages(known, each));
  }
  return {
    source: left.source,
    buildDepends: union(left.buildDepends, right.buildDepends),
    packages: [...packages.values()].sort((one, other) => compareText(one.name, other.name)),
  };
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
