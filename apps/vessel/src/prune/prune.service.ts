import { DIFFERENCE_LISTED_MAX, type PruneReport } from '@cairn/contracts';
import type { Logger } from '@cairn/observability';
import { DAY_MS, type Clock } from '@cairn/std';
import { rm } from 'node:fs/promises';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import type { PolicyStore } from '../channels/policy.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { ChannelLayout } from '../package-index/channel-layout.js';
import type { IndexShelf } from '../package-index/index-shelf.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import type { DraftSweeper } from '../pool/draft-sweeper.js';
import { sideBySide } from '../pool/durable-files.js';
import { decidePrune } from './domain/decide-prune.js';
import type { PruneStore, UnusedBlob } from './prune.store.js';

/** What one transaction removes; it holds its channel's lock, and publishing waits for that. */
const VERSIONS_AT_ONCE_MAX = 100;
const FILES_AT_ONCE_MAX = 500;
/** Younger bytes may belong to an import or a seed that is not finished yet. */
const BLOB_AGE_MIN_MS = DAY_MS;
/** How long the outcome of an import is remembered. */
const IMPORT_MEMORY_MS = 14 * DAY_MS;
const PRUNE_TIMEOUT_MS = 120_000;

interface Batch {
  readonly retired: readonly number[];
  readonly removed: readonly number[];
  /** Whether the root index has to say something else. */
  readonly isRootStale: boolean;
  readonly paths: readonly string[];
  readonly isFull: boolean;
}

/** Carries a report out of a transaction that must leave no trace. */
class RolledBack extends Error {
  constructor(readonly report: PruneReport) {
    super('A dry run is rolled back.');
  }
}

/**
 * Removes what nothing needs: first versions leave the root index, after the grace window their files go, then package
 * files that no version lists, then bytes. Files go inside the transaction that removes their rows, under the locks that
 * whoever wants them back must wait for; a crash between leaves the rows, and the next run does it again.
 */
