import { rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Result } from '@cairn/std';
import {
  checkPayloadHeader,
  encodeContentRanges,
  encodeHeader,
  encodeLayoutEntries,
  encodeMetaBlock,
  encodePayload,
  encodePayloadHeader,
  HEADER_SIZE_BYTES,
  PAYLOAD_HEADER_SIZE_BYTES,
  payloadEnd,
  readPayloadSlot,
  RecordBudget,
  type Codec,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from './codec.js';
import { lookUpEntries, walkTree } from './collect-entries.js';
import { writeAt, writeContent } from './content-writer.js';
import { sha256OfFile } from './file-hash.js';
import { contentPieces, planPackage, type PackagePlan } from './package-plan.js';
import type { OnProgress } from './progress.js';
import { asResult, orRefuse, orUnreadable } from './stone-refusal.js';
import { openNew, syncDirectory } from './write-file-durably.js';

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
  /** Told in plain bytes of the Content, while it is compressed. */
  readonly onProgress?: OnProgress;
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
    const plan = await orUnreadable(async () =>
      planPackage(files === undefined ? await walkTree(root) : await lookUpEntries(root, files)),
    );
    const partial = `${out}${PARTIAL_SUFFIX}`;
    try {
      await writeStone(partial, order, plan, codec);
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
  order: StoneOrder,
  plan: PackagePlan,
  codec: Codec,
): Promise<void> {
  const records = recordPayloads(order.package, plan, codec);
  const hasContent = plan.content.length > 0;
  const payloadCount = records.length + (hasContent ? 1 : 0);
  const head = Buffer.concat([encodeHeader({ fileType: 'binary', payloadCount }), ...records]);
  const handle = await openNew(path);
  try {
    await writeAt(handle, head, 0);
    if (hasContent) await writeContentPayload(handle, head.byteLength, { plan, ...order });
    checkReadable(head, (await handle.stat()).size, payloadCount - (hasContent ? 1 : 0));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The Content’s header can be written only once its stored size is known. */
async function writeContentPayload(
  handle: FileHandle,
  headerOffset: number,
  { plan, onProgress }: { readonly plan: PackagePlan; readonly onProgress?: OnProgress },
): Promise<void> {
  const written = await writeContent(handle, headerOffset + PAYLOAD_HEADER_SIZE_BYTES, {
    pieces: contentPieces(plan, onProgress),
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

/** Nobody may write what nobody would read: more paths than a file of this size may hold. */
function checkReadable(head: Uint8Array, fileSizeBytes: number, recordPayloadCount: number): void {
  const budget = new RecordBudget(fileSizeBytes);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let headerOffset = HEADER_SIZE_BYTES;
  for (let payload = 0; payload < recordPayloadCount; payload++) {
    const at = { viewOffset: headerOffset, payload, headerOffset };
    const slot = orRefuse(readPayloadSlot(view, at, fileSizeBytes));
    orRefuse(checkPayloadHeader(slot, 'strict'));
    orRefuse(budget.take(slot, 'strict'));
    headerOffset = payloadEnd(slot);
  }
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
