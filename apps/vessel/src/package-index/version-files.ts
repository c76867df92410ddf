import { compareText } from '@cairn/stone';
import { writeFileDurably } from '@cairn/stone-files';
import { link } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Channel } from '../channels/channel.store.js';
import type { ChannelVersion, VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import { joinIndexBlocks } from '../pool/domain/index-block.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import { hasCode, makeDirectoryDurably, syncDirectory } from '../pool/durable-files.js';
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
    const { versions } = this.stores;
    await this.placePackages(channel.name, await versions.packagesPutBy(tx, version.id));
    const changed = await versions.architecturesChangedBy(tx, version.id);
    const parent = version.parentId === null ? null : await versions.find(tx, version.parentId);
    const packages = await versions.packagesOf(tx, version.id);
    versions.remember(
      version.id,
      packages.map(({ id }) => id),
    );
    for (const architecture of version.architectures) {
      const path = this.layout.packageIndex(channel.name, version.history, architecture);
      await makeDirectoryDurably(dirname(path));
      if (parent !== null && !changed.has(architecture)) {
        const same = this.layout.packageIndex(channel.name, parent.history, architecture);
        if (await linkDurably(same, path)) continue;
      }
      const held = packages.filter((item) => item.architecture === architecture);
      await writeFileDurably(path, await this.indexOf(tx, held));
    }
  }

  private async placePackages(channel: string, items: readonly PoolPackage[]): Promise<void> {
    const dirs = new Set<string>();
    for (const item of items) {
      const path = this.layout.poolFile(channel, item.poolPath);
      await this.stores.blobs.placeAt(path, item.sha256);
      dirs.add(dirname(path));
    }
    for (const dir of dirs) await syncDirectory(dir);
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

/** Whether the file could be shared; it cannot when the other is not there. One that is there already stays. */
async function linkDurably(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOENT') || hasCode(error, 'EMLINK'))
      return false;
    throw error;
  }
  await syncDirectory(dirname(to));
  return true;
}
