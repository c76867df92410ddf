import { decodeIndex, formatDependency, type StonePackage } from '@cairn/stone';
import { createHash } from 'node:crypto';
import { type World, ARCHITECTURE, CHANNEL, STREAM } from '../actions/world.js';
import { clientCodec } from './codec.js';

interface RootIndex {
  readonly streams: Readonly<Record<string, { readonly history: string }>>;
  readonly history: Readonly<Record<string, unknown>>;
}

/** A package as a client finds it. */
export interface FoundPackage {
  readonly name: string;
  /** `version-sourceRelease-buildRelease` */
  readonly release: string;
  readonly source: string;
  readonly depends: readonly string[];
  readonly url: string;
  readonly sha256: string;
}

/** The version that the stream points to, and every version that clients may still ask for. */
export async function histories(
  world: World,
): Promise<{ readonly current: string; readonly all: readonly string[] }> {
  const text = await get(`${world.stack.vesselUrl}/${CHANNEL}/moss-root-index.json`);
  const root = JSON.parse(new TextDecoder().decode(text)) as RootIndex;
  return { current: root.streams[STREAM]?.history ?? '', all: Object.keys(root.history) };
}

/** The packages of a version (the stream's when left out), read as a client reads them. */
export async function packagesIn(
  world: World,
  history?: string,
): Promise<ReadonlyMap<string, FoundPackage>> {
  const version = history ?? (await histories(world)).current;
  const indexUrl = `${world.stack.vesselUrl}/${CHANNEL}/history/${version}/${ARCHITECTURE}/stone.index`;
  const decoded = decodeIndex(await get(indexUrl), await clientCodec());
  if (!decoded.ok) throw new Error(`${indexUrl}: ${decoded.error.message}`);
  return new Map(decoded.value.map((item) => [item.name, foundPackage(item, indexUrl)]));
}

/** Fetches a package and holds it against the hash in the index. */
export async function download(item: FoundPackage): Promise<Uint8Array> {
  const bytes = await get(item.url);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== item.sha256) throw new Error(`${item.url} has the hash ${sha256}`);
  return bytes;
}

function foundPackage(item: StonePackage, indexUrl: string): FoundPackage {
  return {
    name: item.name,
    release: `${item.version}-${item.sourceRelease}-${item.buildRelease}`,
    source: item.sourceId,
    depends: item.depends.map(formatDependency),
    url: new URL(item.uri ?? '', indexUrl).href,
    sha256: item.hash ?? '',
  };
}

async function get(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
