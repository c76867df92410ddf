import { constants, type ZstdOptions } from 'node:zlib';
import type { CompressedKind } from '@cairn/stone';

const LEVEL = 18;
const WINDOW_LOG = 31;
const CONTENT_WORKERS = 2;

/** The parameters of the format’s writer: they decide the bytes, the number of workers (if any) does not. */
export function compressionParameters(kind: CompressedKind): ZstdOptions['params'] {
  return {
    [constants.ZSTD_c_compressionLevel]: LEVEL,
    [constants.ZSTD_c_windowLog]: WINDOW_LOG,
    ...(kind === 'content' ? { [constants.ZSTD_c_nbWorkers]: CONTENT_WORKERS } : {}),
  };
}

/** Opens every window that a real file asks for. */
export const DECOMPRESSION_PARAMETERS: ZstdOptions['params'] = {
  [constants.ZSTD_d_windowLogMax]: WINDOW_LOG,
};
