import { mapInParallel } from '@cairn/std';
import type { Codec } from '@cairn/stone';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
import { reasonOf } from './admin-error.js';
import { chooseSeeds, newestOfEach, type SeedVerdict } from './domain/choose-seeds.js';
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

/** What to take in and where to. */
export interface SeedOrder {
  readonly files: readonly SeedFile[];
  readonly channel: string;
  readonly stream: string;
  readonly isDryRun: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

type Refused = SeedReport['refused'][number];
type Outcome = Pick<SeedReport, 'history' | SeedVerdict>;

interface Found {
  readonly found: readonly NewPackage[];
  readonly refused: readonly Refused[];
}

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
   * version. What an interrupted run has brought is not fetched again. A dry run writes nothing.
   */
  async seed(order: SeedOrder): Promise<SeedReport> {
    const { channel, stream, isDryRun } = order;
    const { found, refused } = await (isDryRun ? this.inspect(order) : this.bringIn(order));
    const newest = newestOfEach(found);
    const outcome = isDryRun
      ? await this.preview(newest, order)
      : await this.publish(newest, order);
    const outdated = found.length - newest.length;
    return { channel, stream, ...outcome, older: outcome.older + outdated, refused };
  }

  /** Leaves nothing behind, for it fetches into the system's folder for temporary files. */
  private async inspect(order: SeedOrder): Promise<Found> {
    const dir = await mkdtemp(join(tmpdir(), 'cairn-seed-'));
    try {
      return await this.gather(order, dir, () => Promise.resolve());
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  /** Puts the good files into the pool. */
  private async bringIn(order: SeedOrder): Promise<Found> {
    const { packages, blobs, incomingDir } = this.parts;
    await mkdir(incomingDir, { recursive: true });
    return this.gather(order, incomingDir, async (item, path) => {
      await this.db.inTransaction((tx) => packages.addBlobs(tx, [item]));
      await blobs.add(path, item.sha256);
      // The bytes are there for good before a row says so.
      await this.db.inTransaction((tx) => packages.addPackages(tx, [item]));
    });
  }

  private async gather(
    { files, onProgress }: SeedOrder,
    dir: string,
    keep: (item: NewPackage, path: string) => Promise<void>,
  ): Promise<Found> {
    let done = 0;
    const outcomes = await mapInParallel(files, AT_ONCE, async (file) => {
      const taken = await this.take(file, join(dir, this.parts.drafts.next()), keep);
      done += 1;
      onProgress(done, files.length);
      return typeof taken === 'string' ? { file: file.label, message: taken } : taken;
    });
    // In the order of the files, so that of two with one release it is always the same that is taken.
    return {
      found: outcomes.flatMap((each) => ('message' in each ? [] : [each])),
      refused: outcomes.flatMap((each) => ('message' in each ? [each] : [])),
    };
  }

  /** One file by way of a temporary path; a text says why it is refused. */
  private async take(
    file: SeedFile,
    path: string,
    keep: (item: NewPackage, path: string) => Promise<void>,
  ): Promise<NewPackage | string> {
    const known = file.listed && (await this.known(file.listed.sha256));
    if (known !== undefined) return known;
    try {
      const brought = await bring(file, path);
      if (brought === undefined) return 'It is not what the index says.';
      const item = await readPackage(path, brought.sha256, this.parts.codec);
      if (typeof item !== 'string') await keep(item, path);
      return item;
    } catch (error) {
      return reasonOf(error);
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

  private async preview(
    newest: readonly NewPackage[],
    { channel: name, stream }: SeedOrder,
  ): Promise<Outcome> {
    const { channels, mover } = this.parts;
    const { client } = this.db;
    const channel = await channels.find(client, name);
    const now = channel && (await mover.now(client, channel.id, stream));
    const offered = newest.map(({ description, sha256 }) => ({ ...description, sha256 }));
    return { history: null, ...countsOf(chooseSeeds(now?.packages ?? [], offered)) };
  }

  private async publish(
    newest: readonly NewPackage[],
    { channel: name, stream }: SeedOrder,
  ): Promise<Outcome> {
    const { ensure, channels, packages, mover, files } = this.parts;
    if (newest.length === 0) return { history: null, ...countsOf([]) };
    const architectures = [...new Set(newest.map(({ description }) => description.architecture))];
    await ensure.ensure({ channel: name, architectures });
    const { channel, ...outcome } = await this.db.inTransaction(
      async (tx) => {
        const channel = await channels.lockOrCreate(tx, name);
        const offered = await packages.addPackages(tx, newest);
        const now = await mover.now(tx, channel.id, stream);
        const chosen = chooseSeeds(now.packages, offered);
        const put = chosen.filter(({ verdict }) => verdict === 'accepted').map(({ item }) => item);
        const after = withPut(now.packages, put);
        const move = await mover.plan(tx, { channel, stream, after }, now);
        const why = { cause: 'seed', account: '', reason: '' };
        const version = await mover.commit(tx, move, why);
        return { channel, history: String(version.history), ...countsOf(chosen) };
      },
      { timeoutMs: COMMIT_TIMEOUT_MS },
    );
    await files.complete(channel);
    return outcome;
  }
}

function countsOf(
  chosen: readonly { readonly verdict: SeedVerdict }[],
): Pick<SeedReport, SeedVerdict> {
  const count = (verdict: SeedVerdict) => chosen.filter((each) => each.verdict === verdict).length;
  return { accepted: count('accepted'), present: count('present'), older: count('older') };
}
