import { constants, createZstdDecompress } from 'node:zlib';
import { DECOMPRESSION_PARAMETERS } from './zstd-parameters.js';

/** Longer payloads are rare and gain nothing from a decoder that is kept. */
const PLAIN_SIZE_BYTES_MAX = 65_536;
const FRAME_DESCRIPTOR_OFFSET = 4;
const SINGLE_SEGMENT = 0x20;
const NOT_WRITTEN = 0xffff_ffff;
/** Room for one byte too many, by which a frame that holds more than it should is noticed. */
const SPARE_SIZE_BYTES = 1;

/** What node:zlib’s own synchronous functions use of a stream; not documented, so it is looked for before use. */
interface SynchronousStream {
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
  /** Output room and input left after a write. */
  readonly _writeState: Uint32Array;
}

/**
 * Decompresses many small frames with one zstd context: an index of thousands of entries is read four times as fast as
 * with one context each. Gives undefined whenever anything is unusual; the caller then takes the documented way, which
 * also tells what is wrong.
 */
export class ReusableDecoder {
  private stream: SynchronousStream | undefined;

  /** The plain bytes of one whole frame that comes to exactly `plainSizeBytes`, else undefined. */
  decompress(frame: Uint8Array, plainSizeBytes: number): Uint8Array | undefined {
    if (plainSizeBytes > PLAIN_SIZE_BYTES_MAX || !isSingleSegment(frame)) return undefined;
    this.stream ??= openStream();
    const { _handle: handle, _writeState: state } = this.stream ?? {};
    if (!handle || state === undefined) return undefined;
    const roomBytes = plainSizeBytes + SPARE_SIZE_BYTES;
    const plain = new Uint8Array(roomBytes);
    state[0] = NOT_WRITTEN;
    handle.writeSync(constants.ZSTD_e_end, frame, 0, frame.byteLength, plain, 0, roomBytes);
    if (state[0] === SPARE_SIZE_BYTES && state[1] === 0) return plain.subarray(0, plainSizeBytes);
    // The context is in the middle of a frame or destroyed; the next call starts with a new one.
    this.stream = undefined;
    return undefined;
  }
}

function openStream(): SynchronousStream | undefined {
  const stream: unknown = createZstdDecompress({ params: DECOMPRESSION_PARAMETERS }).on(
    'error',
    ignore,
  );
  return isSynchronous(stream) ? stream : undefined;
}

function isSynchronous(stream: unknown): stream is SynchronousStream {
  if (typeof stream !== 'object' || stream === null) return false;
  if (!('_handle' in stream) || !('_writeState' in stream)) return false;
  const { _handle: handle, _writeState: state } = stream;
  if (typeof handle !== 'object' || handle === null || !('writeSync' in handle)) return false;
  return typeof handle.writeSync === 'function' && state instanceof Uint32Array;
}

/** Other frames may make the context reserve a window of up to 2 GiB, which it would keep. */
function isSingleSegment(frame: Uint8Array): boolean {
  return ((frame[FRAME_DESCRIPTOR_OFFSET] ?? 0) & SINGLE_SEGMENT) !== 0;
}

/** A broken frame is reported by the documented way, which is tried next. */
function ignore(): void {
  // nothing to do
}
