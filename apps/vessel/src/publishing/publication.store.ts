import type { ErrorCode } from '@cairn/contracts';
import type { Clock } from '@cairn/std';
import { announceWork } from '../persistence/work-signal.js';
import type { Transaction } from '../persistence/vessel-database.js';

/** A wish to publish a change set's line as it was then. */
export interface Publication {
  readonly id: number;
  readonly changeSetId: string;
  readonly channel: string;
  readonly stream: string;
  /** 0 when nothing was staged. */
  readonly headHistory: number;
}

/** What became of it. */
export type PublicationOutcome =
  | { readonly kind: 'published'; readonly versionId: number }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

interface HeadRow {
  readonly history: bigint;
}

interface PublicationRow {
  readonly id: number;
  readonly change_set_id: string;
  readonly channel: string;
  readonly stream: string;
  readonly head_history: bigint;
}

/** What summit wants published. */
export class PublicationStore {
  constructor(private readonly clock: Clock) {}

  /** Stores the wish once per state of the line; says whether it is decided. */
  async request(
    tx: Transaction,
    wish: Pick<Publication, 'changeSetId' | 'channel' | 'stream'>,
  ): Promise<'open' | 'decided'> {
    const heads = await tx.$queryRaw<HeadRow[]>`
      SELECT v.history FROM change_set_line l
      JOIN channel c ON c.id = l.channel_id JOIN version v ON v.id = l.head_version_id
      WHERE l.change_set_id = ${wish.changeSetId}::uuid AND c.name = ${wish.channel}`;
    const headHistory = heads[0]?.history ?? 0n;
    const { changeSetId, channel, stream } = wish;
    const key = { changeSetId, channel, stream, headHistory };
    await tx.publication.createMany({
      data: [{ ...key, state: 'open', requestedAt: new Date(this.clock.now()) }],
      skipDuplicates: true,
    });
    const row = await tx.publication.findUniqueOrThrow({
      where: { changeSetId_channel_stream_headHistory: key },
      select: { state: true },
    });
    if (row.state !== 'open') return 'decided';
    await announceWork(tx, 'publication');
    return 'open';
  }

  /** The oldest wish that nobody decides at this moment; it stays locked until the transaction ends. */
  async lockNext(tx: Transaction): Promise<Publication | undefined> {
    const rows = await tx.$queryRaw<PublicationRow[]>`
      SELECT id, change_set_id, channel, stream, head_history FROM publication
      WHERE state = 'open' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
    return rows.map((row) => ({
      id: row.id,
      changeSetId: row.change_set_id,
      channel: row.channel,
      stream: row.stream,
      headHistory: Number(row.head_history),
    }))[0];
  }

  async decide(tx: Transaction, id: number, outcome: PublicationOutcome): Promise<void> {
    await tx.publication.update({
      where: { id },
      data: {
        state: outcome.kind,
        decidedAt: new Date(this.clock.now()),
        ...(outcome.kind === 'published'
          ? { versionId: outcome.versionId }
          : { code: outcome.code, message: outcome.message }),
      },
    });
  }
}
