import { SESSION_COOKIE } from '@cairn/auth';
import {
  createLoginCode,
  createSession,
  endSession,
  listAudit,
  refreshSession,
  whoAmI,
} from '@cairn/contracts';
import { BROWSER_TOKEN_LIFETIME_S, type AccessClaims } from '@cairn/identity';
import { Controller, Inject, Res } from '@nestjs/common';
import { type Response } from 'express';
import { CONFIG, type SummitConfig } from '../config.js';
import { Caller, Input, Route, type RouteInput } from '../http/route.decorator.js';
import { AuditStore } from './audit.store.js';
import { SessionStore } from './session.store.js';
import { Sessions } from './sessions.service.js';

@Controller()
export class SessionsHttpController {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'http'>,
    private readonly sessions: Sessions,
    private readonly store: SessionStore,
    private readonly audit: AuditStore,
  ) {}

  @Route(createSession)
  async create(
    @Input() input: RouteInput<typeof createSession>,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { browserToken, ...tokens } = await this.sessions.create(input.body.code);
    if (input.body.cookie) this.setCookie(response, browserToken, BROWSER_TOKEN_LIFETIME_S);
    return tokens;
  }

  @Route(refreshSession)
  refresh(@Input() input: RouteInput<typeof refreshSession>) {
    return this.sessions.refresh(input.body.refreshToken);
  }

  @Route(endSession)
  async end(@Caller() caller: AccessClaims, @Res({ passthrough: true }) response: Response) {
    await this.sessions.end(caller);
    this.setCookie(response, '', 0);
    return {};
  }

  @Route(whoAmI)
  async me(@Caller() caller: AccessClaims | null) {
    if (caller === null) return { account: null, csrfToken: null };
    const session = await this.store.find(caller.session);
    return {
      account: { id: caller.sub, name: caller.name, role: caller.role },
      csrfToken: session?.csrfToken ?? null,
    };
  }

  @Route(createLoginCode)
  createCode(@Input() input: RouteInput<typeof createLoginCode>, @Caller() caller: AccessClaims) {
    const { account: name, role } = input.body;
    return this.sessions.createCode(
      { name, role },
      this.audit.by(caller, 'account.login-code', name, { role }),
    );
  }

  @Route(listAudit)
  async listAudit(@Input() input: RouteInput<typeof listAudit>) {
    return { entries: await this.audit.latest(input.query.limit) };
  }

  private setCookie(response: Response, value: string, maxAgeSeconds: number): void {
    response.cookie(SESSION_COOKIE, value, {
      httpOnly: true,
      sameSite: 'strict',
      secure: this.config.http.publicUrl?.startsWith('https:') ?? false,
      path: '/',
      maxAge: maxAgeSeconds * 1_000,
    });
  }
}
