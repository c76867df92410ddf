// The container format as its specification tells it, and nothing else: whatever this reads was not checked by the
// code that wrote it. Nothing here may import a reader of ours.
import { xxhash128, xxhash3 } from 'hash-wasm';
import { constants, zstdDecompressSync } from 'node:zlib';

const HEADER_SIZE_BYTES = 32;
const MAGIC = '006d6f73';
const INTEGRITY = '000001000002000003000004000005000006000007';
const WINDOW_LOG_MAX = 31;

export const FILE_TYPE = { package: 1, index: 3 } as const;
export const PAYLOAD_KIND = { meta: 1, content: 2, layout: 3, index: 4 } as const;

const CAPABILITY_KINDS = [
  'name',
  'soname',
  'pkgconfig',
  'interpreter',
  'cmake',
  'python',
  'binary',
  'sysbinary',
  'pkgconfig32',
] as const;

/** A payload, unpacked. */
export interface Payload {
  readonly kind: number;
  readonly recordCount: number;
  readonly plain: Buffer;
}

/** A package as its Meta records describe it; the last three only in an index. */
export interface Description {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly buildRelease: number;
  readonly architecture: string;
  readonly sourceId: string;
  readonly licenses: readonly string[];
  /** As text, such as `soname(libc.so.6(x86_64))`. */
  readonly depends: readonly string[];
  /** The name of the package itself included. */
  readonly provides: readonly string[];
  readonly uri: string;
  readonly hash: string;
  readonly sizeBytes: number;
}

interface Entry {
  readonly path: string;
  readonly type: number;
  readonly source: Buffer;
}

/** Unpacks a file of this type. Throws when any byte is not what the specification wants. */
export async function readPayloads(bytes: Buffer, fileType: number): Promise<Payload[]> {
  must(bytes.length >= HEADER_SIZE_BYTES, 'shorter than a header');
  must(bytes.toString('hex', 0, 4) === MAGIC, 'wrong magic');
  must(bytes.readUInt32BE(28) === 1, 'wrong version');
  must(bytes.toString('hex', 6, 27) === INTEGRITY, 'wrong integrity bytes');
  must(bytes[27] === fileType, `file type ${bytes[27]}`);
  const payloads: Payload[] = [];
  let at = HEADER_SIZE_BYTES;
  for (let left = bytes.readUInt16BE(4); left > 0; left -= 1) {
    const header = bytes.subarray(at, at + HEADER_SIZE_BYTES);
    must(header.length === HEADER_SIZE_BYTES, 'cut payload header');
    const storedSize = Number(header.readBigUInt64BE(0));
    const plainSize = Number(header.readBigUInt64BE(8));
    const stored = bytes.subarray(at + HEADER_SIZE_BYTES, at + HEADER_SIZE_BYTES + storedSize);
    must(stored.length === storedSize, 'cut payload');
    must((await xxhash3(stored)) === header.toString('hex', 16, 24), 'wrong checksum');
    must(header.readUInt16BE(28) === 1, 'wrong payload version');
    const plain = unpacked(stored, plainSize, header.readUInt8(31));
    payloads.push({ kind: header.readUInt8(30), recordCount: header.readUInt32BE(24), plain });
    at += HEADER_SIZE_BYTES + storedSize;
  }
  must(at === bytes.length, 'bytes after the last payload');
  return payloads;
}

function unpacked(stored: Buffer, plainSize: number, compression: number): Buffer {
  must(compression === 1 || compression === 2, 'unknown compression');
  const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX };
  const plain = compression === 1 ? stored : zstdDecompressSync(stored, { params });
  must(plain.length === plainSize, 'wrong plain size');
  return plain;
}

