import { HEADER_SIZE_BYTES } from './header.js';
import { stoneError, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

/** In an index two entries of one name and architecture, or of one file, make moss mix them up. */
export function indexTwin(packages: readonly StonePackage[]): StoneError | undefined {
  const names = new Set<string>();
  const hashes = new Set<string>();
  for (const { name, architecture, hash = '' } of packages) {
    const key = `${architecture}/${name}`;
    const where = { offset: HEADER_SIZE_BYTES };
    if (names.has(key)) return stoneError('stone.index-name-duplicate', where, { found: name });
    if (hashes.has(hash)) return stoneError('stone.index-hash-duplicate', where, { found: hash });
    names.add(key);
    hashes.add(hash);
  }
  return undefined;
}
