import { ok, type Result } from '@cairn/std';
import { refuse, type StoneError } from './stone-error.js';

export const HEADER_SIZE_BYTES = 32;
const MAGIC = 0x00_6d_6f_73;
const VERSION = 1;
const PAYLOAD_COUNT_OFFSET = 4;
const INTEGRITY_OFFSET = 6;
const FILE_TYPE_OFFSET = 27;
const VERSION_OFFSET = 28;
const INTEGRITY = Uint8Array.of(0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 5, 0, 0, 6, 0, 0, 7);

/** What a file is; `unknown` stands for every other number. */
export type FileType = 'binary' | 'delta' | 'repository' | 'build-manifest' | 'unknown';

const FILE_TYPE_IDS: Readonly<Record<Exclude<FileType, 'unknown'>, number>> = {
  binary: 1,
  delta: 2,
  repository: 3,
  'build-manifest': 4,
};
const FILE_TYPES: readonly FileType[] = [
  'unknown',
  'binary',
  'delta',
  'repository',
  'build-manifest',
];

/** The first 32 bytes of a file. */
export interface StoneHeader {
  readonly version: 1;
  readonly payloadCount: number;
  readonly fileType: FileType;
  readonly fileTypeId: number;
}

/** Reads the first 32 bytes; checks magic, then version, then the integrity bytes. */
export function decodeHeader(bytes: Uint8Array): Result<StoneHeader, StoneError> {
  if (bytes.byteLength < HEADER_SIZE_BYTES) {
    const sizes = { expected: `${HEADER_SIZE_BYTES} bytes`, found: bytes.byteLength };
    return refuse('stone.header-truncated', { offset: 0 }, sizes);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE_BYTES);
  if (view.getUint32(0) !== MAGIC) return refuse('stone.magic', { offset: 0 });
  const version = view.getUint32(VERSION_OFFSET);
  if (version !== VERSION) {
    return refuse(
      'stone.version',
      { offset: VERSION_OFFSET },
      { expected: VERSION, found: version },
    );
  }
  for (const [at, byte] of INTEGRITY.entries()) {
    const offset = INTEGRITY_OFFSET + at;
    if (bytes[offset] !== byte) return refuse('stone.integrity', { offset });
  }
  const fileTypeId = view.getUint8(FILE_TYPE_OFFSET);
  const fileType = FILE_TYPES[fileTypeId] ?? 'unknown';
  return ok({ version, payloadCount: view.getUint16(PAYLOAD_COUNT_OFFSET), fileType, fileTypeId });
}

/** The refusal of a file whose type is not the wanted one. */
export function wrongFileType(header: StoneHeader, expected: string): Result<never, StoneError> {
  const found = `${header.fileType} (${header.fileTypeId})`;
  return refuse('stone.file-type', { offset: FILE_TYPE_OFFSET }, { expected, found });
}

/** Writes a header of 32 bytes. */
export function encodeHeader(header: {
  readonly fileType: Exclude<FileType, 'unknown'>;
  readonly payloadCount: number;
}): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint16(PAYLOAD_COUNT_OFFSET, header.payloadCount);
  bytes.set(INTEGRITY, INTEGRITY_OFFSET);
  view.setUint8(FILE_TYPE_OFFSET, FILE_TYPE_IDS[header.fileType]);
  view.setUint32(VERSION_OFFSET, VERSION);
  return bytes;
}
