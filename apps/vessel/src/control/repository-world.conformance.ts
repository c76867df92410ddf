// A repository on a real database and a real folder, without a broker: for tests of thousands of small steps.
import { channelChange, type ChannelAction, type ChannelPlan } from '@cairn/contracts';
import { createLogger, Health, Metrics } from '@cairn/observability';
import { migrateDeploy } from '@cairn/persistence';
import type { Clock } from '@cairn/std';
import { packageFileName, type StonePackage } from '@cairn/stone';
import { migratedDatabase, type PostgresAddress } from '@cairn/testing';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexPlaceOf } from '../package-index/index-shelf.js';
import { DraftNames } from '../pool/domain/draft-name.js';
import type { PackageFile } from '../pool/domain/package-file.js';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { PublicServer } from '../serving/public-server.js';
import { declareMetrics } from '../vessel-metrics.js';
import type { BucketOptions } from '../pool/s3-blob-store.js';
import { openBlobStorage, type BlobStorage } from './blob-storage.js';
import { createRepository, dataFolders, type Repository } from './repository.js';

const MIGRATIONS_DIR = join(import.meta.dirname, '../../../../prisma/vessel/migrations');

export type Signing = NonNullable<Parameters<typeof createRepository>[0]['signing']>;

/** A package as tests of channels need it: described completely, its bytes anything. */
export interface SmallPackage {
  readonly description: StonePackage;
  readonly bytes: Uint8Array;
  readonly files: readonly PackageFile[];
}

export interface RepositoryWorld extends Repository {
  readonly db: VesselDatabase;
  readonly dataDir: string;
  readonly publicDir: string;
  readonly poolDir: string;
  readonly blobs: BlobStorage['blobs'];
  readonly pool: BlobStorage['pool'];
  /** Brings packages of one source into the line of a change set. */
  stage(
    channel: string,
    changeSetId: string,
    packages: readonly SmallPackage[],
    stream?: string,
  ): Promise<void>;
  /** Stages, publishes and says what became of it: a history, or the code of a refusal. */
  publish(
    channel: string,
    packages: readonly SmallPackage[],
    stream?: string,
  ): Promise<{ readonly history: number } | { readonly code: string }>;
  change(action: ChannelAction, isDryRun?: boolean): Promise<ChannelPlan>;
  /** What summit does when it is there: hears everything. */
  hearAll(): Promise<void>;
  close(): Promise<void>;
}

export async function openRepository(given: {
  readonly postgres: PostgresAddress;
  readonly dir: string;
  readonly clock: Clock;
  readonly signing?: Signing | undefined;
  /** What another process has left; a new database and folder unless told. */
  readonly at?: { readonly connectionString: string; readonly dataDir: string };
  /** Where packages go; to a folder unless told. */
  readonly bucket?: BucketOptions;
}): Promise<RepositoryWorld> {
  const { postgres, dir, clock } = given;
  const database = { dir: MIGRATIONS_DIR, migrate: migrateDeploy };
  const { connectionString, dataDir } = given.at ?? {
    connectionString: await migratedDatabase(postgres, database),
    dataDir: join(dir, randomUUID()),
  };
  const db = new VesselDatabase(connectionString);
  const { publicDir, poolDir, incomingDir } = dataFolders(dataDir);
  for (const folder of [publicDir, poolDir, incomingDir]) mkdirSync(folder, { recursive: true });
  const drafts = new DraftNames(randomUUID());
  const storage = openBlobStorage({ dataDir, bucket: given.bucket }, { db, drafts });
  const { blobs, pool } = storage;
  const repository = await createRepository({
    dataDir,
    publicUrl: 'http://127.0.0.1',
    drafts,
    db,
    blobs,
    clock,
    log: createLogger({ name: 'vessel', level: 'silent' }),
    counters: declareMetrics(new Metrics()),
    ...(given.signing === undefined ? {} : { signing: given.signing }),
  });
  const stage: RepositoryWorld['stage'] = async (
    channel,
    changeSetId,
    packages,
    stream = 'volatile',
  ) => {
    const importId = randomUUID();
    const files = packages.map(({ description, bytes }) => {
      const path = join(incomingDir, randomUUID());
      writeFileSync(path, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { path, sha256, sizeBytes: bytes.byteLength, name: packageFileName(description) };
    });
    const [first] = packages;
    if (first === undefined) throw new Error('nothing to stage');
    const { sourceId: source, version, sourceRelease, buildRelease } = first.description;
    const { architecture } = first.description;
    const order = {
      ...{ importId, changeSetId, channel, stream, builderId: 'builder' },
      expected: { source, version, sourceRelease, buildRelease, architecture },
      collectables: files.map(({ name, sha256, sizeBytes }) => ({
        kind: 'package' as const,
        ...{ name, sha256, sizeBytes },
      })),
    };
    await repository.importStore.request(order);
    const artefacts = order.collectables.map((collectable, at) => ({
      collectable,
      description: packages[at]?.description ?? first.description,
      files: packages[at]?.files ?? [],
    }));
    const outcome = await repository.staging.stage({ order, artefacts, packages: [], files });
    if (outcome !== 'staged') throw new Error(JSON.stringify(outcome));
  };
  return {
    ...repository,
    db,
    dataDir,
    publicDir,
    poolDir,
    blobs,
    pool,
    stage,
    publish: async (channel, packages, stream = 'volatile') => {
      const changeSetId = randomUUID();
      await stage(channel, changeSetId, packages, stream);
      await repository.publications.request({ changeSetId, channel, stream });
      await repository.publications.runAll(new AbortController().signal);
      const row = await db.client.publication.findFirstOrThrow({
        where: { changeSetId },
        include: { publishedVersion: true },
      });
      if (row.publishedVersion === null) return { code: row.code ?? '' };
      return { history: Number(row.publishedVersion.history) };
    },
    change: (action, isDryRun = false) =>
      repository.changes.change(
        channelChange.request.parse({
          ...{ changeId: randomUUID(), account: 'ada', reason: '', action, isDryRun },
        }),
      ),
    hearAll: async () => void (await db.client.outbox.deleteMany()),
    close: async () => {
      await storage.close();
      await db.close();
    },
  };
}

/** Serves a public folder as vessel does. */
export async function servePublicly(
  publicDir: string,
  shelf?: RepositoryWorld['shelf'],
  pool?: RepositoryWorld['pool'],
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = new PublicServer({
    ...{ publicDir, host: '127.0.0.1', port: 0, health: new Health(), metrics: new Metrics() },
    log: createLogger({ name: 'vessel', level: 'silent' }),
    pool,
    makeMissing: async (segments) => {
      const place = indexPlaceOf(segments);
      return place !== undefined && (await shelf?.make(place)) === true;
    },
  });
  const port = await server.listen();
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** A small package; the content decides its bytes. */
export function smallPackage(
  facts: Partial<StonePackage> & { readonly name: string },
  content = '',
  files: readonly PackageFile[] = [],
): SmallPackage {
  const description: StonePackage = {
    version: '1',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    summary: facts.name,
    description: facts.name,
    sourceId: facts.name,
    homepage: 'https://example.org',
    licenses: ['MPL-2.0'],
    depends: [],
    provides: [],
    conflicts: [],
    buildDepends: [],
    ...facts,
  };
  return { description, files, bytes: Buffer.from(`${packageFileName(description)} ${content}`) };
}
