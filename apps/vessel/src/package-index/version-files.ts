import { compareText } from '@cairn/stone';
import { sha256OfBytes } from '@cairn/stone-files';
import { access, link, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Channel } from '../channels/channel.store.js';
import type { ChannelVersion, VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import { joinIndexBlocks } from '../pool/domain/index-block.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import { DurableBatch, hasCode } from '../pool/durable-files.js';
import type { PackageStore } from '../pool/package.store.js';
import type { ChannelLayout } from './channel-layout.js';
import type { RepositorySigner } from './repository-signer.js';

interface IndexFacts {
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Puts the files of a version into the public folder: packages first, then the index of each architecture. Doing it again is harmless. */
export class VersionFiles {
  constructor(
    private readonly layout: ChannelLayout,
    private readonly stores: {
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly blobs: BlobStore;
      readonly signer: RepositorySigner;
      readonly drafts: DraftNames;
    },
  ) {}

  async write(
    tx: Transaction,
    channel: Pick<Channel, 'name'>,
    version: ChannelVersion,
  ): Promise<void> {
    const batch = new DurableBatch(this.stores.drafts);
    try {
      await this.prepare(tx, { channel: channel.name, version, batch });
      await batch.commit();
    } finally {
      await batch.abandon();
    }
  }

  /** Makes the index files of a version again that were put away. */
  async bringBack(
    tx: Transaction,
    channel: Pick<Channel, 'name'>,
    version: Pick<ChannelVersion, 'id' | 'history' | 'architectures'>,
  ): Promise<void> {
    for (const architecture of version.architectures) {
      const path = this.layout.packageIndex(channel.name, version.history, architecture);
      if (await isThere(path)) continue;
      const packages = await this.stores.versions.packagesOf(tx, version.id);
      const held = packages.filter((item) => item.architecture === architecture);
      await this.writeIndex(tx, path, held);
    }
  }

  private async writeIndex(
    tx: Transaction,
    path: string,
    held: readonly PoolPackage[],
  ): Promise<void> {
    const batch = new DurableBatch(this.stores.drafts);
    try {
      await batch.makeDirectory(dirname(path));
      await batch.write(path, await this.indexOf(tx, held));
      await batch.commit();
    } finally {
      await batch.abandon();
    }
  }

  /** Signs a version's manifest with the keys of today, unless they all have. */
  async renewSignature(channel: string, history: number): Promise<void> {
    const { signer } = this.stores;
    const path = this.layout.manifestSignature(channel, history);
    const manifest = await readFile(this.layout.manifest(channel, history)).catch(() => undefined);
    const present = await readFile(path).catch(() => undefined);
    if (manifest === undefined || signer.hasSigned(present)) return;
    const batch = new DurableBatch(this.stores.drafts);
    try {
      await batch.write(path, signer.manifestSignature(manifest));
      await batch.commit();
    } finally {
      await batch.abandon();
    }
  }

  private async prepare(
    tx: Transaction,
    what: {
      readonly channel: string;
      readonly version: ChannelVersion;
      readonly batch: DurableBatch;
    },
  ): Promise<void> {
    const { channel, version, batch } = what;
    const { versions, blobs } = this.stores;
    for (const item of await versions.packagesPutBy(tx, version.id)) {
      await blobs.placeAt(this.layout.poolFile(channel, item.poolPath), item.sha256, batch);
    }
    const changed = await versions.architecturesChangedBy(tx, version.id);
    const parent = version.parentId === null ? null : await versions.find(tx, version.parentId);
    const packages = await versions.packagesOf(tx, version.id);
    versions.remember(
      version.id,
      packages.map(({ id }) => id),
    );
    const indexes: IndexFacts[] = [];
    for (const architecture of version.architectures) {
      const path = this.layout.packageIndex(channel, version.history, architecture);
      await batch.makeDirectory(dirname(path));
      if (parent !== null && !changed.has(architecture)) {
        const same = this.layout.packageIndex(channel, parent.history, architecture);
        if (await shareFile(same, path)) {
          batch.note(dirname(path));
          indexes.push({ architecture, ...(await fileFacts(path)) });
          continue;
        }
      }
      const held = packages.filter((item) => item.architecture === architecture);
      const bytes = await this.indexOf(tx, held);
      await batch.write(path, bytes);
      indexes.push({ architecture, ...factsOf(bytes) });
    }
    await this.addManifest({ channel, version, indexes, batch });
  }

  /** Published versions are described and, where there are keys, signed. */
  private async addManifest(what: {
    readonly channel: string;
    readonly version: ChannelVersion;
    readonly indexes: readonly IndexFacts[];
    readonly batch: DurableBatch;
  }): Promise<void> {
    const { channel, version, indexes, batch } = what;
    if (version.kind !== 'published') return;
    const { history, createdAt } = version;
    const manifest = { format: 1, channel, history: String(history), createdAt, indexes };
    const bytes = Buffer.from(`${JSON.stringify(manifest)}\n`);
    await batch.write(this.layout.manifest(channel, history), bytes);
    if (!this.stores.signer.isOn) return;
    const signature = this.stores.signer.manifestSignature(bytes);
    await batch.write(this.layout.manifestSignature(channel, history), signature);
  }

  private async indexOf(tx: Transaction, items: readonly PoolPackage[]): Promise<Uint8Array> {
    const blocks = await this.stores.packages.blocksOf(
      tx,
      items.map(({ id }) => id),
    );
    const sorted = [...items].sort(
      (a, b) => compareText(a.sourceId, b.sourceId) || compareText(a.name, b.name),
    );
    return joinIndexBlocks(sorted.flatMap(({ id }) => blocks.get(id) ?? []));
  }
}

/** Whether one file can serve both places: not when the other is not there; one that is there already is written anew. */
async function shareFile(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT', 'EMLINK'].some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function fileFacts(path: string) {
  return factsOf(await readFile(path));
}

function factsOf(bytes: Uint8Array) {
  return { sizeBytes: bytes.byteLength, sha256: sha256OfBytes(bytes) };
}
