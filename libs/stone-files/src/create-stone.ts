import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Result } from '@cairn/std';
import {
  encodeContentRanges,
  encodeHeader,
  encodeLayoutEntries,
  encodeMetaBlock,
  encodePayload,
  encodePayloadHeader,
  PAYLOAD_HEADER_SIZE_BYTES,
  type Codec,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from './codec.js';
import { lookUpEntries, walkTree } from './collect-entries.js';
import { writeAt, writeContent } from './content-writer.js';
import { sha256OfFile } from './file-hash.js';
import { contentPieces, planPackage, type PackagePlan } from './package-plan.js';
import { asResult, orRefuse } from './stone-refusal.js';
import { syncDirectory } from './write-file-durably.js';

const PARTIAL_SUFFIX = '.partial';

/** What to pack and where to write it. */
export interface StoneOrder {
  readonly package: StonePackage;
  /** Directory that holds `usr/…`. */
  readonly root: string;
  /** Paths below `usr` to pack; without it, everything below `usr`. */
  readonly files?: readonly string[];
  /** Path of the file to write; its directory must exist. */
  readonly out: string;
}

/** The file that was written; `paths` are its layout targets below /usr, sorted. */
export interface CreatedStone {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly paths: readonly string[];
}

/**
 * Packs files into a stone. The same input gives the same bytes: no times, owners 0, paths sorted. The file appears
 * under its name only when it is complete.
 */
export function createStone(order: StoneOrder): Promise<Result<CreatedStone, StoneError>> {
  return asResult('stone.write-failed', async () => {
    const codec = await loadCodec();
    const { files, root, out } = order;
    const entries = files === undefined ? await walkTree(root) : await lookUpEntries(root, files);
    const plan = await planPackage(entries);
    const partial = `${out}${PARTIAL_SUFFIX}`;
    try {
      await writeStone(partial, order.package, plan, codec);
      const sha256 = await sha256OfFile(partial);
      const { size } = await stat(partial);
      await rename(partial, out);
      await syncDirectory(dirname(out));
      return { path: out, sizeBytes: size, sha256, paths: plan.layout.map(({ target }) => target) };
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  });
}

async function writeStone(
  path: string,
  stonePackage: StonePackage,
  plan: PackagePlan,
  codec: Codec,
): Promise<void> {
  const records = recordPayloads(stonePackage, plan, codec);
  const hasContent = plan.content.length > 0;
  const payloadCount = records.length + (hasContent ? 1 : 0);
  const head = Buffer.concat([encodeHeader({ fileType: 'binary', payloadCount }), ...records]);
  const handle = await open(path, 'w');
  try {
    await writeAt(handle, head, 0);
    if (hasContent) await writeContentPayload(handle, head.byteLength, plan);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The Content’s header can be written only once its stored size is known. */
async function writeContentPayload(
  handle: FileHandle,
  headerOffset: number,
  plan: PackagePlan,
): Promise<void> {
  const written = await writeContent(handle, headerOffset + PAYLOAD_HEADER_SIZE_BYTES, {
    pieces: contentPieces(plan),
    plainSizeBytes: plan.contentSizeBytes,
  });
  const header = encodePayloadHeader({
    kind: 'content',
    plainSizeBytes: plan.contentSizeBytes,
    recordCount: 0,
    ...written,
  });
  await writeAt(handle, header, headerOffset);
}

function recordPayloads(
  stonePackage: StonePackage,
  { layout, content }: PackagePlan,
  codec: Codec,
): Uint8Array[] {
  const payloads = [orRefuse(encodeMetaBlock(stonePackage, 'package', codec))];
  if (layout.length > 0) {
    const plain = orRefuse(encodeLayoutEntries(layout));
    payloads.push(encodePayload({ kind: 'layout', recordCount: layout.length, plain }, codec));
  }
  if (content.length > 0) {
    const plain = encodeContentRanges(content.map(({ range }) => range));
    payloads.push(encodePayload({ kind: 'index', recordCount: content.length, plain }, codec));
  }
  return payloads;
}
