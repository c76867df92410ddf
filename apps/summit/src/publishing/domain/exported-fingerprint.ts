import { type ImportedPackage } from '@cairn/contracts';
import { createHash } from 'node:crypto';

/** Equal for two builds of a source exactly when their packages have the same names and provide the same capabilities. */
export function exportedFingerprint(
  packages: readonly Pick<ImportedPackage, 'name' | 'provides'>[],
): string {
  const exported = packages
    .map(({ name, provides }) => [name, ...[...new Set(provides)].sort()])
    .sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(exported)).digest('hex');
}
