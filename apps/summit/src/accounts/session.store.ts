import { type AccountRole } from '@cairn/identity';
import { Injectable } from '@nestjs/common';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly csrfToken: string;
  readonly expiresAt: number;
  readonly endedAt: number | null;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: AccountRole;
  /** Roles that come from groups. */
  readonly groupRoles: readonly AccountRole[];
}

interface SessionRow {
  readonly id: string;
  readonly accountId: string;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

/** The only door to accounts, login codes and sessions. Codes and refresh tokens are stored as hashes only. */
@Injectable()
export class SessionStore {
  constructor(private readonly database: SummitDatabase) {}

  async find(id: string, db: Transaction = this.database.client): Promise<Session | null> {
    const row = await db.session.findUnique({ where: { id } });
    return row === null ? null : toSession(row);
  }

  async account(id: string, db: Transaction = this.database.client): Promise<Account | null> {
    const row = await db.account.findUnique({
      where: { id },
      include: { groups: { include: { group: true } } },
    });
    if (row === null) return null;
    return {
      id: row.id,
      name: row.name,
      role: row.role as AccountRole,
      groupRoles: row.groups.map((member) => member.group.role as AccountRole),
    };
  }

  /** The account of that name; made when it is not there. An existing one keeps its role unless another is asked for. */
  async ensureAccount(
    tx: Transaction,
    account: { id: string; name: string; role: AccountRole },
    now: number,
  ): Promise<string> {
    const row = await tx.account.upsert({
      where: { name: account.name },
      create: { ...account, createdAt: new Date(now) },
      update: { role: account.role },
    });
    return row.id;
  }

  async countAdmins(): Promise<number> {
    return this.database.client.account.count({ where: { role: 'admin' } });
  }

  async addCode(
    tx: Transaction,
    code: { codeHash: string; accountId: string; expiresAt: number },
  ): Promise<void> {
    await tx.loginCode.create({ data: { ...code, expiresAt: new Date(code.expiresAt) } });
  }

  /** Uses a code up; null when it is unknown, used or expired. */
  async useCode(
    tx: Transaction,
    codeHash: string,
    now: number,
  ): Promise<{ accountId: string } | null> {
    const used = await tx.loginCode.updateMany({
      where: { codeHash, usedAt: null, expiresAt: { gt: new Date(now) } },
      data: { usedAt: new Date(now) },
    });
    if (used.count === 0) return null;
    return tx.loginCode.findUnique({ where: { codeHash }, select: { accountId: true } });
  }

  async create(
    tx: Transaction,
    session: {
      id: string;
      accountId: string;
      refreshHash: string;
      csrfToken: string;
      expiresAt: number;
    },
    now: number,
  ): Promise<void> {
    await tx.session.create({
      data: { ...session, expiresAt: new Date(session.expiresAt), createdAt: new Date(now) },
    });
  }

  /** The session whose present or previous refresh token this is. */
  async byRefreshHash(
    tx: Transaction,
    hash: string,
  ): Promise<(Session & { isPrevious: boolean }) | null> {
    const row = await tx.session.findFirst({
      where: { OR: [{ refreshHash: hash }, { previousRefreshHash: hash }] },
    });
    return row === null ? null : { ...toSession(row), isPrevious: row.refreshHash !== hash };
  }

  /** Puts a new refresh token in the place of the present one; false when somebody else just did. */
  async rotate(
    tx: Transaction,
    id: string,
    hashes: { from: string; to: string },
    expiresAt: number,
  ): Promise<boolean> {
    const { count } = await tx.session.updateMany({
      where: { id, refreshHash: hashes.from },
      data: {
        refreshHash: hashes.to,
        previousRefreshHash: hashes.from,
        expiresAt: new Date(expiresAt),
      },
    });
    return count === 1;
  }

  async end(db: Transaction, id: string, now: number): Promise<void> {
    await db.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: new Date(now) } });
  }
}

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    accountId: row.accountId,
    csrfToken: row.csrfToken,
    expiresAt: row.expiresAt.getTime(),
    endedAt: row.endedAt?.getTime() ?? null,
  };
}
