/** Tag numbers of Meta records. */
export const META_TAG = {
  name: 1,
  architecture: 2,
  version: 3,
  summary: 4,
  description: 5,
  homepage: 6,
  'source-id': 7,
  depends: 8,
  provides: 9,
  conflicts: 10,
  release: 11,
  license: 12,
  'build-release': 13,
  'package-uri': 14,
  'package-hash': 15,
  'package-size': 16,
  'build-depends': 17,
  'source-uri': 18,
  'source-path': 19,
  'source-ref': 20,
} as const;

/** Name of a known tag. */
export type MetaTag = keyof typeof META_TAG;

/** Numbers of primitive types. */
export const META_TYPE = {
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  int64: 7,
  uint64: 8,
  string: 9,
  dependency: 10,
  provider: 11,
} as const;

const TAG_NAMES = new Map<number, MetaTag>(
  Object.entries(META_TAG).map(([name, id]) => [id, name as MetaTag]),
);
const TYPE_NAMES = new Map<number, string>(
  Object.entries(META_TYPE).map(([name, id]) => [id, name]),
);

/** Name of a tag number; undefined when it is unknown. */
export function metaTagName(tagId: number): MetaTag | undefined {
  return TAG_NAMES.get(tagId);
}

/** Name of a primitive type number; undefined when it is unknown. */
export function metaTypeName(typeId: number): string | undefined {
  return TYPE_NAMES.get(typeId);
}

interface RecordFrame {
  readonly tagId: number;
  readonly typeId: number;
  /** Bytes of the value as stored, NULs included. */
  readonly lengthBytes: number;
  /** Position of the record in its decompressed payload. */
  readonly plainOffset: number;
}

/** A text, without the NULs it ended in. */
export interface MetaTextRecord extends RecordFrame {
  readonly form: 'text';
  readonly text: string;
  readonly nulCount: number;
}

/** A signed or unsigned integer of 1, 2, 4 or 8 bytes. */
export interface MetaIntegerRecord extends RecordFrame {
  readonly form: 'integer';
  readonly integer: bigint;
}

/** A dependency or provider; `kindId` may be unknown. */
export interface MetaCapabilityRecord extends RecordFrame {
  readonly form: 'capability';
  readonly kindId: number;
  readonly name: string;
  readonly nulCount: number;
}

/** A record of an unknown primitive type, kept as bytes. */
export interface MetaRawRecord extends RecordFrame {
  readonly form: 'raw';
  readonly bytes: Uint8Array;
}

/** One record of a Meta payload. */
export type MetaRecord = MetaTextRecord | MetaIntegerRecord | MetaCapabilityRecord | MetaRawRecord;
