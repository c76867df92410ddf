import {
  ROOT_INDEX_NAME,
  rootIndexSchema,
  versionManifestSchema,
  type VersionManifest,
} from '@cairn/contracts';
import { invariant } from '@cairn/std';
import { decodeIndex, type Codec } from '@cairn/stone';
import { sha256OfFile } from '@cairn/stone-files';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import { changedPackages, toVersionChanges } from '../channels/domain/stream-contents.js';
import type { VersionStore } from '../channels/version.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { ChannelLayout } from '../package-index/channel-layout.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import { hasCode, sideBySide } from '../pool/durable-files.js';
import type { NewPackage } from '../pool/domain/new-package.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import type { PackageStore } from '../pool/package.store.js';
import type { Backup } from './backup.js';
import { readPackage } from './read-package.js';

const RESTORE_TIMEOUT_MS = 3_600_000;
const COMMIT_BATCH = 500;

type ChannelBackup = Backup['channels'][number];

/** A version as its manifest and indexes describe it. */
interface FoundVersion {
  readonly manifest: VersionManifest;
  /** SHA-256 of each package, to where its file lies below the channel. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What was restored, and what could not be. */
export interface RestoreReport {
  readonly channels: number;
  readonly versions: number;
  readonly packages: number;
  readonly problems: readonly string[];
}

/** Builds an empty database anew from the public folder: pool, manifests and indexes say nearly everything. */
export class RestoreService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly files: ChannelFilesService;
      readonly blobs: BlobStore;
      readonly layout: ChannelLayout;
      readonly codec: Codec;
    },
  ) {}

  /** Throws a sentence when the database is not empty. Versions that are damaged are left out and named. */
  async restore(
    backup: Backup | undefined,
    onProgress: (done: string) => void,
  ): Promise<RestoreReport> {
    const { layout, files } = this.parts;
    if ((await this.db.client.channel.count()) > 0) {
      throw new Error('The database holds channels already; restoring needs an empty one.');
    }
    const problems: string[] = [];
    const names = (await readdir(layout.publicDir, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
    let versions = 0;
    let channels = 0;
    for (const name of names) {
      const found = await this.findVersions(name, problems);
      if (found.length === 0) continue;
      await this.restorePackages(name, found, { problems, onProgress });
      const saved = backup?.channels.find((each) => each.name === name);
      const restored = await this.db.inTransaction(
        (tx) => this.restoreChannel(tx, { name, found, saved, problems }),
        { timeoutMs: RESTORE_TIMEOUT_MS },
      );
      versions += restored;
      channels += 1;
      onProgress(`channel ${name}: ${restored} versions`);
    }
    for (const { yankedAt, ...rest } of backup?.yanked ?? []) {
      const data = { ...rest, yankedAt: new Date(yankedAt) };
      await this.db.client.yankedPackage.create({ data });
    }
    await files.completeAll();
    const packages = await this.db.client.package.count();
    return { channels, versions, packages, problems };
  }

  private async findVersions(name: string, problems: string[]): Promise<readonly FoundVersion[]> {
    const { layout, codec } = this.parts;
    const found: FoundVersion[] = [];
    const histories = await namesIn(join(layout.channelDir(name), 'history'));
    for (const history of histories.map(Number).sort((a, b) => a - b)) {
      try {
        const text = await readFile(layout.manifest(name, history), 'utf8');
        const manifest = versionManifestSchema.parse(JSON.parse(text));
        const paths = new Map<string, string>();
        for (const { architecture, sha256 } of manifest.indexes) {
          const bytes = await readFile(layout.packageIndex(name, history, architecture));
          if (sha256Of(bytes) !== sha256)
            throw new Error(`the index of ${architecture} is damaged`);
          const index = decodeIndex(bytes, codec, { mode: 'strict' });
          if (!index.ok) throw new Error(index.error.message);
          for (const { hash = '', uri = '' } of index.value) {
            paths.set(hash, normalize(join('history', String(history), architecture, uri)));
          }
        }
        found.push({ manifest, paths });
      } catch (error) {
        // Steps of change sets have no manifest; they are begun anew.
        if (hasCode(error, 'ENOENT')) continue;
        problems.push(`${name} ${history}: ${error instanceof Error ? error.message : ''}`);
      }
    }
    return found;
  }

  private async restorePackages(
    channel: string,
    found: readonly FoundVersion[],
    report: { readonly problems: string[]; readonly onProgress: (done: string) => void },
  ): Promise<void> {
    const { layout, packages, blobs } = this.parts;
    const paths = new Map(found.flatMap((version) => [...version.paths]));
    let items: NewPackage[] = [];
    const flush = async () => {
      const batch = items;
      items = [];
      await this.db.inTransaction(async (tx) => {
        await packages.addBlobs(tx, batch);
        await packages.addPackages(tx, batch);
      });
    };
    let done = 0;
    await sideBySide([...paths], async ([sha256, path]) => {
      const file = layout.poolFile(channel, path);
      const item = await this.readPackage(file, sha256);
      done += 1;
      if (typeof item === 'string') report.problems.push(`${channel}/${path}: ${item}`);
      else {
        await blobs.add(file, sha256);
        items.push(item);
        if (items.length >= COMMIT_BATCH) await flush();
      }
      if (done % COMMIT_BATCH === 0) report.onProgress(`package ${done} of ${paths.size}`);
    });
    if (items.length > 0) await flush();
  }

  private async readPackage(file: string, sha256: string): Promise<NewPackage | string> {
    try {
      if ((await sha256OfFile(file)) !== sha256) return 'Its bytes are not those of the index.';
      return await readPackage(file, sha256, this.parts.codec);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private async restoreChannel(
    tx: Transaction,
    given: {
      readonly name: string;
      readonly found: readonly FoundVersion[];
      readonly saved: ChannelBackup | undefined;
      readonly problems: string[];
    },
  ): Promise<number> {
    const { name, found, saved, problems } = given;
    const { channels, versions, packages } = this.parts;
    const channel = await channels.lockOrCreate(tx, name);
    const latest = found.at(-1)?.manifest;
    const architectures = latest?.indexes.map(({ architecture }) => architecture) ?? [];
    await channels.setArchitectures(tx, channel.id, [...architectures].sort());
    const idOf = new Map<number, number>();
    let parent: { readonly id: number; readonly content: readonly PoolPackage[] } | undefined;
    for (const { manifest, paths } of found) {
      const content = await packages.bySha256(tx, [...paths.keys()]);
      if (content.length < paths.size) {
        problems.push(`${name} ${manifest.history}: some of its packages are lost`);
        continue;
      }
      const taken = await packages.claimPaths(tx, channel.id, content);
      invariant(taken === undefined, 'two packages of a channel never had one path');
      const version = await versions.append(tx, {
        channel,
        parentId: parent?.id ?? null,
        kind: 'published',
        changeSetId: null,
        architectures: manifest.indexes.map(({ architecture }) => architecture),
        changes: toVersionChanges(changedPackages(parent?.content ?? [], content)),
        made: { history: Number(manifest.history), at: new Date(manifest.createdAt) },
      });
      await versions.markFilesWritten(tx, version.id);
      idOf.set(version.history, version.id);
      parent = { id: version.id, content };
    }
    await this.restorePointers(tx, channel, { saved, idOf });
    return idOf.size;
  }

  /** Streams and tags as the backup has them, or else as the root index that lies there. */
  private async restorePointers(
    tx: Transaction,
    channel: Channel,
    given: {
      readonly saved: ChannelBackup | undefined;
      readonly idOf: ReadonlyMap<number, number>;
    },
  ): Promise<void> {
    const { saved, idOf } = given;
    const pointers = saved ?? (await this.pointersOnDisk(channel.name));
    const channelId = channel.id;
    for (const { name, history, movedAt } of pointers.streams) {
      const versionId = idOf.get(history);
      if (versionId === undefined) continue;
      const at = new Date(movedAt);
      await tx.stream.create({ data: { channelId, name, versionId, movedAt: at } });
      await tx.streamMove.create({
        data: {
          channelId,
          stream: name,
          history,
          cause: 'restore',
          account: '',
          reason: '',
          movedAt: at,
        },
      });
    }
    for (const { name, history, createdAt } of pointers.tags) {
      const versionId = idOf.get(history);
      if (versionId === undefined) continue;
      await tx.tag.create({ data: { channelId, name, versionId, createdAt: new Date(createdAt) } });
    }
    for (const { pinnedAt, ...pin } of saved?.pins ?? []) {
      await tx.streamPin.create({ data: { channelId, ...pin, pinnedAt: new Date(pinnedAt) } });
    }
    const highest = Math.max(saved?.lastHistory ?? 0, ...idOf.keys());
    await tx.channel.update({
      where: { id: channelId },
      data: {
        lastHistory: highest,
        // Clients have seen that number; the next one is higher.
        rootWanted: (saved?.rootSerial ?? 0) + 1,
        rootWritten: 0,
        ...(saved === undefined ? {} : { policy: saved.policy as object }),
      },
    });
  }

  private async pointersOnDisk(channel: string): Promise<Pick<ChannelBackup, 'streams' | 'tags'>> {
    const path = join(this.parts.layout.channelDir(channel), ROOT_INDEX_NAME);
    const root = rootIndexSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    // The order there is that of the moves, the last first.
    const streams = Object.entries(root.streams).map(([name, { history }], at) => ({
      ...{ name, history: Number(history), movedAt: Date.now() - at },
    }));
    const tags = Object.entries(root.tags).map(([name, { history }], at) => ({
      ...{ name, history: Number(history), createdAt: Date.now() - at },
    }));
    return { streams, tags };
  }
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).filter((name) => /^\d{1,16}$/.test(name));
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