/** What a Meta payload says of its package. */
export function describe({ plain, recordCount }: Payload): Description {
  const texts = new Map<number, string[]>();
  const numbers = new Map<number, number>();
  const provides: string[] = [];
  const depends: string[] = [];
  let at = 0;
  for (let left = recordCount; left > 0; left -= 1) {
    const length = plain.readUInt32BE(at);
    const tag = plain.readUInt16BE(at + 4);
    const type = plain.readUInt8(at + 6);
    const value = plain.subarray(at + 8, at + 8 + length);
    must(value.length === length, 'cut record');
    at += 8 + length;
    if (type === 9) texts.set(tag, [...(texts.get(tag) ?? []), textOf(value)]);
    if (type === 8) numbers.set(tag, Number(value.readBigUInt64BE(0)));
    if (type === 10) depends.push(capabilityOf(value));
    if (type === 11 && tag === 9) provides.push(capabilityOf(value));
  }
  must(at === plain.length, 'bytes after the last record');
  const text = (tag: number) => texts.get(tag)?.[0] ?? fail(`no record with tag ${tag}`);
  const number = (tag: number) => numbers.get(tag) ?? fail(`no record with tag ${tag}`);
  for (const required of [4, 5, 6]) text(required);
  return {
    name: text(1),
    version: text(3),
    release: number(11),
    buildRelease: number(13),
    architecture: text(2),
    sourceId: text(7),
    licenses: texts.get(12) ?? [],
    depends,
    provides: [...provides, `name(${text(1)})`],
    uri: texts.get(14)?.[0] ?? '',
    hash: texts.get(15)?.[0] ?? '',
    sizeBytes: numbers.get(16) ?? -1,
  };
}

/** Reads a whole package: each regular file that it lists is in its Content, with the right digest. Returns the paths below /usr. */
export async function readPackage(
  bytes: Buffer,
): Promise<{ readonly description: Description; readonly paths: readonly string[] }> {
  const payloads = await readPayloads(bytes, FILE_TYPE.package);
  const only = (kind: number) => {
    const found = payloads.filter((payload) => payload.kind === kind);
    must(found.length <= 1, `two payloads of kind ${kind}`);
    return found[0];
  };
  const meta = only(PAYLOAD_KIND.meta) ?? fail('no Meta');
  const layout = only(PAYLOAD_KIND.layout);
  const entries = layout === undefined ? [] : entriesOf(layout);
  const digests = await digestsOf(only(PAYLOAD_KIND.index), only(PAYLOAD_KIND.content));
  for (const { type, source, path } of entries) {
    if (type === 1) must(digests.has(source.toString('hex')), `${path} has no content`);
  }
  return { description: describe(meta), paths: entries.map(({ path }) => path) };
}

function entriesOf({ plain, recordCount }: Payload): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (let left = recordCount; left > 0; left -= 1) {
    const sourceEnd = at + 32 + plain.readUInt16BE(at + 16);
    const end = sourceEnd + plain.readUInt16BE(at + 18);
    const type = plain.readUInt8(at + 20);
    const path = textOf(plain.subarray(sourceEnd, end));
    must(/^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$))/.test(path), `${path} is no path below /usr`);
    entries.push({ path, type, source: plain.subarray(at + 32, sourceEnd) });
    at = end;
  }
  must(at === plain.length, 'bytes after the last entry');
  return entries;
}

async function digestsOf(index?: Payload, content?: Payload): Promise<ReadonlySet<string>> {
  const digests = new Set<string>();
  let covered = 0;
  for (let at = 0; at < (index?.plain.length ?? 0); at += 32) {
    const record = index?.plain.subarray(at, at + 32) ?? Buffer.alloc(0);
    const [start, end] = [Number(record.readBigUInt64BE(0)), Number(record.readBigUInt64BE(8))];
    must(start === covered && end >= start, 'the Index does not tile the Content');
    const digest = record.toString('hex', 16);
    must((await xxhash128(content?.plain.subarray(start, end) ?? '')) === digest, 'wrong digest');
    digests.add(digest);
    covered = end;
  }
  must(covered === (content?.plain.length ?? 0), 'bytes of the Content belong to no file');
  return digests;
}

function capabilityOf(value: Buffer): string {
  const kind = CAPABILITY_KINDS[value.readUInt8(0)] ?? fail('unknown kind of capability');
  return `${kind}(${textOf(value.subarray(1))})`;
}

function textOf(value: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(value).replace(/\0+$/, '');
}

function must(condition: boolean, fault: string): asserts condition {
  if (!condition) fail(fault);
}

function fail(fault: string): never {
  throw new Error(`Not as specified: ${fault}.`);
}
