import { type ImportedPackage } from '@cairn/contracts';

/** A text that is equal for two builds of a source exactly when their packages have the same names, capabilities and paths. */
export function exportedInterface(
  packages: readonly Pick<ImportedPackage, 'name' | 'provides' | 'pathsSha256'>[],
): string {
  const exported = packages
    .map(({ name, provides, pathsSha256 = '' }) => [
      name,
      pathsSha256,
      ...[...new Set(provides)].sort(),
    ])
    .sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return JSON.stringify(exported);
}
