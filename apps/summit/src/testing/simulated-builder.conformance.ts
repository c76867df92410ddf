// A builder as summit meets it: a peer on the broker with credentials of its own, which enrolled by the API.
import {
  attemptFailed,
  attemptSucceeded,
  enrolBuilder,
  heartbeat,
  hello,
  inviteBuilder,
  logAppend,
  orderBuild,
  orderCancel,
  subjectOf,
  type AttemptReport,
  type AttemptVerdict,
  type BuildFailure,
  type BuildOrder,
  type Collectable,
  type NatsContract,
  type RequestOf,
} from '@cairn/contracts';
import { connectNats, ContractClient } from '@cairn/messaging';
import { type Msg, type NatsConnection, headers } from '@nats-io/transport-node';
import { createUser, type KeyPair } from '@nats-io/nkeys';
import { createHash, randomUUID } from 'node:crypto';
import { eventually } from '@cairn/testing';
import { type ApiClient } from './api-client.conformance.js';

/** How a builder answers an order to build: takes it, turns it away with a code, or says nothing. */
export type OrderAnswer = 'take' | 'silence' | { readonly status: number; readonly code: string };

export const MACHINE_STATE = {
  cpuLoad: 0.1,
  loadAverage: 0.2,
  memoryUsedBytes: 1_000_000,
  memoryTotalBytes: 16_000_000_000,
  diskFreeBytes: 50_000_000_000,
  diskTotalBytes: 100_000_000_000,
};

const FAILURE: BuildFailure = {
  class: 'recipe',
  code: 'build.command-failed',
  step: 'build',
  message: 'make: *** [all] Error 2',
  command: 'make',
  exitCode: 2,
  excerpt: 'undefined reference to `main`',
};

/** A package file of a source, as a build of that order would report it. */
export function collectableOf(order: BuildOrder, name = order.source): Collectable {
  const file = `${name}-${order.version}-${order.sourceRelease}-${order.buildRelease}-${order.architecture}.stone`;
  const sha256 = createHash('sha256').update(`${file} ${order.attemptId}`).digest('hex');
  return { kind: 'package', name: file, sizeBytes: 1_000, sha256 };
}

export class SimulatedBuilder {
  /** Orders that it took. */
  readonly orders: BuildOrder[] = [];
  /** Orders that reached it, whatever it answered. */
  readonly heard: BuildOrder[] = [];
  readonly cancels: RequestOf<typeof orderCancel>[] = [];
  answer: OrderAnswer | ((order: BuildOrder) => OrderAnswer | Promise<OrderAnswer>) = 'take';
  private instanceId = randomUUID();

  private constructor(
    readonly id: string,
    readonly credentials: { readonly jwt: string; readonly seed: string },
    readonly natsUrl: string,
    public connection: NatsConnection,
    private readonly slots: number,
  ) {}

  /** Enrols over the API and connects with what it got. */
  static async enrol(
    admin: ApiClient,
    options: { readonly id: string; readonly slots?: number; readonly user?: KeyPair },
  ): Promise<SimulatedBuilder> {
    const { id, slots = 1, user = createUser() } = options;
    const { enrolmentCode } = await admin.call(inviteBuilder, { body: { builderId: id } });
    const anyone = admin.with({});
    const publicKey = user.getPublicKey();
    const { jwt, natsUrl } = await anyone.call(enrolBuilder, {
      body: { enrolmentCode, publicKey },
    });
    const credentials = { jwt, seed: new TextDecoder().decode(user.getSeed()) };
    const link = await connectNats({
      url: natsUrl,
      credentials,
      senderId: id,
      name: id,
      onFault: () => undefined,
    });
    const builder = new SimulatedBuilder(id, credentials, natsUrl, link, slots);
    builder.listen();
    return builder;
  }

  get client(): ContractClient {
    return new ContractClient(this.connection);
  }

  /** Introduces itself, with what it says it is doing. */
  async hello(
    attempts: readonly AttemptReport[] = [],
    words: { readonly version?: string; readonly hostName?: string } = {},
  ): Promise<AttemptVerdict[]> {
    const introduction = this.introduction(attempts, words);
    const reply = await this.client.request(hello, introduction, { builderId: this.id });
    return reply.verdicts;
  }

  /** A new process on the same machine. */
  restart(attempts: readonly AttemptReport[] = []): Promise<AttemptVerdict[]> {
    this.instanceId = randomUUID();
    return this.hello(attempts);
  }