export class PruneService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly policies: PolicyStore;
      readonly store: PruneStore;
      readonly files: ChannelFilesService;
      readonly layout: ChannelLayout;
      readonly blobs: BlobStore;
      readonly shelf: IndexShelf;
      readonly draftSweeper: DraftSweeper;
      readonly clock: Clock;
      readonly log: Logger;
    },
  ) {}

  prune({ isDryRun }: { readonly isDryRun: boolean }): Promise<PruneReport> {
    return isDryRun ? this.preview() : this.run();
  }

  private async run(): Promise<PruneReport> {
    let report = emptyReport(true);
    for (const name of await this.names()) {
      report = await this.pruneChannel(name, report);
    }
    for (let isFull = true; isFull;) {
      const blobs = await this.db.inTransaction((tx) => this.removeBlobs(tx, true), {
        timeoutMs: PRUNE_TIMEOUT_MS,
      });
      report = withBlobs(report, blobs);
      isFull = blobs.length === FILES_AT_ONCE_MAX;
    }
    const putAway = await this.parts.shelf.putAway(this.parts.clock.now());
    const drafts = await this.parts.draftSweeper.sweep();
    const { retired, removed, packageCount, blobCount, sizeBytes } = report;
    const facts = { packageCount, blobCount, sizeBytes };
    this.parts.log.info(
      { retired: retired.count, removed: removed.count, putAway, drafts, ...facts },
      'Pruned',
    );
    return report;
  }

  private async pruneChannel(name: string, before: PruneReport): Promise<PruneReport> {
    let report = before;
    for (let isFull = true; isFull;) {
      const done = await this.db.inTransaction(
        async (tx) => {
          const channel = await this.parts.channels.lock(tx, name);
          if (channel === undefined) return undefined;
          const batch = await this.removeRows(tx, channel);
          await this.removeFiles(channel, batch);
          return { channel, batch };
        },
        { timeoutMs: PRUNE_TIMEOUT_MS },
      );
      if (done === undefined) return report;
      if (done.batch.isRootStale) await this.parts.files.complete(done.channel);
      report = withBatch(report, name, done.batch);
      isFull = done.batch.isFull;
    }
    return report;
  }

  /** Everything that a run would do, done and taken back; no file is touched. */
  private async preview(): Promise<PruneReport> {
    const names = await this.names();
    try {
      await this.db.inTransaction(
        async (tx) => {
          let report = emptyReport(false);
          for (const name of names) {
            const channel = await this.parts.channels.lock(tx, name);
            for (let isFull = channel !== undefined; channel !== undefined && isFull;) {
              const batch = await this.removeRows(tx, channel);
              report = withBatch(report, name, batch);
              isFull = batch.isFull;
            }
          }
          throw new RolledBack(withBlobs(report, await this.removeBlobs(tx, false)));
        },
        { timeoutMs: PRUNE_TIMEOUT_MS },
      );
    } catch (error) {
      if (error instanceof RolledBack) return error.report;
      throw error;
    }
    return emptyReport(false);
  }

  private async names(): Promise<readonly string[]> {
    return [...(await this.parts.channels.names(this.db.client))].sort();
  }

  private async removeRows(tx: Transaction, channel: Channel): Promise<Batch> {
    const { channels, policies, store, clock } = this.parts;
    const now = clock.now();
    const policy = await policies.policyOf(tx, channel.id);
    const decision = decidePrune(await store.versionsOf(tx, channel.id, now), policy, now);
    const { retire, restore } = decision;
    await store.setRetired(tx, ids(retire), now);
    await store.setRetired(tx, ids(restore), null);
    const isRootStale = [...retire, ...restore].some(({ kind }) => kind === 'published');
    if (isRootStale) await channels.wantRootIndex(tx, channel.id);
    const removed = decision.remove.slice(0, VERSIONS_AT_ONCE_MAX);
    for (const { id } of removed) await store.removeVersion(tx, id);
    const unlisted = await store.unlistedFiles(tx, channel.id, FILES_AT_ONCE_MAX);
    const paths = unlisted.map(({ path }) => path);
    await store.removeFiles(tx, channel.id, paths);
    return {
      retired: retire.filter(({ kind }) => kind === 'published').map(({ history }) => history),
      removed: removed.map(({ history }) => history),
      isRootStale,
      paths,
      isFull: removed.length === VERSIONS_AT_ONCE_MAX || paths.length === FILES_AT_ONCE_MAX,
    };
  }

  private async removeFiles(channel: Channel, { removed, paths }: Batch): Promise<void> {
    const { layout } = this.parts;
    await sideBySide(removed, (history) =>
      rm(layout.historyDir(channel.name, history), { recursive: true, force: true }),
    );
    await sideBySide(paths, (path) => rm(layout.poolFile(channel.name, path), { force: true }));
  }

  private async removeBlobs(tx: Transaction, isReal: boolean): Promise<readonly UnusedBlob[]> {
    const { store, blobs, clock } = this.parts;
    const now = clock.now();
    await store.removeImports(tx, new Date(now - IMPORT_MEMORY_MS));
    const unused = await store.removeUnused(tx, {
      before: new Date(now - BLOB_AGE_MIN_MS),
      limit: FILES_AT_ONCE_MAX,
    });
    if (isReal) await sideBySide(unused, ({ sha256 }) => blobs.remove(sha256));
    return unused;
  }
}

function ids(versions: readonly { readonly id: number }[]): readonly number[] {
  return versions.map(({ id }) => id);
}

function emptyReport(isApplied: boolean): PruneReport {
  const none = { count: 0, listed: [] };
  return { isApplied, retired: none, removed: none, packageCount: 0, blobCount: 0, sizeBytes: 0 };
}

function withBatch(report: PruneReport, channel: string, batch: Batch): PruneReport {
  const grown = (versions: PruneReport['retired'], histories: readonly number[]) => {
    const added = histories.map((history) => ({ channel, history: String(history) }));
    return {
      count: versions.count + added.length,
      listed: [...versions.listed, ...added].slice(0, DIFFERENCE_LISTED_MAX),
    };
  };
  return {
    ...report,
    retired: grown(report.retired, batch.retired),
    removed: grown(report.removed, batch.removed),
    packageCount: report.packageCount + batch.paths.length,
  };
}

function withBlobs(report: PruneReport, blobs: readonly UnusedBlob[]): PruneReport {
  return {
    ...report,
    blobCount: report.blobCount + blobs.length,
    sizeBytes: report.sizeBytes + blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0),
  };
}
