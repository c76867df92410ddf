import { createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import { DECOMPRESSION_PARAMETERS } from './zstd-parameters.js';

/** The stream’s own buffer is never used. */
const UNUSED_CHUNK_SIZE_BYTES = 64;

/** What node:zlib’s own synchronous functions use of a stream; not documented, so it is looked for before use. */
export interface SynchronousZstd extends ZstdDecompress {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputSizeBytes: number,
      output: Uint8Array,
      outputOffset: number,
      outputSizeBytes: number,
    ): void;
  } | null;
  /** Output room and input left after a write; untouched when the write failed. */
  readonly _writeState: Uint32Array;
}

/** A decoder that writes into the caller’s buffers on the caller’s thread; undefined where Node offers none. */
export function openSynchronousZstd(): SynchronousZstd | undefined {
  const options = { params: DECOMPRESSION_PARAMETERS, chunkSize: UNUSED_CHUNK_SIZE_BYTES };
  const stream = createZstdDecompress(options).on('error', ignore);
  return isSynchronous(stream) ? stream : undefined;
}

function isSynchronous(stream: ZstdDecompress): stream is SynchronousZstd {
  if (!('_handle' in stream) || !('_writeState' in stream)) return false;
  const { _handle: handle, _writeState: state } = stream;
  if (typeof handle !== 'object' || handle === null || !('writeSync' in handle)) return false;
  return typeof handle.writeSync === 'function' && state instanceof Uint32Array;
}

/** The failure is told by the stream’s `errored`; the event would be one too many. */
function ignore(): void {
  // nothing to do
}
