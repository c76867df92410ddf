// What vessel's integration tests share: real servers, a builder that holds artefacts, and a summit that listens.
import 'reflect-metadata';
import { createCredentials, createTrustFile, natsServerConfig, parseTrust } from '@cairn/auth';
import {
  artefactRead,
  changeSetPublished,
  importFinished,
  streamMoved,
  subjectOf,
  type Collectable,
  type NatsContract,
  type RequestOf,
} from '@cairn/contracts';
import { connectNats, ContractClient } from '@cairn/messaging';
import { createLogger, Shutdown } from '@cairn/observability';
import { migrateDeploy } from '@cairn/persistence';
import { packageFileName, type StonePackage } from '@cairn/stone';
import { createStone } from '@cairn/stone-files';
import {
  eventually,
  makeTestFolder,
  migratedDatabase,
  startNats,
  startRedis,
  type PostgresAddress,
} from '@cairn/testing';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, type VesselConfig } from '../config.js';
import { startVessel, type RunningVessel } from './vessel.js';

export const REPOSITORY_ROOT = join(import.meta.dirname, '../../../..');
const MIGRATIONS_DIR = join(REPOSITORY_ROOT, 'prisma/vessel/migrations');
const META_HEADER = 'Cairn-Meta';

export type ImportOutcome = RequestOf<typeof importFinished>['outcome'];
export type PublishOutcome = RequestOf<typeof changeSetPublished>['outcome'];

/** A package that a builder has made. */
export interface BuiltPackage {
  readonly collectable: Collectable;
  readonly bytes: Uint8Array;
  readonly description: StonePackage;
}

/** A builder on the broker that serves the bytes it was given. */
export interface TestBuilder {
  readonly id: string;
  /** By SHA-256; set a value to lie. */
  readonly artefacts: Map<string, Uint8Array>;
  /** Offsets that were asked for. */
  readonly reads: number[];
  /** Called before each answer; may wait, or return false to stay silent. */
  beforeAnswer: (offset: number) => boolean | Promise<boolean>;
  leave(): Promise<void>;
}

/** The parts of a world that outlive a vessel. */
export interface World {
  readonly dir: string;
  readonly redisUrl: string;
  readonly summit: ContractClient;
  readonly heard: {
    readonly imports: Map<string, ImportOutcome[]>;
    readonly publications: Map<string, PublishOutcome[]>;
    readonly moves: RequestOf<typeof streamMoved>[];
  };
  environment(more?: Readonly<Record<string, string>>): Promise<Record<string, string>>;
  start(
    environment: Readonly<Record<string, string>>,
  ): Promise<RunningVessel & { stop(): Promise<void>; readonly config: VesselConfig }>;
  builder(): Promise<TestBuilder>;
  stop(): Promise<void>;
}

export async function createWorld(postgres: PostgresAddress): Promise<World> {
  const folder = makeTestFolder();
  const trust = parseTrust(JSON.stringify(createTrustFile()));
  const config = await natsServerConfig(trust, { revocations: [] });
  const [redis, nats] = await Promise.all([
    startRedis({ dir: join(folder.dir, 'redis'), durable: false }),
    startNats({
      dir: join(folder.dir, 'nats'),
      config: ({ dir }) => config(join(dir, 'resolver')),
    }),
  ]);
  const connections: NatsConnection[] = [];
  const link = async (role: 'summit' | 'builder', senderId: string) => {
    const credentials = await createCredentials(trust, role, senderId);
    const connection = await connectNats({
      url: nats.url,
      credentials,
      senderId,
      name: senderId,
      onFault: () => undefined,
    });
    connections.push(connection);
    return connection;
  };
  const summitLink = await link('summit', 'summit');
  const heard: World['heard'] = { imports: new Map(), publications: new Map(), moves: [] };
  listenAsSummit(summitLink, heard);
  const credentialsFile = join(folder.dir, 'vessel-credentials.json');
  writeFileSync(
    credentialsFile,
    JSON.stringify(await createCredentials(trust, 'vessel', 'vessel')),
  );
  let worlds = 0;

  return {
    dir: folder.dir,
    redisUrl: redis.url,
    summit: new ContractClient(summitLink),
    heard,
    environment: async (more = {}) => {
      worlds += 1;
      return {
        VESSEL_DATABASE_URL: await migratedDatabase(postgres, {
          dir: MIGRATIONS_DIR,
          migrate: migrateDeploy,
        }),
        VESSEL_REDIS_URL: redis.url,
        VESSEL_NATS_URL: nats.url,
        VESSEL_CREDENTIALS_FILE: credentialsFile,
        VESSEL_DATA_DIR: join(folder.dir, `data-${worlds}`),
        VESSEL_STAGNATION_SECONDS: '20',
        VESSEL_LOG_LEVEL: process.env['VESSEL_TEST_LOG_LEVEL'] ?? 'silent',
        ...more,
      };
    },
    start: async (environment) => {
      const vesselConfig = loadConfig(environment);
      const log = createLogger({ name: 'vessel', level: vesselConfig.logLevel });
      const shutdown = new Shutdown({ log, exit: () => undefined });
      const running = await startVessel({ config: vesselConfig, log, shutdown });
      const stop = async () => void (await shutdown.stop('test'));
      return { ...running, config: vesselConfig, stop };
    },
    builder: async () => {
      const id = `builder-${randomUUID().slice(0, 8)}`;
      return serveArtefacts(id, await link('builder', id));
    },
    stop: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await Promise.all([redis.stop(), nats.stop()]);
      folder.remove();
    },
  };
}

