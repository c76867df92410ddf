import { issueUserJwt, type NatsTrust } from '@cairn/auth';
import { AppError } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { fromPublic, type KeyPair } from '@nats-io/nkeys';
import { createHash, randomBytes } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { AttemptEnding } from '../tasks/attempt-ending.service.js';
import { AttemptLeases } from '../tasks/attempt-leases.service.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { Broker, NATS_TRUST } from './broker.service.js';
import { BuilderStore } from './builder.store.js';

const ENROLMENT_LIFETIME_MS = 24 * 60 * 60 * 1_000;
const CODE_SIZE_BYTES = 20;

/** What a builder needs to connect. */
export interface Enrolled {
  readonly builderId: string;
  readonly jwt: string;
  readonly natsUrl: string;
}

/** Lets builders in and out: one-time codes, credentials, revocation. */
@Injectable()
export class Enrolment {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'nats'>,
    @Inject(NATS_TRUST) private readonly trust: NatsTrust,
    private readonly database: SummitDatabase,
    private readonly builders: BuilderStore,
    private readonly attempts: AttemptStore,
    private readonly leases: AttemptLeases,
    private readonly ending: AttemptEnding,
    private readonly events: EventStore,
    private readonly broker: Broker,
  ) {}

  /** Reserves an id and makes the code with which its builder enrols, once, within a day. */
  async invite(
    builderId: string,
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<{ builderId: string; enrolmentCode: string; expiresAt: number }> {
    const enrolmentCode = randomBytes(CODE_SIZE_BYTES).toString('base64url');
    const now = this.clock.now();
    const expiresAt = now + ENROLMENT_LIFETIME_MS;
    await this.database.inTransaction(async (tx) => {
      const existing = await this.builders.lock(tx, builderId);
      if (existing !== null && existing.enrolledAt !== null && existing.removedAt === null) {
        throw new AppError(
          'builder.name-taken',
          `Builder ${builderId} is enrolled already: remove it first.`,
        );
      }
      await this.builders.invite(tx, {
        id: builderId,
        enrolmentHash: hash(enrolmentCode),
        expiresAt,
        now,
      });
      await audit(tx);
    });
    return { builderId, enrolmentCode, expiresAt };
  }

  /** Exchanges a code for credentials. The builder keeps its private key; we only ever see the public one. */
  async enrol(request: {
    readonly enrolmentCode: string;
    readonly publicKey: string;
  }): Promise<Enrolled> {
    const now = this.clock.now();
    const { publicKey } = request;
    const user = userOf(publicKey);
    const enrolmentHash = hash(request.enrolmentCode);
    const builderId = await this.database.inTransaction(async (tx) => {
      const builder = await this.builders.withEnrolmentHash(tx, enrolmentHash);
      if (builder === null || builder.expiresAt <= now) throw unusableCode();
      if (await this.builders.isKeyTaken(tx, publicKey, builder.id))
        throw new AppError('enrolment.invalid', 'This key is that of another builder.');
      if (!(await this.builders.enrol(tx, builder.id, { publicKey, enrolmentHash, now })))
        throw unusableCode();
      await this.events.record(tx, {
        at: now,
        kind: 'builder.enrolled',
        sentence: `Builder ${builder.id} is enrolled.`,
        builderId: builder.id,
      });
      return builder.id;
    });
    const jwt = await issueUserJwt({ trust: this.trust, role: 'builder', name: builderId, user });
    return { builderId, jwt, natsUrl: this.config.nats.publicUrl };
  }

  /** Removes a builder for good: its key is revoked, what it was building or still held is offered to others. */
  async remove(builderId: string, audit: (tx: Transaction) => Promise<void>): Promise<void> {
    const now = this.clock.now();
    const unsettled = await this.database.inTransaction(async (tx) => {
      const builder = await this.builders.lock(tx, builderId);
      if (builder === null)
        throw new AppError('builder.not-found', `There is no builder ${builderId}.`);
      await this.builders.remove(tx, builder, now);
      await this.events.record(tx, {
        at: now,
        kind: 'builder.removed',
        sentence: `Builder ${builderId} was removed.`,
        builderId,
      });
      await audit(tx);
      const attempts = await this.attempts.unsettledOf(builderId, tx);
      for (const attempt of attempts) {
        if (attempt.state === 'reserved')
          await this.ending.callOff(tx, attempt, now, 'builder.removed');
      }
      return attempts;
    });
    await this.broker.publishAccount();
    for (const attempt of unsettled) {
      await this.leases.lose(attempt.id, {
        code: 'builder.removed',
        message: `Builder ${builderId} was removed.`,
      });
    }
  }
}

function unusableCode(): AppError {
  return new AppError(
    'enrolment.invalid',
    'This enrolment code is unknown, used or expired: ask for a new one.',
  );
}

/** The key's check digits are looked at before the code is used up. */
function userOf(publicKey: string): KeyPair {
  try {
    return fromPublic(publicKey);
  } catch (cause) {
    throw new AppError('contract.invalid-payload', 'The public key is damaged.', {}, { cause });
  }
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
