import { nameSchema, versionManifestSchema, type VersionManifest } from '@cairn/contracts';
import { invariant, jsonOf } from '@cairn/std';
import { decodeIndex, type Codec } from '@cairn/stone';
import { sha256OfBytes, sha256OfFile } from '@cairn/stone-files';
import { createWriteStream, existsSync } from 'node:fs';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ChannelStore } from '../channels/channel.store.js';
import { changedPackages, toVersionChanges } from '../channels/domain/stream-contents.js';
import type { VersionStore } from '../channels/version.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { ChannelLayout } from '../package-index/channel-layout.js';
import type { RepositorySigner } from '../package-index/repository-signer.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import { hasCode, sideBySide } from '../pool/durable-files.js';
import type { NewPackage } from '../pool/domain/new-package.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import type { PackageStore } from '../pool/package.store.js';
import { AdminError, EXIT, reasonOf } from './admin-error.js';
import type { Backup } from './backup.js';
import { readPackage } from './read-package.js';
import {
  choosePointers,
  pointersOnDisk,
  restorePointers,
  type Pointers,
} from './restore-pointers.js';

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
      readonly signer: RepositorySigner;
      readonly codec: Codec;
      readonly incomingDir: string;
      readonly drafts: DraftNames;
    },
  ) {}

  /** Throws an `AdminError` unless there is a public folder and the database is empty. Versions that are damaged are left out and named. */
  async restore(
    backup: Backup | undefined,
    onProgress: (done: string) => void,
  ): Promise<RestoreReport> {
    const { layout, files } = this.parts;
    if ((await this.db.client.channel.count()) > 0) {
      throw new AdminError('vessel.database-not-empty', 'The database holds channels already', {
        exitCode: EXIT.failed,
        nextStep:
          'Restoring needs an empty one: make it anew, also after a restore that was interrupted.',
      });
    }
    const problems: string[] = [];
    let versions = 0;
    let channels = 0;
    for (const name of await channelsIn(layout.publicDir)) {
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
    if (channels === 0) problems.push(`${layout.publicDir} holds no version with a manifest.`);
    for (const { yankedAt, ...rest } of backup?.yanked ?? []) {
      const data = { ...rest, yankedAt: new Date(yankedAt) };
      await this.db.client.yankedPackage.create({ data });
    }
    await files.completeAll();
    const packages = await this.db.client.package.count();
    return { channels, versions, packages, problems };
  }

  private async findVersions(name: string, problems: string[]): Promise<readonly FoundVersion[]> {
    const { layout } = this.parts;
    const found: FoundVersion[] = [];
    const histories = await namesIn(join(layout.channelDir(name), 'history'));
    for (const history of histories.map(Number).sort((a, b) => a - b)) {
      const text = await readFile(layout.manifest(name, history)).catch(() => undefined);
      // Steps of change sets have no manifest; they are begun anew.
      if (text === undefined) continue;
      try {
        const manifest = versionManifestSchema.parse(jsonOf(text));
        found.push({ manifest, paths: await this.pathsOf(name, history, manifest) });
      } catch (error) {
        problems.push(`${name} ${history}: ${reasonOf(error)}`);
      }
    }
    return found;
  }

  /** The packages that the indexes of a version list; throws a sentence for an index that is not what the manifest says. */
  private async pathsOf(
    channel: string,
    history: number,
    { indexes }: VersionManifest,
  ): Promise<FoundVersion['paths']> {
    const { layout, codec } = this.parts;
    const paths = new Map<string, string>();
    for (const { architecture, sha256 } of indexes) {
      const file = layout.packageIndex(channel, history, architecture);
      const bytes = await readFile(file).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error;
        throw new Error(`the index of ${architecture} is not there, perhaps put away for its age`);
      });
      if (sha256OfBytes(bytes) !== sha256)
        throw new Error(`the index of ${architecture} is damaged`);
      const index = decodeIndex(bytes, codec, { mode: 'strict' });
      if (!index.ok) throw new Error(index.error.message);
      for (const { hash = '', uri = '' } of index.value) {
        const path = normalize(join('history', String(history), architecture, uri));
        if (!path.startsWith('pool/')) throw new Error(`${uri} is not in the pool`);
        paths.set(hash, path);
      }
    }
    return paths;
  }

  private async pointersOf(
    name: string,
    saved: ChannelBackup | undefined,
    newest: number,
  ): Promise<Pointers> {
    const { layout, signer } = this.parts;
    const signature = await readFile(layout.rootSignature(name)).catch(() => Buffer.of());
    const serialSeen = signer.highestSerial(signature);
    const onDisk = await pointersOnDisk(layout.channelDir(name));
    return choosePointers({ saved, onDisk, serialSeen, newest });
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
      const item = await this.withBytes(layout.poolFile(channel, path), sha256, async (file) => {
        const read = await this.readPackage(file, sha256);
        if (typeof read !== 'string') await blobs.add(file, sha256);
        return read;
      });
      done += 1;
      if (typeof item === 'string') report.problems.push(`${channel}/${path}: ${item}`);
      else {
        items.push(item);
        if (items.length >= COMMIT_BATCH) await flush();
      }
      if (done % COMMIT_BATCH === 0) report.onProgress(`package ${done} of ${paths.size}`);
    });
    if (items.length > 0) await flush();
  }

  /** Works on the file of a package: the one in the public folder, or else what the blob store has. */
  private async withBytes<T>(
    placed: string,
    sha256: string,
    work: (file: string) => Promise<T>,
  ): Promise<T> {
    const stored = existsSync(placed) ? undefined : await this.parts.blobs.read(sha256);
    if (stored === undefined) return work(placed);
    const file = join(this.parts.incomingDir, this.parts.drafts.next());
    try {
      await pipeline(stored, createWriteStream(file, { mode: 0o600 }));
      return await work(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  private async readPackage(file: string, sha256: string): Promise<NewPackage | string> {
    try {
      // A link would be taken into the pool as it is.
      if (!(await lstat(file)).isFile()) return 'It is no regular file.';
      if ((await sha256OfFile(file)) !== sha256) return 'Its bytes are not those of the index.';
      return await readPackage(file, sha256, this.parts.codec);
    } catch (error) {
      return reasonOf(error);
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
    const pointers = await this.pointersOf(name, saved, Math.max(...idOf.keys()));
    problems.push(...(await restorePointers(tx, channel, { pointers, idOf })));
    return idOf.size;
  }
}

/** The folders that can be channels, by name. */
async function channelsIn(publicDir: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(publicDir, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return names.filter((name) => nameSchema.safeParse(name).success).sort();
  } catch (cause) {
    throw new AdminError('vessel.folder-unreadable', 'The public folder cannot be read', {
      exitCode: EXIT.usage,
      nextStep: 'Copy the saved public folder to VESSEL_DATA_DIR/public first.',
      cause,
    });
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
