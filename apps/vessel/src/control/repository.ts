// The parts of vessel that need nothing but its database and its folder.
import type { SigningKey } from '@cairn/auth';
import type { Logger } from '@cairn/observability';
import type { Clock } from '@cairn/std';
import { loadCodec } from '@cairn/stone-files';
import { join } from 'node:path';
import { ChannelBrowser } from '../browse/channel-browser.js';
import { PackageDetails } from '../browse/package-details.js';
import { PackageSearch } from '../browse/package-search.js';
import { VersionReader } from '../browse/version-reader.js';
import { VersionTimeline } from '../browse/version-timeline.js';
import { ChannelStore } from '../channels/channel.store.js';
import { PinStore } from '../channels/pin.store.js';
import { PolicyStore } from '../channels/policy.store.js';
import { VersionStore } from '../channels/version.store.js';
import { GateService } from '../gate/gate.service.js';
import { GateStore } from '../gate/gate.store.js';
import { ImportStore } from '../imports/import.store.js';
import { StagingService } from '../imports/staging.service.js';
import { RestoreService } from '../seed/restore.service.js';
import { SeedService } from '../seed/seed.service.js';
import { VesselOutboxStore } from '../outbox/outbox.store.js';
import { ChannelFilesService } from '../package-index/channel-files.service.js';
import { ChannelLayout } from '../package-index/channel-layout.js';
import { IndexShelf } from '../package-index/index-shelf.js';
import { RepositorySigner } from '../package-index/repository-signer.js';
import { RootIndexStore } from '../package-index/root-index.store.js';
import { VersionFiles } from '../package-index/version-files.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobStore } from '../pool/blob-store.js';
import type { DraftNames } from '../pool/domain/draft-name.js';
import { DraftSweeper } from '../pool/draft-sweeper.js';
import { PackageStore } from '../pool/package.store.js';
import { PruneService } from '../prune/prune.service.js';
import { PruneStore } from '../prune/prune.store.js';
import { ActionPlanner } from '../publishing/action-planner.js';
import { ChangeStore } from '../publishing/change.store.js';
import { ChannelChangeService } from '../publishing/channel-change.service.js';
import { ChannelEnsureService } from '../publishing/channel-ensure.service.js';
import { PublicationService } from '../publishing/publication.service.js';
import { PublicationStore } from '../publishing/publication.store.js';
import { StreamMover } from '../publishing/stream-mover.js';
import type { VesselMetrics } from '../vessel-metrics.js';

/** Where vessel keeps what. */
export function dataFolders(dataDir: string) {
  return {
    publicDir: join(dataDir, 'public'),
    poolDir: join(dataDir, 'pool'),
    incomingDir: join(dataDir, 'incoming'),
  } as const;
}

/** Pool, channels and public folder, and what changes them. */
export interface Repository {
  readonly shelf: IndexShelf;
  readonly outbox: VesselOutboxStore;
  readonly files: ChannelFilesService;
  readonly draftSweeper: DraftSweeper;
  readonly importStore: ImportStore;
  readonly staging: StagingService;
  readonly channels: ChannelEnsureService;
  readonly changes: ChannelChangeService;
  readonly pruning: PruneService;
  readonly publications: PublicationService;
  readonly browser: ChannelBrowser;
  readonly timeline: VersionTimeline;
  readonly search: PackageSearch;
  readonly details: PackageDetails;
  readonly seeding: SeedService;
  readonly restoring: RestoreService;
}

/** Puts the repository together. */
export async function createRepository(given: {
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly db: VesselDatabase;
  /** Of this process; whoever holds its writer's lock keeps its drafts from being swept. */
  readonly drafts: DraftNames;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: VesselMetrics;
  /** Signs what is published, where there are keys. */
  readonly signing?: { readonly keys: readonly SigningKey[]; readonly validDays: number };
}): Promise<Repository> {
  const { db, blobs, drafts, clock, log, counters, publicUrl } = given;
  const { publicDir, poolDir, incomingDir } = dataFolders(given.dataDir);
  const outbox = new VesselOutboxStore(db, clock, ({ error: err, ...facts }) => {
    counters.announcementsRefused.increment({});
    log.error({ err, ...facts }, 'Announcement refused');
  });
  const packages = new PackageStore();
  const channels = new ChannelStore(clock);
  const versions = new VersionStore(packages, clock);
  const layout = new ChannelLayout(publicDir);
  const { keys, validDays } = given.signing ?? { keys: [], validDays: 0 };
  const signer = new RepositorySigner(keys, validDays, clock);
  const versionFiles = new VersionFiles(layout, { versions, packages, blobs, signer, drafts });
  const shelf = new IndexShelf(db, { layout, files: versionFiles });
  const files = new ChannelFilesService(db, {
    versions,
    layout,
    signer,
    drafts,
    rootIndex: new RootIndexStore(),
    files: versionFiles,
  });
  const draftSweeper = new DraftSweeper(db, [publicDir, poolDir, incomingDir]);
  const importStore = new ImportStore(db, outbox, clock);
  const codec = await loadCodec();
  const staging = new StagingService(db, {
    channels,
    versions,
    packages,
    imports: importStore,
    blobs,
    files,
    codec,
  });
  const publications = new PublicationStore(clock);
  const pins = new PinStore(clock);
  const policies = new PolicyStore();
  const gate = new GateService({ channels, policies, versions, store: new GateStore() });
  const mover = new StreamMover({ channels, versions, packages, pins, outbox, gate });
  const shared = { channels, versions, packages, outbox, files, mover, pins, policies, clock };
  const ensure = new ChannelEnsureService(db, shared);
  const reader = new VersionReader(channels, versions);
  return {
    shelf,
    outbox,
    files,
    draftSweeper,
    importStore,
    staging,
    channels: ensure,
    changes: new ChannelChangeService(db, {
      ...shared,
      changes: new ChangeStore(clock),
      planner: new ActionPlanner(shared),
    }),
    pruning: new PruneService(db, {
      ...shared,
      shelf,
      store: new PruneStore(versions),
      layout,
      blobs,
      draftSweeper,
      log,
    }),
    publications: new PublicationService(db, {
      ...shared,
      publications,
      log,
      published: counters.publications,
    }),
    seeding: new SeedService(db, { ...shared, ensure, blobs, codec, incomingDir, drafts }),
    restoring: new RestoreService(db, {
      ...shared,
      blobs,
      layout,
      signer,
      codec,
      incomingDir,
      drafts,
    }),
    browser: new ChannelBrowser(db, reader, versions, publicUrl),
    timeline: new VersionTimeline(db, reader, versions, packages),
    search: new PackageSearch(db, reader, publicUrl),
    details: new PackageDetails(db, reader, versions, publicUrl),
  };
}