  async beat(
    attempts: readonly AttemptReport[] = [],
    refusing?: 'draining' | 'disk-full',
  ): Promise<AttemptVerdict[]> {
    const reply = await this.client.request(
      heartbeat,
      {
        instanceId: this.instanceId,
        sentAt: 1,
        machine: MACHINE_STATE,
        attempts: [...attempts],
        ...(refusing === undefined ? {} : { refusing }),
      },
      { builderId: this.id },
    );
    return reply.verdicts;
  }

  /** Waits for the order of a source, the `count`th of it. */
  order(source: string, count = 1): Promise<BuildOrder> {
    return eventually(
      () => {
        const order = this.orders.filter((each) => each.source === source)[count - 1];
        if (order === undefined) throw new Error(`${this.id} got no order ${count} for ${source}`);
        return order;
      },
      { timeoutMs: 15_000 },
    );
  }

  succeed(
    order: BuildOrder,
    collectables: readonly Collectable[] = [collectableOf(order)],
    options: { readonly timeoutMs?: number } = {},
  ) {
    const { attemptId, fence } = order;
    return this.client.request(
      attemptSucceeded,
      { attemptId, fence, logSizeBytes: 0, collectables: [...collectables] },
      { builderId: this.id, ...options },
    );
  }

  fail(order: BuildOrder, failure: Partial<BuildFailure> = {}) {
    const { attemptId, fence } = order;
    const report = { attemptId, fence, logSizeBytes: 0, failure: { ...FAILURE, ...failure } };
    return this.client.request(attemptFailed, report, { builderId: this.id });
  }

  log(
    order: Pick<BuildOrder, 'attemptId' | 'fence'>,
    offset: number,
    bytes: Uint8Array | string,
  ): Promise<{ nextOffset: number }> {
    const { attemptId, fence } = order;
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const meta = { attemptId, fence, offset };
    return this.client.requestWithBytes(logAppend, meta, data, { builderId: this.id });
  }

  leave(): Promise<void> {
    return this.connection.close();
  }

  /** Connects anew, as after a lost network. */
  async comeBack(): Promise<void> {
    const { id, credentials, natsUrl } = this;
    this.connection = await connectNats({
      url: natsUrl,
      credentials,
      senderId: id,
      name: id,
      onFault: () => undefined,
    });
    this.listen();
  }

  private introduction(
    attempts: readonly AttemptReport[],
    words: { readonly version?: string; readonly hostName?: string },
  ) {
    const { version = '0.1.0', hostName = this.id } = words;
    return {
      version,
      contracts: [],
      features: ['sandbox'],
      instanceId: this.instanceId,
      slots: this.slots,
      architectures: ['x86_64' as const],
      machine: {
        hostName,
        operatingSystem: 'test',
        kernel: '6.0',
        cpuModel: 'test',
        cpuCount: 4,
        isaLevel: 3,
        architecture: 'x86_64' as const,
        memoryBytes: 16_000_000_000,
        executor: 'sandbox',
      },
      attempts: [...attempts],
    };
  }

  private listen(): void {
    this.on(orderBuild, (message) => void this.takeOrder(message));
    this.on(orderCancel, (message) => {
      this.cancels.push(orderCancel.request.parse(message.json()));
      message.respond(JSON.stringify({ state: 'stopping' }));
    });
  }

  private async takeOrder(message: Msg): Promise<void> {
    const order = orderBuild.request.parse(message.json());
    this.heard.push(order);
    const answer = typeof this.answer === 'function' ? await this.answer(order) : this.answer;
    if (answer === 'silence') return;
    if (answer !== 'take') {
      refuse(message, answer);
      return;
    }
    this.orders.push(order);
    message.respond(JSON.stringify({ slot: 0 }));
  }

  private on(contract: NatsContract, take: (message: Msg) => void): void {
    this.connection.subscribe(subjectOf(contract, this.id), {
      callback: (error, message) => {
        if (error === null) take(message);
      },
    });
  }
}

/** What a builder says of an order that it is building. */
export function reportOf(
  order: Pick<BuildOrder, 'attemptId' | 'fence'>,
  state: AttemptReport['state'] = 'building',
): AttemptReport {
  const { attemptId, fence } = order;
  return { attemptId, fence, state, step: 'build', logSizeBytes: 0 };
}

function refuse(message: Msg, answer: { readonly status: number; readonly code: string }): void {
  const problem = headers();
  problem.set('Nats-Service-Error-Code', String(answer.status));
  problem.set('Nats-Service-Error', answer.code);
  message.respond(JSON.stringify({ code: answer.code, message: 'not now' }), { headers: problem });
}
