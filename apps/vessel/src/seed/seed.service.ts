import { mapInParallel } from '@cairn/std';
import type { Codec } from '@cairn/stone';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChannelStore } from '../channels/channel.store.js';
import { withPut } from '../channels/domain/stream-contents.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import type { NewPackage } from '../pool/domain/new-package.js';
import type { PackageStore } from '../pool/package.store.js';
import type { ChannelEnsureService } from '../publishing/channel-ensure.service.js';
import type { StreamMover } from '../publishing/stream-mover.js';
import { chooseSeeds, newestOfEach } from './domain/choose-seeds.js';
import { readPackage } from './read-package.js';
import { bring, type SeedFile } from './seed-source.js';

/** Files that are fetched and checked at once. */
const AT_ONCE = 8;
const COMMIT_TIMEOUT_MS = 600_000;

/** What became of a seed. */
export interface SeedReport {
  readonly channel: string;
  readonly stream: string;
  /** Null after a dry run. */
  readonly history: string | null;
  readonly accepted: number;
  /** There already, to the byte. */
  readonly present: number;
  /** Left out because the channel, or the source itself, has a newer one. */
  readonly older: number;
  readonly refused: readonly { readonly file: string; readonly message: string }[];
}

type Refused = SeedReport['refused'][number];

/** Fills a channel from package files that others built. */
export class SeedService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly packages: PackageStore;
      readonly ensure: ChannelEnsureService;
      readonly mover: StreamMover;
      readonly blobs: BlobStore;
      readonly files: ChannelFilesService;
      readonly codec: Codec;
      readonly incomingDir: string;
      readonly drafts: DraftNames;
    },
  ) {}

  /**
   * Checks every file like an artefact of a builder, keeps the good ones, and publishes the newest of each name as one
   * version. What an interrupted run has brought is not fetched again.
   */
  async seed(order: {
    readonly files: readonly SeedFile[];
    readonly channel: string;
    readonly stream: string;
    readonly isDryRun: boolean;
    readonly onProgress: (done: number, total: number) => void;
  }): Promise<SeedReport> {
    const { files, channel, stream, isDryRun, onProgress } = order;
    const { incomingDir, drafts } = this.parts;
    await mkdir(incomingDir, { recursive: true });
    const refused: Refused[] = [];
    const found: NewPackage[] = [];
    let done = 0;
    await mapInParallel(files, AT_ONCE, async (file) => {
      const taken = await this.take(file, join(incomingDir, drafts.next()));
      if ('message' in taken) refused.push(taken);
      else found.push(taken);
      done += 1;
      onProgress(done, files.length);
    });
    const newest = newestOfEach(found);
    const published = await this.publish({ newest, channel, stream, isDryRun });
    const outdated = found.length - newest.length;
    return { channel, stream, ...published, older: published.older + outdated, refused };
  }

  /** Brings one file into the pool. Its bytes are there for good before a row says so. */
  private async take(file: SeedFile, path: string): Promise<NewPackage | Refused> {
    const refuse = (message: string): Refused => ({ file: file.label, message });
    const { packages, blobs, codec } = this.parts;
    const known = file.listed && (await this.known(file.listed.sha256));
    if (known !== undefined) return known;
    try {
      const brought = await bring(file, path);
      if (brought === undefined) return refuse('It is not what the index says.');
      const item = await readPackage(path, brought.sha256, codec);
      if (typeof item === 'string') return refuse(item);
      await this.db.inTransaction((tx) => packages.addBlobs(tx, [item]));
      await blobs.add(path, item.sha256);
      await this.db.inTransaction((tx) => packages.addPackages(tx, [item]));
      return item;
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error));
    } finally {
      await rm(path, { force: true });
    }
  }

  /** A package that an earlier run has brought. */
  private async known(sha256: string): Promise<NewPackage | undefined> {
    const { packages, blobs } = this.parts;
    const item = await packages.findNew(this.db.client, sha256);
    if (item === undefined || !(await blobs.has(sha256))) return undefined;
    return item;
  }

  private async publish(order: {
    readonly newest: readonly NewPackage[];
    readonly channel: string;
    readonly stream: string;
    readonly isDryRun: boolean;
  }): Promise<Pick<SeedReport, 'history' | 'accepted' | 'present' | 'older'>> {
    const { newest, stream, isDryRun } = order;
    const { ensure, channels, packages, mover, files } = this.parts;
    const architectures = [...new Set(newest.map(({ description }) => description.architecture))];
    if (newest.length === 0) return { history: null, accepted: 0, present: 0, older: 0 };
    if (!isDryRun) await ensure.ensure({ channel: order.channel, architectures });
    const { counts, history, channel } = await this.db.inTransaction(
      async (tx) => {
        const locked = await channels.lock(tx, order.channel);
        const offered = await packages.addPackages(tx, newest);
        const now = locked && (await mover.now(tx, locked.id, stream));
        const chosen = chooseSeeds(now?.packages ?? [], offered);
        const count = (verdict: string) => chosen.filter((each) => each.verdict === verdict).length;
        const counts = {
          accepted: count('accepted'),
          present: count('present'),
          older: count('older'),
        };
        if (isDryRun || locked === undefined || now === undefined) {
          return { counts, history: null, channel: undefined };
        }
        const put = chosen.filter(({ verdict }) => verdict === 'accepted').map(({ item }) => item);
        const after = withPut(now.packages, put);
        const move = await mover.plan(tx, { channel: locked, stream, after }, now);
        const why = { cause: 'seed', account: '', reason: '' };
        const version = await mover.commit(tx, move, why);
        return { counts, history: String(version.history), channel: locked };
      },
      { timeoutMs: COMMIT_TIMEOUT_MS },
    );
    if (channel !== undefined) await files.complete(channel);
    return { ...counts, history };
  }
}
