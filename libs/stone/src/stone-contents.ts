import { ok, type Result } from '@cairn/std';
import { tileContent, type ContentRange } from './content-ranges.js';
import type { DecodedPayload } from './decoded-payload.js';
import { HEADER_SIZE_BYTES, type StoneHeader } from './header.js';
import { indexTwin } from './index-twins.js';
import { layoutFault } from './layout-checks.js';
import type { LayoutEntry, LayoutRecord } from './layout-record.js';
import { packageFromRecords } from './package-from-records.js';
import type { MetaPurpose } from './package-records.js';
import { placeOf, type PayloadSlot } from './payload-scan.js';
import { inside, type ReadMode } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

/** A package file after its records were checked against each other; `ranges` tile the Content in order. */
export interface StoneContents {
  readonly packages: readonly StonePackage[];
  readonly layout: readonly LayoutEntry[];
  readonly ranges: readonly ContentRange[];
  readonly contentSlot?: PayloadSlot;
}

type OfKind<K> = DecodedPayload & { readonly body: { readonly kind: K } };

/** Checks what the payloads of a file say together: how many of each, references, paths and ranges. */
export function checkContents(
  header: StoneHeader,
  payloads: readonly DecodedPayload[],
  mode: ReadMode,
): Result<StoneContents, StoneError> {
  const packages = readPackages(header, payloads, mode);
  if (!packages.ok) return packages;
  const { fileType } = header;
  if (fileType === 'repository' || fileType === 'build-manifest') {
    const foreign = foreignPayload(payloads, mode);
    if (foreign !== undefined) return foreign;
    const isIndex = fileType === 'repository' && mode === 'strict';
    const error = isIndex ? indexTwin(packages.value) : undefined;
    if (error !== undefined) return { ok: false, error };
    return ok({ packages: packages.value, layout: [], ranges: [] });
  }
  const fault = wrongCounts(header, payloads);
  return fault ?? checkPackage(payloads, packages.value);
}

function checkPackage(
  payloads: readonly DecodedPayload[],
  packages: readonly StonePackage[],
): Result<StoneContents, StoneError> {
  const [layout] = payloads.filter((payload) => isOf(payload, 'layout'));
  const [index] = payloads.filter((payload) => isOf(payload, 'index'));
  const contentSlot = payloads.find(({ body }) => body.kind === 'content')?.slot;
  const records = layout?.body.kind === 'layout' ? layout.body.records : [];
  if (layout !== undefined) {
    const error = layoutFault(records, placeOf(layout.slot));
    if (error !== undefined) return { ok: false, error };
  }
  if (index !== undefined && contentSlot === undefined) {
    return refuse('stone.content-absent', placeOf(index.slot));
  }
  const ranges = index?.body.kind === 'index' ? index.body.records : [];
  const place = index?.slot ?? contentSlot;
  const tiled =
    place === undefined
      ? ok([])
      : tileContent(ranges, contentSlot?.plainSizeBytes ?? 0, placeOf(place));
  if (!tiled.ok) return tiled;
  const unknown = unknownDigest(records, ranges);
  if (unknown !== undefined && layout !== undefined) {
    const at = inside(placeOf(layout.slot), unknown.plainOffset);
    return refuse('stone.layout-digest', at, { found: JSON.stringify(unknown.entry.target) });
  }
  const entries = records.map(({ entry }) => entry);
  return ok({
    packages,
    layout: entries,
    ranges: tiled.value,
    ...(contentSlot && { contentSlot }),
  });
}

function readPackages(
  header: StoneHeader,
  payloads: readonly DecodedPayload[],
  mode: ReadMode,
): Result<readonly StonePackage[], StoneError> {
  const packages: StonePackage[] = [];
  for (const { slot, body } of payloads) {
    if (body.kind !== 'meta') continue;
    const context = { mode, place: placeOf(slot), purpose: purposeOf(header) };
    const stonePackage = packageFromRecords(body.records, context);
    if (!stonePackage.ok) return stonePackage;
    packages.push(stonePackage.value);
  }
  return ok(packages);
}

function purposeOf({ fileType }: StoneHeader): MetaPurpose {
  if (fileType === 'repository') return 'index-entry';
  return fileType === 'build-manifest' ? 'manifest-entry' : 'package';
}

function foreignPayload(
  payloads: readonly DecodedPayload[],
  mode: ReadMode,
): Result<never, StoneError> | undefined {
  if (mode === 'tolerant') return undefined;
  const foreign = payloads.find(({ body }) => body.kind !== 'meta');
  if (foreign === undefined) return undefined;
  return refuse('stone.payload-unexpected', placeOf(foreign.slot), {
    expected: 'meta',
    found: foreign.slot.kind,
  });
}

function wrongCounts(
  header: StoneHeader,
  payloads: readonly DecodedPayload[],
): Result<never, StoneError> | undefined {
  for (const kind of ['meta', 'layout', 'index', 'content'] as const) {
    const [first, second] = payloads.filter(({ body }) => body.kind === kind);
    if (second !== undefined) {
      return refuse('stone.payload-duplicate', placeOf(second.slot), { expected: `one ${kind}` });
    }
    if (kind === 'meta' && first === undefined && header.fileType === 'binary') {
      return refuse('stone.meta-absent', { offset: HEADER_SIZE_BYTES });
    }
  }
  return undefined;
}

function unknownDigest(
  records: readonly LayoutRecord[],
  ranges: readonly ContentRange[],
): LayoutRecord | undefined {
  const known = new Set(ranges.map(({ digest }) => digest));
  return records.find(({ entry }) => entry.type === 'regular' && !known.has(entry.digest));
}

function isOf<K extends DecodedPayload['body']['kind']>(
  payload: DecodedPayload,
  kind: K,
): payload is OfKind<K> {
  return payload.body.kind === kind;
}