function listenAsSummit(link: NatsConnection, heard: World['heard']): void {
  const on = <C extends NatsContract>(contract: C, take: (body: RequestOf<C>) => void) => {
    link.subscribe(contract.subject, {
      callback: (_error, message) => {
        take(contract.request.parse(message.json()) as RequestOf<C>);
        message.respond('{}');
      },
    });
  };
  const push = <T>(map: Map<string, T[]>, key: string, value: T) =>
    map.set(key, [...(map.get(key) ?? []), value]);
  on(importFinished, ({ importId, outcome }) => push(heard.imports, importId, outcome));
  on(changeSetPublished, ({ changeSetId, outcome }) =>
    push(heard.publications, changeSetId, outcome),
  );
  on(streamMoved, (move) => heard.moves.push(move));
}

function serveArtefacts(id: string, link: NatsConnection): TestBuilder {
  const builder: TestBuilder = {
    id,
    artefacts: new Map(),
    reads: [],
    beforeAnswer: () => true,
    leave: () => link.close(),
  };
  const answer = async (message: Msg) => {
    const request = artefactRead.request.parse(message.json());
    builder.reads.push(request.offset);
    if (!(await builder.beforeAnswer(request.offset))) return;
    const bytes = builder.artefacts.get(request.sha256);
    const reply = headers();
    if (bytes === undefined) {
      reply.set('Nats-Service-Error-Code', '404');
      message.respond(JSON.stringify({ code: 'artefact.not-found', message: 'Not here.' }), {
        headers: reply,
      });
      return;
    }
    reply.set(META_HEADER, JSON.stringify({ sizeBytes: bytes.byteLength }));
    const { offset, lengthBytes } = request;
    message.respond(bytes.subarray(offset, offset + lengthBytes), { headers: reply });
  };
  link.subscribe(subjectOf(artefactRead, id), {
    callback: (_error, message) => void answer(message),
  });
  return builder;
}

/** Makes a real package; `content` decides its bytes. */
export async function buildPackage(
  dir: string,
  facts: Partial<StonePackage> & { readonly name: string },
  content: Uint8Array | string = 'content',
): Promise<BuiltPackage> {
  const description: StonePackage = {
    version: '1.0',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    summary: `Summary of ${facts.name}`,
    description: 'Made by a test',
    sourceId: facts.name,
    homepage: 'https://example.org',
    licenses: ['MPL-2.0'],
    depends: [],
    provides: [{ kind: 'binary', name: facts.name }],
    conflicts: [],
    buildDepends: [],
    ...facts,
  };
  const root = join(dir, `root-${randomUUID()}`);
  mkdirSync(join(root, 'usr/share', facts.name), { recursive: true });
  writeFileSync(join(root, 'usr/share', facts.name, 'file'), content);
  const out = join(dir, `${randomUUID()}.stone`);
  const created = await createStone({ package: description, root, out });
  if (!created.ok) throw new Error(created.error.code);
  const { sizeBytes, sha256 } = created.value;
  return {
    description,
    bytes: readFileSync(out),
    collectable: { kind: 'package', name: packageFileName(description), sizeBytes, sha256 },
  };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The outcome of an import, once it is told. */
export function outcomeOf(
  world: World,
  importId: string,
  timeoutMs = 15_000,
): Promise<ImportOutcome> {
  return eventually(
    () => {
      const [outcome] = world.heard.imports.get(importId) ?? [];
      if (outcome === undefined) throw new Error(`nothing heard of import ${importId}`);
      return outcome;
    },
    { timeoutMs, intervalMs: 2 },
  );
}

/** The latest outcome of publishing a change set, once there are `count` of them. */
export function publicationOf(
  world: World,
  changeSetId: string,
  count = 1,
  timeoutMs = 15_000,
): Promise<PublishOutcome> {
  return eventually(
    () => {
      const outcome = world.heard.publications.get(changeSetId)?.[count - 1];
      if (outcome === undefined) throw new Error(`nothing heard of change set ${changeSetId}`);
      return outcome;
    },
    { timeoutMs, intervalMs: 2 },
  );
}
