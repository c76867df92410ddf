import { invariant } from '@cairn/std';
import { readFile } from 'node:fs/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import type { VersionStore } from '../channels/version.store.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import { DurableBatch } from '../pool/durable-files.js';
import type { ChannelLayout } from './channel-layout.js';
import { lockFiles } from './files-lock.js';
import { rootIndexText } from './root-index.js';
import type { RepositorySigner } from './repository-signer.js';
import type { RootIndexStore } from './root-index.store.js';
import type { VersionFiles } from './version-files.js';

/** Longest time for the files of all waiting versions of one channel. */
const FILES_TIMEOUT_MS = 600_000;
/** Rounds in which new versions may keep coming while a channel's files are written. */
const ROUNDS_MAX = 1_000;
/** The level that the format's own writer uses for the root index. */
const ROOT_INDEX_ZSTD_LEVEL = -1;

/** What one run has found out. */
interface Written {
  isPointerStale: boolean;
  /** The change of the root index that the file will have, at least. */
  readonly rootWanted: number;
}

interface WaitingChannel {
  readonly id: number;
  readonly name: string;
}

/**
 * Brings the public folder up to what the database has decided: the files of each new version, then the pointer to
 * them. Nothing is announced before; after a crash it is simply done again.
 */
export class ChannelFilesService {
  private readonly running = new Map<number, { current: Promise<void>; next?: Promise<void> }>();

  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly versions: VersionStore;
      readonly rootIndex: RootIndexStore;
      readonly files: VersionFiles;
      readonly layout: ChannelLayout;
      readonly signer: RepositorySigner;
      readonly drafts: DraftNames;
    },
  ) {}

  /** Writes what is missing in every channel; for the start and for reconciling. Trouble with one does not keep the others. */
  async completeAll(): Promise<void> {
    const channels = await this.db.client.$queryRaw<WaitingChannel[]>`
      SELECT c.id, c.name FROM channel c WHERE c.root_written < c.root_wanted
        OR EXISTS (SELECT FROM version v WHERE v.channel_id = c.id AND v.files_written_at IS NULL)`;
    const outcomes = await Promise.allSettled(channels.map((channel) => this.complete(channel)));
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failed.length === 0) return;
    throw new AggregateError(
      failed.map(({ reason }: PromiseRejectedResult): unknown => reason),
      `The files of ${failed.length} channels could not be written.`,
    );
  }

  /** Signs every root index anew, for signatures end. */
  async renewSignatures(): Promise<void> {
    if (!this.parts.signer.isOn) return;
    const listed = await this.db.client.version.findMany({
      where: { kind: 'published', retiredAt: null, filesWrittenAt: { not: null } },
      select: { history: true, channel: { select: { name: true } } },
    });
    for (const { history, channel } of listed) {
      await this.parts.files.renewSignature(channel.name, Number(history));
    }
    await this.db.client.channel.updateMany({ data: { rootWanted: { increment: 1 } } });
    await this.completeAll();
  }

  /** Writes what is missing in this channel, everything committed before the call included. */
  complete(channel: WaitingChannel): Promise<void> {
    const running = this.running.get(channel.id);
    if (running === undefined) {
      const current = this.run(channel).finally(() => this.running.delete(channel.id));
      this.running.set(channel.id, { current });
      return current;
    }
    // The present run may have read the database already; callers that come meanwhile share the one after it.
    running.next ??= running.current.catch(() => undefined).then(() => this.complete(channel));
    return running.next;
  }

  /** Across replicas one writer per channel, by an advisory lock that ends with the transaction. */
  private async run(channel: WaitingChannel): Promise<void> {
    const { rootIndex } = this.parts;
    await this.db.inTransaction(
      async (tx) => {
        await lockFiles(tx, channel.name);
        const root = await rootIndex.changes(tx, channel.id);
        const written: Written = {
          isPointerStale: root.written < root.wanted,
          rootWanted: root.wanted,
        };
        for (let round = 0; round < ROUNDS_MAX; round += 1) {
          if (await this.writeRound(tx, channel, written)) return;
        }
        invariant(false, 'a channel comes to rest at some time');
      },
      { timeoutMs: FILES_TIMEOUT_MS },
    );
  }

  /** Whether the channel has come to rest: the root index needs every version that it points to. */
  private async writeRound(
    tx: Transaction,
    channel: WaitingChannel,
    written: Written,
  ): Promise<boolean> {
    const { versions, files, rootIndex } = this.parts;
    for (const version of await versions.withoutFiles(tx, channel.id)) {
      await files.write(tx, channel, version);
      await versions.markFilesWritten(tx, version.id);
      // Steps of a hidden line are in no root index.
      if (version.kind === 'published') written.isPointerStale = true;
    }
    if (!written.isPointerStale) return true;
    const facts = await rootIndex.facts(tx, channel.id);
    if (facts === undefined) return false;
    for (const version of await versions.pointedTo(tx, channel.id)) {
      await files.bringBack(tx, channel, version);
    }
    const serial = written.rootWanted;
    await this.writeRootIndex({ channel: channel.name, text: rootIndexText(facts), serial });
    await rootIndex.noteWritten(tx, channel.id, written.rootWanted);
    return true;
  }

  /** The pointer that clients follow comes last of all, after its compressed twin. */
  private async writeRootIndex(root: {
    readonly channel: string;
    readonly text: string;
    readonly serial: number;
  }): Promise<void> {
    const { channel, text, serial } = root;
    const { signer, layout } = this.parts;
    const path = this.parts.layout.rootIndex(channel);
    const bytes = Buffer.from(text);
    const params = { [constants.ZSTD_c_compressionLevel]: ROOT_INDEX_ZSTD_LEVEL };
    const batch = new DurableBatch(this.parts.drafts);
    try {
      await batch.makeDirectory(this.parts.layout.channelDir(channel));
      await batch.write(`${path}.zst`, zstdCompressSync(bytes, { params }));
      if (signer.isOn) {
        const signaturePath = layout.rootSignature(channel);
        const present = await readFile(signaturePath).catch(() => undefined);
        const signature = signer.rootSignature({ channel, serial, bytes }, present);
        await batch.write(signaturePath, signature);
      }
      await batch.write(path, bytes);
      await batch.commit();
    } finally {
      await batch.abandon();
    }
  }
}
