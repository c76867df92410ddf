import { AppError, changeSetPublished, type RequestOf } from '@cairn/contracts';
import type { Logger } from '@cairn/observability';
import { invariant } from '@cairn/std';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import { decidePublication } from '../channels/domain/import-rules.js';
import { applyChanges, packagesOfLine } from '../channels/domain/version-line.js';
import type { VersionStore } from '../channels/version.store.js';
import type { VesselOutboxStore } from '../outbox/outbox.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { VesselMetrics } from '../vessel-metrics.js';
import type { PackageStore } from '../pool/package.store.js';
import type { Publication, PublicationOutcome, PublicationStore } from './publication.store.js';
import type { StreamNow, StreamWish } from './domain/planned-change.js';
import type { StreamMover } from './stream-mover.js';

type Outcome = RequestOf<typeof changeSetPublished>['outcome'];
type Refusal = Extract<PublicationOutcome, { readonly kind: 'refused' }>;

interface Decided {
  readonly wish: Publication;
  readonly outcome: PublicationOutcome;
  /** Whose files are to be written. */
  readonly channel: Channel | undefined;
}

const MESSAGE_LENGTH_MAX = 1_900;
/** Longest time for one decision: thousands of packages in one commit. */
const DECISION_TIMEOUT_MS = 120_000;

/** Promotes the lines of change sets: one commit decides over everything, then the files follow, then summit hears of it. */
export class PublicationService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly publications: PublicationStore;
      readonly channels: ChannelStore;
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly mover: StreamMover;
      readonly outbox: VesselOutboxStore;
      readonly files: ChannelFilesService;
      readonly log: Logger;
      readonly published: VesselMetrics['publications'];
    },
  ) {}

  /** Stores the wish; the leader is told and carries it out. */
  async request(
    wish: Pick<Publication, 'changeSetId' | 'channel' | 'stream'>,
  ): Promise<'started' | 'finished'> {
    const state = await this.db.inTransaction((tx) => this.parts.publications.request(tx, wish));
    return state === 'open' ? 'started' : 'finished';
  }

  /** Decides every open wish and puts its files in place. */
  async runAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const decided = await this.db.inTransaction((tx) => this.decideNext(tx), {
        timeoutMs: DECISION_TIMEOUT_MS,
      });
      if (decided === undefined) return;
      this.parts.published.increment({ outcome: decided.outcome.kind });
      const { changeSetId, channel, stream } = decided.wish;
      const facts = { changeSetId, channel, stream, outcome: decided.outcome };
      this.parts.log.info(facts, 'Change set decided');
      if (decided.channel !== undefined) await this.parts.files.complete(decided.channel);
    }
  }

  private async decideNext(tx: Transaction): Promise<Decided | undefined> {
    const wish = await this.parts.publications.lockNext(tx);
    if (wish === undefined) return undefined;
    const channel = await this.parts.channels.lock(tx, wish.channel);
    const outcome =
      channel === undefined
        ? refusal('channel.not-found', `There is no channel ${wish.channel}.`)
        : await this.publish(tx, wish, channel);
    await this.parts.publications.decide(tx, wish.id, outcome);
    await this.announce(tx, wish, outcome);
    const files = outcome.kind === 'published' ? channel : undefined;
    return { wish, outcome, channel: files };
  }

  private async publish(
    tx: Transaction,
    wish: Publication,
    channel: Channel,
  ): Promise<PublicationOutcome> {
    const { versions, packages, mover } = this.parts;
    const line = {
      changeSetId: wish.changeSetId,
      channelId: channel.id,
      headHistory: wish.headHistory,
    };
    const stagedIds = packagesOfLine(await versions.changesOfLine(tx, line));
    if (stagedIds.length === 0) {
      return refusal('change-set.empty', 'Nothing has been staged for this change set.');
    }
    const staged = await packages.packagesOf(tx, stagedIds);
    const now = await mover.now(tx, channel.id, wish.stream);
    const decision = decidePublication({ current: now.packages, staged });
    if (decision.kind === 'refuse') return refusal(decision.code, decision.message);
    const byId = new Map(staged.map((item) => [item.id, item]));
    const after = applyChanges(now.packages, decision.changes, (id) => {
      const item = byId.get(id);
      invariant(item !== undefined, 'only staged packages are put');
      return item;
    });
    return this.commit(tx, { channel, stream: wish.stream, after }, { wish, now });
  }

  private async commit(
    tx: Transaction,
    wanted: StreamWish,
    { wish, now }: { readonly wish: Publication; readonly now: StreamNow },
  ): Promise<PublicationOutcome> {
    const { mover } = this.parts;
    try {
      const move = await mover.plan(tx, wanted, now);
      const { changeSetId } = wish;
      const why = { cause: 'publish', account: '', reason: '', changeSetId };
      return { kind: 'published', versionId: (await mover.commit(tx, move, why)).id };
    } catch (error) {
      if (error instanceof AppError) return refusal(error.code, error.message);
      throw error;
    }
  }

  private async announce(
    tx: Transaction,
    wish: Publication,
    outcome: PublicationOutcome,
  ): Promise<void> {
    const { changeSetId, channel } = wish;
    const told: Outcome =
      outcome.kind === 'refused'
        ? outcome
        : { kind: 'published', channel, history: await this.historyOf(tx, outcome.versionId) };
    await this.parts.outbox.add(tx, {
      contract: changeSetPublished,
      body: { changeSetId, outcome: told },
      ...(outcome.kind === 'published' ? { versionId: outcome.versionId } : {}),
    });
  }

  private async historyOf(tx: Transaction, versionId: number): Promise<string> {
    return String((await this.parts.versions.find(tx, versionId)).history);
  }
}

function refusal(code: Refusal['code'], message: string): Refusal {
  return { kind: 'refused', code, message: message.slice(0, MESSAGE_LENGTH_MAX) };
}
