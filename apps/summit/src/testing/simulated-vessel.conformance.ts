// A vessel as summit meets it: it answers the contracts and serves package indexes over HTTP, and keeps no files.
import { createCredentials, type NatsTrust } from '@cairn/auth';
import {
  changeSetPublish,
  changeSetPublished,
  channelEnsure,
  channelList,
  importCancel,
  importFinished,
  importStart,
  packageDependants,
  packageFiles,
  packageList,
  packageShow,
  packageVersions,
  poolPrune,
  versionList,
  type NatsContract,
  type RequestOf,
} from '@cairn/contracts';
import { connectNats, ContractClient } from '@cairn/messaging';
import { encodeIndex, parseDependency, type StonePackage } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

export type ImportOrder = RequestOf<typeof importStart>;
export type ImportOutcome = RequestOf<typeof importFinished>['outcome'];
export type PublishOutcome = RequestOf<typeof changeSetPublished>['outcome'];

/** What the packages of a source provide and need, as canonical texts. */
export interface SourceFacts {
  readonly provides?: readonly string[];
  readonly depends?: readonly string[];
}

export class SimulatedVessel {
  readonly imports: ImportOrder[] = [];
  readonly cancels: RequestOf<typeof importCancel>[] = [];
  readonly publications: RequestOf<typeof changeSetPublish>[] = [];
  readonly channels: RequestOf<typeof channelEnsure>[] = [];
  /** What an import comes to; null when its outcome is not told. */
  outcomeOf: (order: ImportOrder) => ImportOutcome | null = (order) => this.stage(order);
  /** What a publication comes to; null when its outcome is not told. */
  publicationOf: (request: RequestOf<typeof changeSetPublish>) => PublishOutcome | null = (
    request,
  ) => this.publish(request);
  /** Contracts that are answered with an error, by subject. */
  readonly refusals = new Map<string, { readonly status: number; readonly code: string }>();
  /** By source. */
  readonly facts = new Map<string, SourceFacts>();
  private readonly staged = new Map<string, StonePackage[]>();
  private readonly histories = new Map<string, StonePackage[]>([['h0', []]]);
  private head = 'h0';

  private constructor(
    private readonly natsUrl: string,
    private readonly credentials: { readonly jwt: string; readonly seed: string },
    private readonly http: Server,
    private connection: NatsConnection | null,
  ) {}

