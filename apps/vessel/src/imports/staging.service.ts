import type { ImportedPackage } from '@cairn/contracts';
import { invariant } from '@cairn/std';
import type { Codec } from '@cairn/stone';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import { DEFAULT_STREAM } from '../channels/domain/channel-identifiers.js';
import { stagingChanges } from '../channels/domain/version-line.js';
import type { VersionStore } from '../channels/version.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import { newPackage, type NewPackage } from '../pool/domain/new-package.js';
import { sideBySide } from '../pool/durable-files.js';
import type { PackageStore } from '../pool/package.store.js';
import type { ReadArtefact, Refusal } from './domain/check-artefacts.js';
import type { ImportOrder } from './domain/import-order.js';
import type { ImportStore } from './import.store.js';

/** Longest time for one staging transaction. */
const STAGING_TIMEOUT_MS = 60_000;

/** A package as the pool keeps it. */
export type StagedArtefact = Pick<ReadArtefact, 'collectable' | 'description' | 'files'>;

/** Checked artefacts, their files still in the incoming folder. */
export interface CheckedImport {
  readonly order: ImportOrder;
  readonly artefacts: readonly StagedArtefact[];
  readonly packages: readonly ImportedPackage[];
  /** Every file of the import, manifests included. */
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly sizeBytes: number;
  }[];
}

class RefusedInTransaction extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** Puts checked artefacts into the pool and a new version into the change set's line. */
export class StagingService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly imports: ImportStore;
      readonly blobs: BlobStore;
      readonly files: ChannelFilesService;
      readonly codec: Codec;
    },
  ) {}

  /**
   * Blobs first, then one commit that decides, then the index that builds can be pinned to. `decided` means that
   * somebody else has decided the import meanwhile, for example cancelled it.
   */
  async stage(checked: CheckedImport): Promise<'staged' | 'decided' | Refusal> {
    const { blobs, packages } = this.parts;
    const newPackages = this.newPackages(checked.artefacts);
    if (!Array.isArray(newPackages)) return newPackages;
    if (checked.files.some(({ sizeBytes }) => sizeBytes > blobs.sizeBytesMax)) {
      const message = `The pool takes files of ${blobs.sizeBytesMax} bytes at most.`;
      return { code: 'artefacts.too-large', message };
    }
    await this.db.inTransaction((tx) => packages.addBlobs(tx, checked.files));
    await sideBySide(checked.files, ({ path, sha256 }) => blobs.add(path, sha256));
    try {
      const channel = await this.db.inTransaction((tx) => this.commit(tx, checked, newPackages), {
        timeoutMs: STAGING_TIMEOUT_MS,
      });
      if (channel === undefined) return 'decided';
      await this.parts.files.complete(channel);
      return 'staged';
    } catch (error) {
      if (error instanceof RefusedInTransaction) return error.refusal;
      throw error;
    }
  }

  private newPackages(artefacts: readonly StagedArtefact[]): NewPackage[] | Refusal {
    const items: NewPackage[] = [];
    for (const { collectable, description, files } of artefacts) {
      const { sha256, sizeBytes } = collectable;
      const item = newPackage({ description, sha256, sizeBytes, files }, this.parts.codec);
      if (!item.ok) {
        return {
          code: 'stone.invalid',
          message: `${collectable.name} cannot be listed (${item.error.code}): ${item.error.message}`,
        };
      }
      items.push(item.value);
    }
    return items;
  }

  private async commit(
    tx: Transaction,
    checked: CheckedImport,
    newPackages: readonly NewPackage[],
  ): Promise<Channel | undefined> {
    const { imports, channels, packages, versions } = this.parts;
    const { importId, changeSetId } = checked.order;
    if ((await imports.lockedState(tx, importId)) !== 'open') return undefined;
    const channel = await channels.lock(tx, checked.order.channel);
    this.refuseUnless(channel !== undefined, {
      code: 'channel.not-found',
      message: `There is no channel ${checked.order.channel}.`,
    });
    this.refuseUnless(channel.architectures.includes(checked.order.expected.architecture), {
      code: 'channel.architecture-missing',
      message: `Channel ${channel.name} has no ${checked.order.expected.architecture}.`,
    });
    const stored = await packages.addPackages(tx, newPackages);
    const taken = await packages.claimPaths(tx, channel.id, stored);
    this.refuseUnless(taken === undefined, {
      code: 'pool.path-taken',
      message: `Other bytes (${taken?.sha256 ?? ''}) lie at ${taken?.path ?? ''} already.`,
    });
    const head = await this.lineHead(tx, checked.order, channel);
    const version = await versions.append(tx, {
      channel,
      parentId: head,
      kind: 'staging',
      changeSetId,
      architectures: channel.architectures,
      changes: stagingChanges(await versions.packagesOf(tx, head), stored),
    });
    await tx.changeSetLine.upsert({
      where: { changeSetId_channelId: { changeSetId, channelId: channel.id } },
      create: {
        changeSetId,
        channelId: channel.id,
        baseVersionId: head,
        headVersionId: version.id,
      },
      update: { headVersionId: version.id },
    });
    await imports.stage(tx, importId, { version, packages: checked.packages });
    return channel;
  }

  /** The version that the next step of the line builds on: its last step, or what its stream holds when it begins. */
  private async lineHead(
    tx: Transaction,
    { changeSetId, stream }: ImportOrder,
    channel: Channel,
  ): Promise<number> {
    const line = await tx.changeSetLine.findUnique({
      where: { changeSetId_channelId: { changeSetId, channelId: channel.id } },
      select: { headVersionId: true },
    });
    if (line !== null) return line.headVersionId;
    const streams = await this.parts.channels.streamsOf(tx, channel.id);
    const base =
      streams.find(({ name }) => name === stream) ??
      streams.find(({ name }) => name === DEFAULT_STREAM);
    invariant(base !== undefined, 'a channel has its default stream from the first commit on');
    return base.versionId;
  }

  private refuseUnless(condition: boolean, refusal: Refusal): asserts condition {
    if (!condition) throw new RefusedInTransaction(refusal);
  }
}
