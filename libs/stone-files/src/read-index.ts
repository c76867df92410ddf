import { GIB, type Result } from '@cairn/std';
import {
  decodeIndex,
  stoneError,
  type ReadMode,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from './codec.js';
import { StoneFile } from './stone-file.js';
import { asResult, orRefuse, StoneRefusal } from './stone-refusal.js';

/** Largest index that is read into memory; 65,535 packages take about 30 MB. */
const INDEX_SIZE_BYTES_MAX = GIB;

/** Reads a repository index from a file; tolerant of unknown tags and types by default. */
export function readIndex(
  path: string,
  options: { readonly mode?: ReadMode } = {},
): Promise<Result<StonePackage[], StoneError>> {
  return asResult('stone.unreadable', () =>
    StoneFile.with(path, async (file) => {
      if (file.sizeBytes > INDEX_SIZE_BYTES_MAX) {
        const sizes = { expected: `≤ ${INDEX_SIZE_BYTES_MAX} bytes`, found: file.sizeBytes };
        throw new StoneRefusal(stoneError('stone.unreadable', { offset: 0 }, sizes));
      }
      const packages = orRefuse(
        decodeIndex(await file.read(0, file.sizeBytes), await loadCodec(), options),
      );
      file.checkUnchanged();
      return packages;
    }),
  );
}