  static async start(natsUrl: string, trust: NatsTrust): Promise<SimulatedVessel> {
    const credentials = await createCredentials(trust, 'vessel', 'vessel');
    const http = createServer();
    const vessel = new SimulatedVessel(natsUrl, credentials, http, null);
    const codec = await loadCodec();
    http.on('request', (request, response) => {
      const [, channel, kind, history, , file] = (request.url ?? '').split('/');
      const packages = vessel.histories.get(history ?? '');
      if (channel === undefined || kind !== 'history' || file !== 'stone.index' || !packages) {
        response.writeHead(404).end();
        return;
      }
      const index = encodeIndex(packages, codec);
      if (index.ok) response.end(index.value);
      else response.writeHead(500).end(index.error.message);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    await vessel.join();
    return vessel;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/`;
  }

  get client(): ContractClient {
    if (this.connection === null) throw new Error('vessel is away');
    return new ContractClient(this.connection);
  }

  /** Connects and answers. */
  async join(): Promise<void> {
    const { natsUrl: url, credentials } = this;
    const connection = await connectNats({
      url,
      credentials,
      senderId: 'vessel',
      name: 'vessel',
      onFault: () => undefined,
    });
    this.connection = connection;
    this.on(importStart, (order) => {
      const isKnown = this.imports.some(({ importId }) => importId === order.importId);
      this.imports.push(order);
      const outcome = this.outcomeOf(order);
      if (!isKnown && outcome !== null) void this.tell(order.importId, outcome);
      return { state: 'started' as const };
    });
    this.on(importCancel, (cancel) => {
      this.cancels.push(cancel);
      const message = 'The import was given up.';
      void this.tell(cancel.importId, { kind: 'lost', code: cancel.code, message });
      return { state: 'cancelled' as const };
    });
    this.on(changeSetPublish, (request) => {
      this.publications.push(request);
      const outcome = this.publicationOf(request);
      if (outcome !== null) void this.tellPublished(request.changeSetId, outcome);
      return { state: 'started' as const };
    });
    this.on(channelEnsure, (request) => {
      this.channels.push(request);
      return { history: this.head };
    });
    this.on(channelList, () => ({ repositoryUrl: this.url, channels: [] }));
    this.on(poolPrune, ({ isDryRun }) => ({
      isApplied: !isDryRun,
      retired: { count: 0, listed: [] },
      removed: { count: 0, listed: [] },
      packageCount: 0,
      blobCount: 0,
      sizeBytes: 0,
    }));
    this.on(packageList, () => ({ history: this.head, total: 0, packages: [] }));
    this.on(versionList, () => ({ versions: [], next: null }));
    for (const contract of [packageShow, packageFiles, packageDependants, packageVersions]) {
      this.refusals.set(contract.subject, { status: 404, code: 'package.not-found' });
      this.on(contract, () => undefined);
    }
    await connection.flush();
  }

  async leave(): Promise<void> {
    await this.connection?.close();
    this.connection = null;
  }

  async stop(): Promise<void> {
    await this.leave();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  /** Tells summit the outcome of an import. */
  async tell(importId: string, outcome: ImportOutcome, messageId?: string): Promise<void> {
    const options = messageId === undefined ? {} : { messageId };
    await this.client.request(importFinished, { importId, outcome }, options);
  }

  async tellPublished(changeSetId: string, outcome: PublishOutcome): Promise<void> {
    await this.client.request(changeSetPublished, { changeSetId, outcome });
  }

  /** Takes the packages of an import into the line of its change set. */
  stage(order: ImportOrder): ImportOutcome {
    const packages = order.collectables.map((each) => this.packageOf(order, each));
    const line = [...(this.staged.get(order.changeSetId) ?? []), ...packages];
    this.staged.set(order.changeSetId, line);
    const lineHistory = `line-${order.changeSetId}`;
    this.histories.set(lineHistory, merge(this.histories.get(this.head) ?? [], line));
    const facts = this.facts.get(order.expected.source);
    return {
      kind: 'staged',
      lineHistory,
      packages: packages.map(({ name, hash, sizeBytes }) => ({
        name,
        sha256: hash ?? '',
        sizeBytes: sizeBytes ?? 0,
        provides: [...(facts?.provides ?? [])],
        depends: [...(facts?.depends ?? [])],
      })),
    };
  }

  /** Makes a new version of what a change set has staged. */
  publish(request: RequestOf<typeof changeSetPublish>): PublishOutcome {
    const before = this.histories.get(this.head) ?? [];
    this.head = `h${Number(this.head.slice(1)) + 1}`;
    this.histories.set(this.head, merge(before, this.staged.get(request.changeSetId) ?? []));
    return { kind: 'published', channel: request.channel, history: this.head };
  }

  private packageOf(order: ImportOrder, file: ImportOrder['collectables'][number]): StonePackage {
    const { source, version, sourceRelease, buildRelease, architecture } = order.expected;
    const facts = this.facts.get(source);
    const parse = (texts: readonly string[] = []) =>
      texts.flatMap((text) => {
        const parsed = parseDependency(text);
        return parsed.ok ? [parsed.value] : [];
      });
    return {
      name: file.name.slice(0, file.name.indexOf(`-${version}-`)),
      version,
      sourceRelease,
      buildRelease,
      architecture,
      summary: 'A package',
      description: 'Made by a test.',
      sourceId: source,
      homepage: 'https://example.org',
      licenses: ['MPL-2.0'],
      depends: parse(facts?.depends),
      provides: parse(facts?.provides),
      conflicts: [],
      buildDepends: [],
      uri: `../../../pool/${file.name}`,
      hash: file.sha256,
      sizeBytes: file.sizeBytes,
    };
  }

  private on<C extends NatsContract>(
    contract: C,
    answer: (request: RequestOf<C>) => unknown,
  ): void {
    this.connection?.subscribe(contract.subject, {
      queue: 'vessel',
      callback: (error, message: Msg) => {
        if (error !== null) return;
        const request = contract.request.parse(message.json()) as RequestOf<C>;
        const refusal = this.refusals.get(contract.subject);
        if (refusal !== undefined) refuse(message, refusal);
        else message.respond(JSON.stringify(contract.reply.parse(answer(request))));
      },
    });
  }
}

function refuse(message: Msg, refusal: { readonly status: number; readonly code: string }): void {
  const problem = headers();
  problem.set('Nats-Service-Error-Code', String(refusal.status));
  problem.set('Nats-Service-Error', refusal.code);
  const body = { code: refusal.code, message: `refused with ${refusal.code}` };
  message.respond(JSON.stringify(body), { headers: problem });
}

function merge(before: readonly StonePackage[], added: readonly StonePackage[]): StonePackage[] {
  const byName = new Map([...before, ...added].map((item) => [item.name, item]));
  return [...byName.values()];
}
