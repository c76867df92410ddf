import { err, type Result } from '@cairn/std';

/** Every code this library refuses with, and the sentence that explains it. */
export const STONE_ERRORS = {
  'dependency.malformed':
    'A dependency text has an unknown kind, no closing parenthesis, or no name.',
  'stone.unreadable': 'The file cannot be opened or read.',
  'stone.file-changed': 'The file changed while it was read.',
  'stone.header-truncated': 'The file is shorter than the 32 bytes of a header.',
  'stone.magic': 'The file does not begin with the four magic bytes of a stone.',
  'stone.version': 'The container version is not 1, the only one that exists.',
  'stone.integrity': 'The 21 constant integrity bytes of the header differ.',
  'stone.file-type': 'The file type is unknown, or not the one wanted here.',
  'stone.payload-header-truncated':
    'A payload that the header announces has no complete payload header.',
  'stone.stored-size': 'A payload claims more stored bytes than the file has left.',
  'stone.checksum': 'The XXH3-64 of a payload’s stored bytes differs from its header.',
  'stone.trailing': 'Bytes follow the last announced payload.',
  'stone.payload-version': 'A payload version is not 1.',
  'stone.payload-kind': 'A payload kind is unknown.',
  'stone.payload-unexpected': 'A payload of this kind does not belong into a file of this type.',
  'stone.payload-duplicate': 'A package holds two payloads of a kind of which it may hold one.',
  'stone.payload-empty': 'A payload of records holds none; such a payload is left out instead.',
  'stone.compression': 'A compression is neither none (1) nor zstd (2).',
  'stone.plain-size': 'The plain size is beyond its limit or is not what the payload unpacks to.',
  'stone.zstd-magic': 'A zstd payload does not begin with a standard zstd frame.',
  'stone.zstd-header': 'The header of a zstd frame is cut or uses a reserved bit.',
  'stone.zstd-content-size': 'The content size of a zstd frame differs from the plain size.',
  'stone.zstd-dictionary': 'A zstd frame asks for a dictionary; the format has none.',
  'stone.zstd-window': 'A zstd frame asks for a window beyond 2 GiB.',
  'stone.zstd-truncated': 'A zstd frame ends before its last block.',
  'stone.zstd-trailing': 'Bytes follow the one zstd frame of a payload.',
  'stone.zstd-corrupt': 'A zstd frame does not decompress.',
  'stone.amplification':
    'A file holds more records, or unpacks to more of them, than a file of its size may.',
  'stone.record-count': 'The record count is impossible for the plain size.',
  'stone.record-overrun': 'A record reaches beyond the end of its payload.',
  'stone.record-trailing': 'Bytes follow the last announced record of a payload.',
  'stone.padding': 'Padding bytes are not zero.',
  'stone.string-nul': 'A text holds a NUL before its end.',
  'stone.string-utf8': 'A text is not valid UTF-8.',
  'stone.meta-absent': 'A package has no Meta payload.',
  'stone.meta-type': 'A Meta record has an unknown primitive type or not the type of its tag.',
  'stone.meta-int-length': 'The length of an integer record is not the size of its type.',
  'stone.meta-dep-length': 'A dependency record is too short for its kind byte.',
  'stone.meta-dep-empty': 'A dependency record has no name.',
  'stone.meta-missing': 'A required Meta record is missing.',
  'stone.meta-duplicate': 'A Meta tag that may stand once stands twice.',
  'stone.meta-syntax':
    'A name, version, architecture or source id holds characters that may not become a file name.',
  'stone.meta-number': 'A release or size does not fit 2^53 − 1.',
  'stone.layout-type': 'A layout entry type is unknown.',
  'stone.layout-path':
    'A layout target is empty, absolute, too deep, or has an empty, `.` or `..` component.',
  'stone.layout-duplicate': 'Two layout entries have the same target.',
  'stone.layout-parent': 'A layout entry lies below an entry that is no directory.',
  'stone.layout-digest-length': 'The source of a regular file is not a digest of 16 bytes.',
  'stone.layout-source': 'A directory or special file has a source, or a symlink has none.',
  'stone.layout-mode': 'The type bits of a mode contradict the entry type.',
  'stone.layout-tag': 'A layout tag is not zero.',
  'stone.layout-digest': 'A regular file’s digest is not in the Index payload.',
  'stone.index-range': 'An Index range is reversed or reaches beyond the Content.',
  'stone.index-overlap': 'Two Index ranges overlap.',
  'stone.index-gap': 'Bytes of the Content belong to no Index range.',
  'stone.index-duplicate': 'Two Index records have the same digest.',
  'stone.index-digest': 'The XXH3-128 of a Content range differs from its Index record.',
  'stone.content-absent': 'An Index payload stands without a Content payload.',
  'stone.index-hash': 'A package hash is not 64 lower-case hexadecimal digits.',
  'stone.index-hash-duplicate': 'Two entries of an index carry the same package hash.',
  'stone.index-name-duplicate': 'Two entries of an index carry the same package name.',
  'stone.index-uri': 'A package URI is not a plain relative path.',
  'stone.too-many-payloads': 'The format holds at most 65,535 payloads in one file.',
  'stone.field-too-long': 'A value is longer than its length field can say.',
  'stone.not-encodable': 'A value cannot be written: it would be read back differently.',
  'stone.entry-unsupported': 'A file of this kind cannot be put into a package.',
  'stone.entry-changed': 'A file changed while it was being packed.',
  'stone.extract-exists': 'The directory to extract into is not empty.',
  'stone.write-failed': 'A file or directory cannot be written.',
} as const;

/** A code of `STONE_ERRORS`. */
export type StoneErrorCode = Exclude<keyof typeof STONE_ERRORS, 'dependency.malformed'>;

/**
 * Why bytes were refused. `offset` is the position in the file, in bytes; when the fault lies inside a compressed
 * payload it is the position of that payload’s header and `plainOffset` the position in its decompressed bytes.
 */
export interface StoneError {
  readonly code: StoneErrorCode;
  readonly offset: number;
  readonly message: string;
  readonly payload?: number;
  readonly plainOffset?: number;
  readonly expected?: string;
  readonly found?: string;
}

/** Where a fault lies. */
export interface Place {
  readonly offset: number;
  readonly payload?: number;
  readonly plainOffset?: number;
}

interface Contrast {
  readonly expected?: string | number | bigint;
  readonly found?: string | number | bigint;
}

/** A refusal, with the code’s own sentence and what was expected and found. */
export function stoneError(
  code: StoneErrorCode,
  place: Place,
  contrast: Contrast = {},
): StoneError {
  const { expected, found } = contrast;
  return {
    code,
    ...place,
    message: messageOf(code, contrast),
    ...(expected === undefined ? {} : { expected: String(expected) }),
    ...(found === undefined ? {} : { found: String(found) }),
  };
}

/** A failed result with a refusal inside. */
export function refuse(
  code: StoneErrorCode,
  place: Place,
  contrast: Contrast = {},
): Result<never, StoneError> {
  return err(stoneError(code, place, contrast));
}

function messageOf(code: StoneErrorCode, { expected, found }: Contrast): string {
  const sentence = STONE_ERRORS[code];
  if (expected === undefined && found === undefined) return sentence;
  const parts = [
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(found === undefined ? [] : [`found ${found}`]),
  ];
  return `${sentence.slice(0, -1)}: ${parts.join(', ')}.`;
}
