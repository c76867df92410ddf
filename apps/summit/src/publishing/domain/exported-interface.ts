import { type ImportedPackage } from '@cairn/contracts';

/** A text that is equal for two builds of a source exactly when their packages have the same names and provide the same capabilities. */
export function exportedInterface(
  packages: readonly Pick<ImportedPackage, 'name' | 'provides'>[],
): string {
  const exported = packages
    .map(({ name, provides }) => [name, ...[...new Set(provides)].sort()])
    .sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return JSON.stringify(exported);
}
