import { type TokenSigner } from '@cairn/auth';
import { AppError, type SessionTokens } from '@cairn/contracts';
import {
  ACCESS_TOKEN_LIFETIME_S,
  BROWSER_TOKEN_LIFETIME_S,
  REFRESH_TOKEN_LIFETIME_S,
  widestRole,
  type AccessClaims,
  type AccountRole,
} from '@cairn/identity';
import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { SessionStore } from './session.store.js';

/** Injection token of what signs access tokens. */
export const TOKEN_SIGNER = Symbol('token signer');

const LOGIN_CODE_LIFETIME_MS = 60 * 60 * 1_000;
const SECRET_SIZE_BYTES = 32;
const CODE_SIZE_BYTES = 12;

/** Lets people and bots in: login codes, sessions, refresh with rotation. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TOKEN_SIGNER) private readonly signer: TokenSigner,
    private readonly database: SummitDatabase,
    private readonly store: SessionStore,
  ) {}

  /** Makes a one-time code for an account, which is created when it is not there. */
  async createCode(
    account: { readonly name: string; readonly role: AccountRole },
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<{ code: string; expiresAt: number }> {
    const code = randomBytes(CODE_SIZE_BYTES).toString('hex');
    const now = this.clock.now();
    const expiresAt = now + LOGIN_CODE_LIFETIME_MS;
    await this.database.inTransaction(async (tx) => {
      const accountId = await this.store.ensureAccount(tx, { id: randomUUID(), ...account }, now);
      await this.store.addCode(tx, { codeHash: hash(code), accountId, expiresAt });
      await audit(tx);
    });
    return { code, expiresAt };
  }

  /** Uses a login code up. `browserToken` is for the cookie of a browser that asked for one. */
  async create(code: string): Promise<SessionTokens & { readonly browserToken: string }> {
    const now = this.clock.now();
    const refreshToken = randomBytes(SECRET_SIZE_BYTES).toString('base64url');
    return this.database.inTransaction(async (tx) => {
      const used = await this.store.useCode(tx, hash(code.trim()), now);
      if (used === null)
        throw new AppError(
          'credentials.invalid',
          'This login code is unknown, used or expired: ask for a new one.',
        );
      const id = randomUUID();
      const session = {
        id,
        accountId: used.accountId,
        refreshHash: hash(refreshToken),
        csrfToken: randomBytes(SECRET_SIZE_BYTES).toString('base64url'),
        expiresAt: now + REFRESH_TOKEN_LIFETIME_S * 1_000,
      };
      await this.store.create(tx, session, now);
      const tokens = await this.tokens(tx, session, refreshToken, now);
      const { id: sub, name, role } = tokens.account;
      const browserToken = this.signer.sign(
        { sub, name, role, session: id },
        now,
        BROWSER_TOKEN_LIFETIME_S,
      );
      return { ...tokens, browserToken };
    });
  }

  /** A refresh token works once. When one comes a second time somebody has a copy, so the session ends. */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    const now = this.clock.now();
    const next = randomBytes(SECRET_SIZE_BYTES).toString('base64url');
    const outcome = await this.database.inTransaction(async (tx) => {
      const session = await this.store.byRefreshHash(tx, hash(refreshToken));
      if (session === null || session.endedAt !== null || session.expiresAt <= now) return null;
      if (session.isPrevious) {
        await this.store.end(tx, session.id, now);
        return null;
      }
      const hashes = { from: hash(refreshToken), to: hash(next) };
      const expiresAt = now + REFRESH_TOKEN_LIFETIME_S * 1_000;
      if (!(await this.store.rotate(tx, session.id, hashes, expiresAt))) return null;
      return this.tokens(tx, session, next, now);
    });
    if (outcome === null)
      throw new AppError('session.expired', 'The session has ended: log in again.');
    return outcome;
  }

  async end(claims: AccessClaims): Promise<void> {
    await this.store.end(this.database.client, claims.session, this.clock.now());
  }

  private async tokens(
    tx: Transaction,
    session: { readonly id: string; readonly accountId: string },
    refreshToken: string,
    now: number,
  ): Promise<SessionTokens> {
    const account = await this.store.account(session.accountId, tx);
    if (account === null) throw new AppError('session.expired', 'The account is gone.');
    const role = widestRole([account.role, ...account.groupRoles]);
    const accessToken = this.signer.sign(
      { sub: account.id, name: account.name, role, session: session.id },
      now,
    );
    return {
      accessToken,
      refreshToken,
      expiresInSeconds: ACCESS_TOKEN_LIFETIME_S,
      account: { id: account.id, name: account.name, role },
    };
  }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
