import { decodeIndex, formatDependency, type StonePackage } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { createHash } from 'node:crypto';

interface RootIndex {
  readonly streams: Readonly<Record<string, { readonly history: string }>>;
  readonly history: Readonly<Record<string, unknown>>;
}

/** What a client finds in a channel. */
export interface Installable {
  readonly packages: readonly StonePackage[];
  /** What would keep it from installing something. */
  readonly faults: readonly string[];
}

/**
 * Goes the way of a client: root index, the version's index, then every package by its hash. Says what is wrong,
 * dependencies between our own packages included.
 */
export async function readChannel(
  repositoryUrl: string,
  channel: string,
  stream: string,
  architecture: string,
): Promise<Installable> {
  const base = `${repositoryUrl.replace(/\/$/, '')}/${channel}`;
  const root = JSON.parse(
    new TextDecoder().decode(await get(`${base}/moss-root-index.json`)),
  ) as RootIndex;
  const history = root.streams[stream]?.history;
  if (history === undefined || root.history[history] === undefined)
    return { packages: [], faults: [`the stream ${stream} points nowhere`] };
  const indexUrl = `${base}/history/${history}/${architecture}/stone.index`;
  const decoded = decodeIndex(await get(indexUrl), await loadCodec());
  if (!decoded.ok) return { packages: [], faults: [`${indexUrl}: ${decoded.error.message}`] };
  const faults: string[] = [];
  for (const item of decoded.value) {
    const bytes = await get(new URL(item.uri ?? '', indexUrl).href);
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (hash !== item.hash || bytes.byteLength !== item.sizeBytes)
      faults.push(`${item.name}: its file is not the one in the index`);
  }
  return { packages: decoded.value, faults: [...faults, ...missingNames(decoded.value)] };
}

/** Dependencies by name, soname or program on packages that should be ours; the host's own are not in the channel. */
function missingNames(packages: readonly StonePackage[]): string[] {
  const names = new Set(packages.map((item) => item.name));
  const sources = new Set(packages.map((item) => item.sourceId));
  return packages.flatMap((item) =>
    item.depends
      .filter((need) => need.kind === 'name' && sources.has(need.name) && !names.has(need.name))
      .map((need) => `${item.name} needs ${formatDependency(need)}, which is not there`),
  );
}

async function get(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
