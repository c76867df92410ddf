import { type Architecture, type MachineFacts, type MachineState } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { storableText, toJson } from '../persistence/json.js';
import { type Prisma } from '../persistence/generated/client.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

/** A builder as stored. Times are milliseconds. */
export interface Builder {
  readonly id: string;
  readonly publicKey: string | null;
  readonly invitedAt: number;
  readonly enrolledAt: number | null;
  readonly removedAt: number | null;
  readonly version: string | null;
  readonly features: readonly string[];
  readonly instanceId: string | null;
  readonly slots: number;
  readonly architectures: readonly Architecture[];
  readonly machine: MachineFacts | null;
  readonly machineState: MachineState | null;
  readonly refusing: string | null;
  readonly coolUntil: number | null;
  readonly lastSeenAt: number | null;
}

type BuilderRow = Prisma.BuilderGetPayload<object>;

/** The only door to the builder and revocation tables. */
@Injectable()
export class BuilderStore {
  constructor(private readonly database: SummitDatabase) {}

  async all(db: Transaction = this.database.client): Promise<Builder[]> {
    const rows = await db.builder.findMany({ orderBy: { id: 'asc' } });
    return rows.map(toBuilder);
  }

  async find(id: string, db: Transaction = this.database.client): Promise<Builder | null> {
    const row = await db.builder.findUnique({ where: { id } });
    return row === null ? null : toBuilder(row);
  }

  /** Reads a builder and keeps others from giving it work until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<Builder | null> {
    await tx.$queryRaw`SELECT 1 FROM "builder" WHERE "id" = ${id} FOR UPDATE`;
    return this.find(id, tx);
  }

  async invite(
    tx: Transaction,
    invitation: { id: string; enrolmentHash: string; expiresAt: number; now: number },
  ): Promise<void> {
    const enrolment = {
      enrolmentHash: invitation.enrolmentHash,
      enrolmentExpiresAt: new Date(invitation.expiresAt),
      invitedAt: new Date(invitation.now),
    };
    await tx.builder.upsert({
      where: { id: invitation.id },
      create: { id: invitation.id, ...enrolment },
      update: { ...enrolment, removedAt: null, publicKey: null, enrolledAt: null },
    });
  }

  async withEnrolmentHash(
    tx: Transaction,
    enrolmentHash: string,
  ): Promise<(Builder & { expiresAt: number }) | null> {
    const row = await tx.builder.findUnique({ where: { enrolmentHash } });
    return row === null
      ? null
      : { ...toBuilder(row), expiresAt: row.enrolmentExpiresAt?.getTime() ?? 0 };
  }

  /** Uses an enrolment code up for a key; false when somebody else just did. */
  async enrol(
    tx: Transaction,
    id: string,
    use: { readonly publicKey: string; readonly enrolmentHash: string; readonly now: number },
  ): Promise<boolean> {
    const { publicKey, enrolmentHash, now } = use;
    const { count } = await tx.builder.updateMany({
      where: { id, enrolmentHash },
      data: { publicKey, enrolledAt: new Date(now), enrolmentHash: null, enrolmentExpiresAt: null },
    });
    return count === 1;
  }

  async isKeyTaken(tx: Transaction, publicKey: string, otherThan: string): Promise<boolean> {
    const holder = await tx.builder.findUnique({ where: { publicKey }, select: { id: true } });
    return holder !== null && holder.id !== otherThan;
  }

  async introduce(
    tx: Transaction,
    id: string,
    facts: Pick<
      Builder,
      'version' | 'features' | 'instanceId' | 'slots' | 'architectures' | 'machine'
    >,
    now: number,
  ): Promise<void> {
    await tx.builder.update({
      where: { id },
      data: {
        version: facts.version === null ? null : storableText(facts.version),
        features: toJson(facts.features),
        instanceId: facts.instanceId,
        slots: facts.slots,
        architectures: toJson(facts.architectures),
        ...(facts.machine === null ? {} : { machine: toJson(facts.machine) }),
        lastSeenAt: new Date(now),
        coolUntil: null,
      },
    });
  }

  async noteHeartbeat(
    tx: Transaction,
    id: string,
    facts: { machineState: MachineState; refusing: string | null; now: number },
  ): Promise<void> {
    await tx.builder.update({
      where: { id },
      data: {
        machineState: toJson(facts.machineState),
        refusing: facts.refusing,
        lastSeenAt: new Date(facts.now),
      },
    });
  }

  /** Builds of an architecture that all builders could do at the same time; at least 1, so that forecasts have an end. */
  async slotsFor(architecture: Architecture): Promise<number> {
    const fitting = (await this.all()).filter(
      (builder) => builder.removedAt === null && builder.architectures.includes(architecture),
    );
    return Math.max(
      1,
      fitting.reduce((sum, builder) => sum + builder.slots, 0),
    );
  }

  async coolDown(tx: Transaction, id: string, until: number): Promise<void> {
    await tx.builder.update({ where: { id }, data: { coolUntil: new Date(until) } });
  }

  /** Marks a builder as gone for good and its key as revoked. */
  async remove(tx: Transaction, builder: Builder, now: number): Promise<void> {
    await tx.builder.update({
      where: { id: builder.id },
      data: { removedAt: new Date(now), enrolmentHash: null },
    });
    if (builder.publicKey === null) return;
    await tx.revocation.upsert({
      where: { publicKey: builder.publicKey },
      create: { publicKey: builder.publicKey, since: new Date(now) },
      update: {},
    });
  }

  /** Everyone who must stay out, for the broker. */
  async revocations(): Promise<{ publicKey: string; since: number }[]> {
    const rows = await this.database.client.revocation.findMany({ orderBy: { publicKey: 'asc' } });
    return rows.map((row) => ({
      publicKey: row.publicKey,
      since: Math.ceil(row.since.getTime() / 1_000),
    }));
  }
}

function toBuilder(row: BuilderRow): Builder {
  return {
    id: row.id,
    publicKey: row.publicKey,
    invitedAt: row.invitedAt.getTime(),
    enrolledAt: row.enrolledAt?.getTime() ?? null,
    removedAt: row.removedAt?.getTime() ?? null,
    version: row.version,
    features: row.features as string[],
    instanceId: row.instanceId,
    slots: row.slots,
    architectures: row.architectures as Architecture[],
    machine: row.machine as MachineFacts | null,
    machineState: row.machineState as MachineState | null,
    refusing: row.refusing,
    coolUntil: row.coolUntil?.getTime() ?? null,
    lastSeenAt: row.lastSeenAt?.getTime() ?? null,
  };
}
