import { compareText } from '@cairn/stone';

/** What a package provides, besides its own name. */
export interface Provider {
  readonly name: string;
  readonly provides: readonly string[];
}

const OWN_NAME = /^name\((.+)\)$/;

/** The capability that every package provides. */
export function ownCapability(name: string): string {
  return `name(${name})`;
}

/** The names of packages that the capabilities ask for directly. */
export function namesIn(capabilities: readonly string[]): readonly string[] {
  return capabilities.flatMap((capability) => OWN_NAME.exec(capability)?.[1] ?? []);
}

/** For each capability the names of those who provide it, sorted, each once. */
export function providersOf(
  capabilities: readonly string[],
  providers: readonly Provider[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map(capabilities.map((capability) => [capability, new Set<string>()]));
  for (const { name, provides } of providers) {
    for (const capability of [ownCapability(name), ...provides]) found.get(capability)?.add(name);
  }
  return new Map(
    [...found].map(([capability, names]) => [capability, [...names].sort(compareText)]),
  );
}
