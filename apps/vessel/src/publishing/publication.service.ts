import { changeSetPublished, streamMoved, type RequestOf } from '@cairn/contracts';
import type { Logger } from '@cairn/observability';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import { decidePublication } from '../channels/domain/import-rules.js';
import { packagesOfLine } from '../channels/domain/version-line.js';
import type { ChannelVersion, VersionStore } from '../channels/version.store.js';
import type { VesselOutboxStore } from '../outbox/outbox.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import { INDEX_PACKAGES_MAX } from '../pool/domain/index-block.js';
import type { PoolPackage, VersionChange } from '../pool/domain/pool-package.js';
import type { VesselMetrics } from '../vessel-metrics.js';
import type { PackageStore } from '../pool/package.store.js';
import type { Publication, PublicationOutcome, PublicationStore } from './publication.store.js';

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
    const { versions, packages } = this.parts;
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
    const base = await this.currentVersion(tx, channel, wish.stream);
    const current = base === undefined ? [] : await versions.packagesOf(tx, base.id);
    const decision = decidePublication({ current, staged });
    if (decision.kind === 'refuse') return refusal(decision.code, decision.message);
    if (base !== undefined && decision.changes.length === 0) {
      return { kind: 'published', versionId: base.id };
    }
    return this.commit(tx, { wish, channel, base, current, changes: decision.changes, staged });
  }

  private async commit(
    tx: Transaction,
    decided: {
      readonly wish: Publication;
      readonly channel: Channel;
      readonly base: ChannelVersion | undefined;
      readonly current: readonly PoolPackage[];
      readonly staged: readonly PoolPackage[];
      readonly changes: readonly VersionChange[];
    },
  ): Promise<PublicationOutcome> {
    const { wish, channel, base, changes, staged, current } = decided;
    if (current.length + changes.length > INDEX_PACKAGES_MAX) {
      return refusal(
        'channel.full',
        `An index holds at most ${INDEX_PACKAGES_MAX} packages; this change set has ${staged.length} for ${current.length} others.`,
      );
    }
    const version = await this.parts.versions.append(tx, {
      channel,
      parentId: base?.id ?? null,
      kind: 'published',
      changeSetId: wish.changeSetId,
      architectures: channel.architectures,
      changes,
    });
    await this.parts.channels.moveStream(tx, {
      channelId: channel.id,
      name: wish.stream,
      versionId: version.id,
    });
    await this.parts.outbox.add(tx, {
      contract: streamMoved,
      body: { channel: channel.name, stream: wish.stream, history: String(version.history) },
      versionId: version.id,
    });
    return { kind: 'published', versionId: version.id };
  }

  private async currentVersion(
    tx: Transaction,
    channel: Channel,
    streamName: string,
  ): Promise<ChannelVersion | undefined> {
    const streams = await this.parts.channels.streamsOf(tx, channel.id);
    const stream = streams.find(({ name }) => name === streamName);
    return stream === undefined ? undefined : this.parts.versions.find(tx, stream.versionId);
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
