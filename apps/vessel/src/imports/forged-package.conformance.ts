// Packages that no honest writer makes: valid around the one thing that is wrong.
import { xxhash3 } from 'hash-wasm';
import { createHash } from 'node:crypto';
import type { BuiltPackage } from '../control/vessel-world.conformance.js';

const HEADER_SIZE_BYTES = 32;
const META_KIND = 1;
const LAYOUT_KIND = 3;
const UNCOMPRESSED = 1;
const SYMLINK = { type: 2, mode: 0o120_777 } as const;
const DIRECTORY = { type: 3, mode: 0o040_700 } as const;

/** An entry that needs no content. */
export interface ForgedEntry {
  readonly path: string;
  /** Where a symlink leads; without it the entry is a directory. */
  readonly leadsTo?: string;
}

/** The same package with other paths, and with the size and hash that it then has. */
export async function withEntries(
  built: BuiltPackage,
  entries: readonly ForgedEntry[],
): Promise<BuiltPackage> {
  const header = Buffer.from(built.bytes.subarray(0, HEADER_SIZE_BYTES));
  header.writeUInt16BE(2, 4);
  const meta = Buffer.from(built.bytes.subarray(HEADER_SIZE_BYTES));
  if (meta[30] !== META_KIND) throw new Error('Meta does not come first.');
  const metaEnd = HEADER_SIZE_BYTES + Number(meta.readBigUInt64BE(0));
  const records = Buffer.concat(entries.map(recordOf));
  const layout = Buffer.alloc(HEADER_SIZE_BYTES);
  layout.writeBigUInt64BE(BigInt(records.length), 0);
  layout.writeBigUInt64BE(BigInt(records.length), 8);
  layout.write(await xxhash3(records), 16, 'hex');
  layout.writeUInt32BE(entries.length, 24);
  layout.writeUInt16BE(1, 28);
  layout[30] = LAYOUT_KIND;
  layout[31] = UNCOMPRESSED;
  return withBytes(built, Buffer.concat([header, meta.subarray(0, metaEnd), layout, records]));
}

/** The announcement of a package with other bytes, truthful about their size and hash. */
export function withBytes(built: BuiltPackage, bytes: Uint8Array): BuiltPackage {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const collectable = { ...built.collectable, sha256, sizeBytes: bytes.byteLength };
  return { ...built, bytes, collectable };
}

function recordOf({ path, leadsTo }: ForgedEntry): Buffer {
  const { type, mode } = leadsTo === undefined ? DIRECTORY : SYMLINK;
  const [source, target] = [Buffer.from(leadsTo ?? ''), Buffer.from(path)];
  const fixed = Buffer.alloc(HEADER_SIZE_BYTES);
  fixed.writeUInt32BE(mode, 8);
  fixed.writeUInt16BE(source.length, 16);
  fixed.writeUInt16BE(target.length, 18);
  fixed[20] = type;
  return Buffer.concat([fixed, source, target]);
}
