import { tileContent, type ContentRange } from './content-ranges.js';
import type { DecodedPayload, DecodedRecords } from './decoded-payload.js';
import { DEPENDENCY_KINDS } from './dependency.js';
import { toHex } from './hex.js';
import type { LayoutRecord } from './layout-record.js';
import { metaTagName, metaTypeName, type MetaRecord } from './meta-record.js';

/** A plain object for `inspect`, printed as JSON. */
export type Description = Readonly<Record<string, unknown>>;

/** The records of a payload as `cairn stone inspect --json` prints them. */
export function describeRecords(body: DecodedRecords): readonly Description[] {
  switch (body.kind) {
    case 'meta':
      return body.records.map(describeMeta);
    case 'layout':
      return body.records.map(describeLayout);
    case 'index':
      return body.records.map(({ start, end, digest }) => ({ start, end, digest }));
    case 'attributes':
      return body.records.map(({ key, value }) => ({ key: toHex(key), value: toHex(value) }));
    case 'content':
    case 'skipped':
      return [];
  }
}

/** What Layout, Index and Content of a package say about each other. */
export function describeCross(payloads: readonly DecodedPayload[]): Description {
  const content = payloads.find(({ body }) => body.kind === 'content')?.slot;
  const ranges = payloads.flatMap(({ body }) => (body.kind === 'index' ? body.records : []));
  const layout = payloads.flatMap(({ body }) => (body.kind === 'layout' ? body.records : []));
  return {
    index_in_file_order: isInFileOrder(ranges),
    index_tiles_content: tileContent(ranges, content?.plainSizeBytes ?? 0, { offset: 0 }).ok,
    index_unreferenced: unreferenced(ranges, layout),
    payload_order: payloads.map(({ slot }) => slot.kind),
    sizes_descending: ranges.every(
      (range, at) => at === 0 || sizeOf(range) <= sizeOf(ranges[at - 1] ?? range),
    ),
  };
}

function isInFileOrder(ranges: readonly ContentRange[]): boolean {
  return ranges.every(({ start }, at) => start === (ranges[at - 1]?.end ?? 0));
}

function sizeOf({ start, end }: ContentRange): number {
  return end - start;
}

function unreferenced(
  ranges: readonly ContentRange[],
  layout: readonly LayoutRecord[],
): readonly string[] {
  const used = new Set(layout.map(({ entry }) => (entry.type === 'regular' ? entry.digest : '')));
  return ranges.map(({ digest }) => digest).filter((digest) => !used.has(digest));
}

function describeMeta(record: MetaRecord): Description {
  const frame = {
    tag: metaTagName(record.tagId) ?? 'unknown',
    tag_id: record.tagId,
    type_id: record.typeId,
    length: record.lengthBytes,
    type: metaTypeName(record.typeId) ?? 'unknown',
  };
  switch (record.form) {
    case 'text':
      return { ...frame, value: record.text, nul: record.nulCount };
    case 'integer':
      return { ...frame, value: exactNumber(record.integer) };
    case 'raw':
      return { ...frame, value: toHex(record.bytes) };
    case 'capability': {
      const kind = DEPENDENCY_KINDS[record.kindId] ?? 'unknown';
      const value = { value: record.name, nul: record.nulCount, text: `${kind}(${record.name})` };
      return { ...frame, kind_id: record.kindId, kind, ...value };
    }
  }
}

function describeLayout(record: LayoutRecord): Description {
  const { entry } = record;
  const frame = {
    uid: entry.uid,
    gid: entry.gid,
    mode: entry.mode,
    mode_octal: entry.mode.toString(8),
    tag: record.tag,
    type_id: record.typeId,
    type: entry.type,
    source_len: record.sourceLengthBytes,
    target_len: record.targetLengthBytes,
    target: entry.target,
    target_nul: record.targetNulCount,
  };
  if (entry.type === 'regular') return { ...frame, digest: entry.digest };
  if (entry.type === 'symlink')
    return { ...frame, source: entry.link, source_nul: record.sourceNulCount };
  return entry.type === 'unknown' ? { ...frame, source: toHex(entry.source) } : frame;
}

/** A JSON number where it is exact, a decimal text otherwise. */
function exactNumber(integer: bigint): number | string {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : String(integer);
}
