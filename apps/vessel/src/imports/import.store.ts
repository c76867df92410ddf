import {
  importFinished,
  type Collectable,
  type ErrorCode,
  type ImportedPackage,
} from '@cairn/contracts';
import { after, instantOf, type Clock, type Instant } from '@cairn/std';
import type { ChannelVersion } from '../channels/version.store.js';
import type { VesselOutboxStore } from '../outbox/outbox.store.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { ImportOrder } from './domain/import-order.js';

export type ImportState = 'open' | 'staged' | 'refused' | 'lost';

/** An import that is still to be done. */
export interface OpenImport {
  readonly order: ImportOrder;
  readonly lastProgressAt: Instant;
  readonly nextTryAt: Instant;
  readonly tries: number;
}

/** The end of an import other than success. */
export interface ImportFailure {
  readonly kind: 'refused' | 'lost';
  readonly code: ErrorCode | (string & {});
  readonly message: string;
}

const OPEN_LISTED_MAX = 1_000;
/** Longest message of an outcome; the contract allows a little more. */
const MESSAGE_LENGTH_MAX = 1_900;

/** The imports and their outcomes; an outcome is told to summit in the transaction that decides it. */
export class ImportStore {
  constructor(
    private readonly db: VesselDatabase,
    private readonly outbox: VesselOutboxStore,
    private readonly clock: Clock,
  ) {}

  /** Stores an order once; what is stored under its id already stays. Returns the state. */
  async request(order: ImportOrder): Promise<ImportState> {
    const now = new Date(this.clock.now());
    const { expected, collectables, ...ids } = order;
    return this.db.inTransaction(async (tx) => {
      const { count } = await tx.import.createMany({
        data: [
          {
            id: ids.importId,
            changeSetId: ids.changeSetId,
            channel: ids.channel,
            stream: ids.stream,
            builderId: ids.builderId,
            ...expected,
            state: 'open',
            nextTryAt: now,
            lastProgressAt: now,
            createdAt: now,
          },
        ],
        skipDuplicates: true,
      });
      if (count > 0) {
        await tx.importItem.createMany({
          data: collectables.map((item, position) => ({
            importId: ids.importId,
            position,
            ...item,
          })),
        });
      }
      return (await this.lockedState(tx, ids.importId)) ?? 'open';
    });
  }

  async findOpen(importId: string): Promise<OpenImport | undefined> {
    const row = await this.db.client.import.findUnique({
      where: { id: importId, state: 'open' },
      include: { items: { orderBy: { position: 'asc' } } },
    });
    if (row === null) return undefined;
    const { source, version, architecture } = row;
    return {
      lastProgressAt: instantOf(row.lastProgressAt),
      nextTryAt: instantOf(row.nextTryAt),
      tries: row.tries,
      order: {
        importId: row.id,
        changeSetId: row.changeSetId,
        channel: row.channel,
        stream: row.stream,
        builderId: row.builderId,
        expected: {
          source,
          version,
          architecture,
          sourceRelease: Number(row.sourceRelease),
          buildRelease: Number(row.buildRelease),
        },
        collectables: row.items.map(({ kind, name, sizeBytes, sha256 }) => ({
          kind: kind as Collectable['kind'],
          name,
          sizeBytes: Number(sizeBytes),
          sha256,
        })),
      },
    };
  }

  /** Open imports whose next try is due. */
  async due(): Promise<readonly string[]> {
    const rows = await this.db.client.import.findMany({
      where: { state: 'open', nextTryAt: { lte: new Date(this.clock.now()) } },
      select: { id: true },
      orderBy: { nextTryAt: 'asc' },
      take: OPEN_LISTED_MAX,
    });
    return rows.map(({ id }) => id);
  }

  /** Which of these are open. */
  async openAmong(importIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.client.import.findMany({
      where: { state: 'open', id: { in: [...importIds] } },
      select: { id: true },
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** After our own outage no builder is to blame for the time that passed. */
  async restartPatience(): Promise<void> {
    const now = new Date(this.clock.now());
    await this.db.client.import.updateMany({
      where: { state: 'open' },
      data: { lastProgressAt: now, nextTryAt: now, tries: 0 },
    });
  }

  /** The same for one import, whose next try stays when it is. */
  async restartPatienceWith(importId: string): Promise<void> {
    await this.db.client.import.updateMany({
      where: { id: importId, state: 'open' },
      data: { lastProgressAt: new Date(this.clock.now()) },
    });
  }

  /** Bytes came: patience begins anew, and nobody else needs to look at it for a while. */
  async noteProgress(importId: string, hiddenMs: number): Promise<void> {
    const now = this.clock.now();
    await this.db.client.import.updateMany({
      where: { id: importId, state: 'open' },
      data: { lastProgressAt: new Date(now), nextTryAt: new Date(after(now, hiddenMs)), tries: 0 },
    });
  }

  /** A try begins: it is not due again before this time is over. */
  async hideUntilLater(importId: string, hiddenMs: number): Promise<void> {
    await this.db.client.import.updateMany({
      where: { id: importId, state: 'open' },
      data: { nextTryAt: new Date(after(this.clock.now(), hiddenMs)) },
    });
  }

  async postpone(importId: string, delayMs: number): Promise<void> {
    await this.db.client.import.updateMany({
      where: { id: importId, state: 'open' },
      data: { nextTryAt: new Date(after(this.clock.now(), delayMs)), tries: { increment: 1 } },
    });
  }

  /** The state, locked until the transaction ends; undefined when there is no such import. */
  async lockedState(tx: Transaction, importId: string): Promise<ImportState | undefined> {
    const rows = await tx.$queryRaw<{ state: ImportState }[]>`
      SELECT state FROM import WHERE id = ${importId}::uuid FOR UPDATE`;
    return rows[0]?.state;
  }

  /** Decides an open import whose row is locked, and stores the news. */
  async stage(
    tx: Transaction,
    importId: string,
    staged: {
      readonly version: ChannelVersion;
      readonly packages: readonly ImportedPackage[];
    },
  ): Promise<void> {
    const { version, packages } = staged;
    await tx.import.update({
      where: { id: importId },
      data: {
        state: 'staged',
        lineVersionId: version.id,
        decidedAt: new Date(this.clock.now()),
      },
    });
    await this.outbox.add(tx, {
      contract: importFinished,
      body: {
        importId,
        outcome: {
          kind: 'staged',
          lineHistory: String(version.history),
          packages: packages.map((item) => ({
            ...item,
            provides: [...item.provides],
            depends: [...item.depends],
          })),
        },
      },
      versionId: version.id,
    });
  }

  /** Ends an import without success unless it is decided already, and stores the news. Returns the state before. */
  async fail(importId: string, failure: ImportFailure): Promise<ImportState | undefined> {
    return this.db.inTransaction(async (tx) => {
      const state = await this.lockedState(tx, importId);
      if (state !== 'open') return state;
      const { kind, code } = failure;
      const message = failure.message.slice(0, MESSAGE_LENGTH_MAX);
      await tx.import.update({
        where: { id: importId },
        data: { state: kind, code, message, decidedAt: new Date(this.clock.now()) },
      });
      await this.outbox.add(tx, {
        contract: importFinished,
        body: { importId, outcome: { kind, code, message } },
      });
      return state;
    });
  }

  /** The code with which an import ended, if it ended without success. */
  async codeOf(importId: string): Promise<string | null> {
    const row = await this.db.client.import.findUnique({
      where: { id: importId },
      select: { code: true },
    });
    return row?.code ?? null;
  }
}
