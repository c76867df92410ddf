import { compareText } from '@cairn/stone';
import { link } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Channel } from '../channels/channel.store.js';
import type { ChannelVersion, VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import { joinIndexBlocks } from '../pool/domain/index-block.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import { DurableBatch, hasCode } from '../pool/durable-files.js';
import type { PackageStore } from '../pool/package.store.js';
import type { ChannelLayout } from './channel-layout.js';

/** Puts the files of a version into the public folder: packages first, then the index of each architecture. Doing it again is harmless. */
export class VersionFiles {
  constructor(
    private readonly layout: ChannelLayout,
    private readonly stores: {
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly blobs: BlobStore;
    },
  ) {}

  async write(
    tx: Transaction,
    channel: Pick<Channel, 'name'>,
    version: ChannelVersion,
  ): Promise<void> {
    const batch = new DurableBatch();
    try {
      await this.prepare(tx, { channel: channel.name, version, batch });
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
    for (const architecture of version.architectures) {
      const path = this.layout.packageIndex(channel, version.history, architecture);
      await batch.makeDirectory(dirname(path));
      if (parent !== null && !changed.has(architecture)) {
        const same = this.layout.packageIndex(channel, parent.history, architecture);
        if (await shareFile(same, path)) {
          batch.note(dirname(path));
          continue;
        }
      }
      const held = packages.filter((item) => item.architecture === architecture);
      await batch.write(path, await this.indexOf(tx, held));
    }
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
