/** Entry types in the order of their numbers; 0 does not exist. */
export const LAYOUT_TYPES = [
  'unknown',
  'regular',
  'symlink',
  'directory',
  'character-device',
  'block-device',
  'fifo',
  'socket',
] as const;

/** What a layout entry is. */
export type LayoutType = (typeof LAYOUT_TYPES)[number];

/** Type bits of a mode, `mode & 0o170000`, for each entry type. */
export const MODE_TYPE_BITS: Readonly<Record<Exclude<LayoutType, 'unknown'>, number>> = {
  regular: 0o100000,
  symlink: 0o120000,
  directory: 0o040000,
  'character-device': 0o020000,
  'block-device': 0o060000,
  fifo: 0o010000,
  socket: 0o140000,
};
export const MODE_TYPE_MASK = 0o170000;

interface LayoutFrame {
  readonly uid: number;
  readonly gid: number;
  /** Complete st_mode, type bits included. */
  readonly mode: number;
  /** Path below /usr, without a leading slash. */
  readonly target: string;
}

/** A regular file; `digest` is the XXH3-128 of its bytes in 32 hexadecimal digits. */
export interface RegularEntry extends LayoutFrame {
  readonly type: 'regular';
  readonly digest: string;
}

/** A symbolic link and its text. */
export interface SymlinkEntry extends LayoutFrame {
  readonly type: 'symlink';
  readonly link: string;
}

/** A directory, or a special file that installation ignores. */
export interface BareEntry extends LayoutFrame {
  readonly type: Exclude<LayoutType, 'unknown' | 'regular' | 'symlink'>;
}

/** An entry of unknown type, its source kept as bytes. */
export interface UnknownEntry extends LayoutFrame {
  readonly type: 'unknown';
  readonly source: Uint8Array;
}

/** One path of a package. */
export type LayoutEntry = RegularEntry | SymlinkEntry | BareEntry | UnknownEntry;

/** A layout entry as it was read, with what only the bytes know. */
export interface LayoutRecord {
  readonly entry: LayoutEntry;
  readonly typeId: number;
  readonly tag: number;
  readonly sourceLengthBytes: number;
  readonly targetLengthBytes: number;
  readonly sourceNulCount: number;
  readonly targetNulCount: number;
  readonly plainOffset: number;
}
