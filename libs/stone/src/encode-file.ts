import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { encodeContentRanges } from './content-ranges.js';
import type { DecodedRecords } from './decoded-payload.js';
import { encodeLayoutEntries } from './encode-layout.js';
import { encodeMetaRecords } from './encode-meta.js';
import { concatenate, encodePayload, type PlainPayload } from './encode-payload.js';
import { encodeHeader, type FileType } from './header.js';
import { PAYLOADS_MAX } from './limits.js';
import { refuse, type StoneError } from './stone-error.js';

const NOWHERE = { offset: 0 };

/** The payloads of a file in their order; Content as plain bytes. */
export type FilePayload =
  | Exclude<DecodedRecords, { readonly kind: 'content' | 'skipped' | 'attributes' }>
  | { readonly kind: 'content'; readonly plain: Uint8Array };

/** Writes a file that fits into memory, payloads and records in the order given, by the current writer’s rules. */
export function encodeFile(
  file: {
    readonly fileType: Exclude<FileType, 'unknown'>;
    readonly payloads: readonly FilePayload[];
  },
  codec: Codec,
): Result<Uint8Array, StoneError> {
  const { fileType, payloads } = file;
  if (payloads.length > PAYLOADS_MAX) {
    const counts = { expected: `≤ ${PAYLOADS_MAX}`, found: payloads.length };
    return refuse('stone.too-many-payloads', NOWHERE, counts);
  }
  const parts = [encodeHeader({ fileType, payloadCount: payloads.length })];
  for (const payload of payloads) {
    const plain = plainPayload(payload);
    if (!plain.ok) return plain;
    parts.push(encodePayload(plain.value, codec));
  }
  return ok(concatenate(parts));
}

function plainPayload(payload: FilePayload): Result<PlainPayload, StoneError> {
  if (payload.kind === 'content')
    return ok({ kind: 'content', recordCount: 0, plain: payload.plain });
  const recordCount = payload.records.length;
  if (recordCount === 0) return refuse('stone.payload-empty', NOWHERE, { found: payload.kind });
  switch (payload.kind) {
    case 'meta':
      return withPlain({ kind: 'meta', recordCount }, encodeMetaRecords(payload.records));
    case 'layout': {
      const entries = payload.records.map(({ entry }) => entry);
      return withPlain({ kind: 'layout', recordCount }, encodeLayoutEntries(entries));
    }
    case 'index':
      return ok({ kind: 'index', recordCount, plain: encodeContentRanges(payload.records) });
  }
}

function withPlain(
  payload: Omit<PlainPayload, 'plain'>,
  plain: Result<Uint8Array, StoneError>,
): Result<PlainPayload, StoneError> {
  return plain.ok ? ok({ ...payload, plain: plain.value }) : plain;
}
