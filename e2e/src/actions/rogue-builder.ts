import {
  attemptSucceeded,
  enrolBuilder,
  heartbeat,
  hello,
  inviteBuilder,
  orderBuild,
  subjectOf,
  artefactRead,
  type BuildOrder,
  type Collectable,
} from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import { createUser } from '@nats-io/nkeys';
import { headers, type Msg } from '@nats-io/transport-node';
import { createHash, randomUUID } from 'node:crypto';
import { NatsPeer } from './nats-peer.js';
import { ARCHITECTURE, type World } from './world.js';

const HEARTBEAT_INTERVAL_MS = 500;
const ORDER_TIMEOUT_MS = 60_000;
const GIB = 1_073_741_824;
const MACHINE = {
  hostName: 'rogue',
  operatingSystem: 'none',
  kernel: 'none',
  cpuModel: 'none',
  cpuCount: 1,
  isaLevel: 1,
  architecture: ARCHITECTURE,
  memoryBytes: GIB,
  executor: 'none',
} as const;
const MACHINE_STATE = {
  cpuLoad: 0,
  loadAverage: 0,
  memoryUsedBytes: 0,
  memoryTotalBytes: GIB,
  diskFreeBytes: 100 * GIB,
  diskTotalBytes: 100 * GIB,
};

/** Bytes that a builder hands out, under the hash it announced. */
export interface Offer {
  readonly collectable: Collectable;
  readonly bytes: Uint8Array;
  /** Size that it tells when asked; that of the bytes when left out. */
  readonly toldSizeBytes?: number;
}

/** A truthful announcement of bytes, to be changed by whoever lies. */
export function announce(name: string, bytes: Uint8Array): Collectable {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { kind: 'package', name, sizeBytes: bytes.byteLength, sha256 };
}

/** A builder that takes orders and hands out what a test wants: valid credentials, no honesty. */
export class RogueBuilder {
  readonly orders: BuildOrder[] = [];
  private readonly open = new Map<string, BuildOrder>();
  private readonly offers = new Map<string, Offer>();
  private readonly instanceId = randomUUID();
  private timer: NodeJS.Timeout | undefined;

  private constructor(readonly peer: NatsPeer) {}

  /** Enrols by the API like any builder, introduces itself and keeps saying that it is there. */
  static async enrol(world: World, builderId: string): Promise<RogueBuilder> {
    const { enrolmentCode } = await world.hub.call(inviteBuilder, { body: { builderId } });
    const user = createUser();
    const body = { enrolmentCode, publicKey: user.getPublicKey() };
    const { jwt } = await world.hub.call(enrolBuilder, { body });
    const seed = new TextDecoder().decode(user.getSeed());
    const peer = await NatsPeer.connect(world.stack.natsUrl, { builderId, jwt, seed });
    const rogue = new RogueBuilder(peer);
    await rogue.begin();
    return rogue;
  }

  /** Waits for the order of a source. */
  order(source: string): Promise<BuildOrder> {
    return eventually(
      () => {
        const order = this.orders.findLast((each) => each.source === source);
        if (order === undefined)
          throw new Error(`${this.peer.builderId} has no order for ${source}`);
        return order;
      },
      { timeoutMs: ORDER_TIMEOUT_MS },
    );
  }

  /** Reports success with what is offered, and answers whoever asks for it. */
  succeed(order: BuildOrder, ...offers: readonly Offer[]) {
    for (const offer of offers) this.offers.set(offer.collectable.sha256, offer);
    const { attemptId, fence } = order;
    const collectables = offers.map((offer) => offer.collectable);
    return this.peer.request(attemptSucceeded, { attemptId, fence, logSizeBytes: 0, collectables });
  }

  /** Says no more that it builds this. */
  forget(order: BuildOrder): void {
    this.open.delete(order.attemptId);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.peer.close();
  }

  private async begin(): Promise<void> {
    const { connection, builderId } = this.peer;
    connection.subscribe(subjectOf(orderBuild, builderId), {
      callback: (_error, message) => this.takeOrder(message),
    });
    connection.subscribe(subjectOf(artefactRead, builderId), {
      callback: (_error, message) => this.handOut(message),
    });
    await this.peer.request(hello, {
      version: '0.1.0',
      contracts: [],
      features: [],
      instanceId: this.instanceId,
      slots: 8,
      architectures: [ARCHITECTURE],
      machine: MACHINE,
      attempts: [],
    });
    const beat = () => void this.beat().catch(() => undefined);
    beat();
    this.timer = setInterval(beat, HEARTBEAT_INTERVAL_MS);
  }

  private async beat(): Promise<void> {
    const attempts = [...this.open.values()].map(({ attemptId, fence }) => ({
      attemptId,
      fence,
      state: 'building' as const,
      logSizeBytes: 0,
    }));
    const { instanceId } = this;
    const reply = await this.peer.request(heartbeat, {
      instanceId,
      sentAt: Date.now(),
      machine: MACHINE_STATE,
      attempts,
    });
    for (const { attemptId, verdict } of reply.verdicts)
      if (verdict !== 'continue') this.open.delete(attemptId);
  }

  private takeOrder(message: Msg): void {
    const order = orderBuild.request.parse(message.json());
    if (!this.open.has(order.attemptId)) this.orders.push(order);
    this.open.set(order.attemptId, order);
    message.respond(JSON.stringify({ slot: 0 }));
  }

  private handOut(message: Msg): void {
    const { sha256, offset, lengthBytes } = artefactRead.request.parse(message.json());
    const offer = this.offers.get(sha256);
    if (offer === undefined) return;
    const messageHeaders = headers();
    const sizeBytes = offer.toldSizeBytes ?? offer.bytes.byteLength;
    messageHeaders.set('Cairn-Meta', JSON.stringify({ sizeBytes }));
    message.respond(offer.bytes.subarray(offset, offset + lengthBytes), {
      headers: messageHeaders,
    });
  }
}
