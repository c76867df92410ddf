// What tests do with a running vessel: have things built, imported and published, and read as a client reads.
import { changeSetPublish, channelEnsure, importStart } from '@cairn/contracts';
import { decodeIndex, type StonePackage } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  outcomeOf,
  publicationOf,
  type BuiltPackage,
  type TestBuilder,
  type World,
} from './vessel-world.conformance.js';

type Architecture = 'x86_64' | 'aarch64';

export interface RootIndex {
  streams: Record<string, { history: string }>;
  tags: Record<string, { history: string }>;
  history: Record<string, unknown>;
}

export interface Ordered {
  readonly channel: string;
  readonly changeSetId: string;
  readonly builds: readonly BuiltPackage[];
  readonly from?: TestBuilder;
  readonly importId?: string;
}

/** The parties are asked for each time, for they may be started anew. */
export function publisher(parties: {
  readonly world: () => World;
  readonly vessel: () => Awaited<ReturnType<World['start']>>;
  readonly builder: () => TestBuilder;
}) {
  let channels = 0;

  async function newChannel(...architectures: Architecture[]): Promise<string> {
    channels += 1;
    const channel = `channel-${channels}`;
    const wanted = architectures.length === 0 ? (['x86_64'] as const) : architectures;
    await parties.world().summit.request(channelEnsure, { channel, architectures: [...wanted] });
    return channel;
  }

  async function order(what: Ordered): Promise<string> {
    const {
      channel,
      changeSetId,
      builds,
      from = parties.builder(),
      importId = randomUUID(),
    } = what;
    const [first] = builds;
    if (first === undefined) throw new Error('nothing built');
    for (const { collectable, bytes } of builds) {
      if (!from.artefacts.has(collectable.sha256)) from.artefacts.set(collectable.sha256, bytes);
    }
    const { sourceId: source, version, sourceRelease, buildRelease } = first.description;
    await parties.world().summit.request(importStart, {
      importId,
      changeSetId,
      channel,
      builderId: from.id,
      expected: {
        source,
        version,
        sourceRelease,
        buildRelease,
        architecture: first.description.architecture as Architecture,
      },
      collectables: builds.map(({ collectable }) => collectable),
    });
    return importId;
  }

  async function publish(channel: string, builds: readonly BuiltPackage[], stream = 'volatile') {
    const changeSetId = randomUUID();
    const importId = await order({ channel, changeSetId, builds });
    expect(await outcomeOf(parties.world(), importId)).toMatchObject({ kind: 'staged' });
    await parties.world().summit.request(changeSetPublish, { changeSetId, channel, stream });
    return publicationOf(parties.world(), changeSetId);
  }

  const publicFile = (...path: string[]) =>
    join(parties.vessel().config.dataDir, 'public', ...path);

  async function get(path: string): Promise<Buffer> {
    const response = await fetch(`${parties.vessel().url}/${path}`);
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  }

  async function rootIndex(channel: string): Promise<RootIndex> {
    return JSON.parse((await get(`${channel}/moss-root-index.json`)).toString()) as RootIndex;
  }

  async function indexAt(
    channel: string,
    history: string,
    architecture = 'x86_64',
  ): Promise<StonePackage[]> {
    const bytes = await get(`${channel}/history/${history}/${architecture}/stone.index`);
    const decoded = decodeIndex(bytes, await loadCodec(), { mode: 'strict' });
    if (!decoded.ok) throw new Error(decoded.error.code);
    return decoded.value;
  }

  /** The names and releases that a client of the stream sees. */
  async function seen(channel: string, stream = 'volatile'): Promise<string[]> {
    const root = await rootIndex(channel);
    const index = await indexAt(channel, root.streams[stream]?.history ?? '');
    return index.map((item) => `${item.name} ${item.sourceRelease}-${item.buildRelease}`);
  }

  return { newChannel, order, publish, publicFile, get, rootIndex, indexAt, seen };
}
